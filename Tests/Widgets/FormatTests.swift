import Testing
import Widgets

@Suite struct FormatTests {
    @Test(
        arguments: [
            (0, "0"), (812, "812"), (1023, "1023"), (1024, "1.0K"), (320 << 10, "320K"), (10 << 10, "10K"),
            (10_188, "9.9K"),
            (10_189, "10K"), (812 << 20, "812M"), (1_288_490_189, "1.2G"), ((1 << 20) - 1, "1.0M"), (3 << 40, "3.0T"),
            (UInt64.max, "16E"),
        ] as [(UInt64, String)])
    func bytes(count: UInt64, text: String) { #expect(Format.bytes(count) == text) }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1.0k"), (12_345, "12k"), (999_999, "1.0M"), (31_000_000, "31M"),
        (-1500, "-1.5k"),
    ])
    func counts(count: Int, text: String) { #expect(Format.count(count) == text) }

    @Test(arguments: [
        (0, "0.0"), (0.44, "0.4"), (41.25, "41.3"), (99.94, "99.9"), (99.96, "100"), (160.4, "160"), (-3.2, "-3.2"),
    ])
    func percents(value: Double, text: String) { #expect(Format.percent(value) == text) }

    @Test(arguments: [
        (-5, "0s"), (0, "0s"), (999, "0s"), (4_000, "4s"), (59_999, "59s"), (60_000, "1m"), (303_000, "5m 3s"),
        (2_460_000, "41m"),
        (3_600_000, "1h"), (3_900_000, "1h 5m"), (43_200_000, "12h"), (176_400_000, "2d 1h"), (1_036_800_000, "12d"),
        (1_050_000_000, "12d"),
    ])
    func durations(milliseconds: Int, text: String) { #expect(Format.duration(milliseconds: milliseconds) == text) }

    @Test(arguments: [
        (-1, "0ms"), (3, "3ms"), (999, "999ms"), (1_149, "1.1s"), (9_949, "9.9s"), (9_960, "10s"), (22_400, "22s"),
        (303_000, "5m 3s"),
    ])
    func elapsed(milliseconds: Int, text: String) { #expect(Format.elapsed(milliseconds: milliseconds) == text) }

    /// Whatever somebody says that something is, it is shown.
    @Test func nothingIsTooLarge() {
        #expect(Format.elapsed(milliseconds: .max) == Format.duration(milliseconds: .max))
        #expect(Format.elapsed(milliseconds: .min) == "0ms")
        #expect(Format.duration(milliseconds: .min) == "0s")
        #expect(Format.clock(milliseconds: .min) == "00:00")
        #expect(Format.clock(milliseconds: .max).hasSuffix(":12:55"))
        #expect(Format.count(.max) == "9.2E" && Format.count(.min) == "-9.2E")
        #expect(Format.bytes(UInt64.max) == "16E")
        #expect(
            Format.bytes(measured: 1e308) == "8.0E" && Format.bytes(measured: -1e308) == "0"
                && Format.bytes(measured: 1536) == "1.5K")
        #expect(Format.bytes(measured: .nan) == "-" && Format.bytes(measured: .infinity) == "-")
        for value in [1e308, -1e308, .nan, .infinity] { #expect(Format.percent(value) == "-") }
    }

    @Test(arguments: [(-1, "00:00"), (41_000, "00:41"), (723_000, "12:03"), (3_641_000, "1:00:41")])
    func clocks(milliseconds: Int, text: String) { #expect(Format.clock(milliseconds: milliseconds) == text) }

    @Test func fixed() {
        #expect(Format.fixed(1.005, places: 0) == "1")
        #expect(Format.fixed(2.5, places: 0) == "3")
        #expect(Format.fixed(0.05, places: 2) == "0.05")
        #expect(Format.fixed(-0.004, places: 2) == "0.00")
        #expect(Format.fixed(-1.26, places: 1) == "-1.3")
        #expect(Format.fixed(.nan, places: 1) == "-")
        #expect(Format.fixed(.infinity, places: 1) == "-")
        #expect(Format.fixed(1e300, places: 1) == "-")
    }
}
