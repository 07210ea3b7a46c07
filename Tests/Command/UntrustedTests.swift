@testable import Command
import Core
import Testing

/// What another machine says is shown, whatever it is, and moves no cursor.
struct UntrustedTests {
    private static let hostile = "a\u{1B}[2J\u{1B}]0;owned\u{7}\u{9B}31m\"\\b"

    private func isSafe(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)) }
    }

    @Test func linesOnlyShowGlyphs() throws {
        let capture = try Capture()
        let output = Output(descriptor: capture.descriptor)
        let printer = Printer(json: false, console: Console(), output: output, errors: output)
        printer.done("reset \(Self.hostile)\nand more")
        printer.pong(Ping.Answer(pid: 1, version: Self.hostile, milliseconds: 1))
        let process = InstanceInfo(
            id: 1, name: Self.hostile, instance: 0, namespace: "shop", status: .online, restarts: 0)
        printer.processes([process], did: "stopped")
        printer.say(MiniList.text([process]))
        let text = capture.text
        #expect(isSafe(text), "\(text.debugDescription)")
        #expect(text.hasPrefix("reset a"))
        #expect(text.contains("\nand more\nengine a"))
    }

    @Test func graphsForOtherProgramsAreSafeToo() {
        let graph = AppGraph(nodes: [
            AppGraph.Node(
                namespace: "shop", name: Self.hostile, statuses: [.errored], dependencies: [Dependency(Self.hostile)],
                reason: Self.hostile)
        ])
        for text in [GraphListing.dot(graph), GraphListing.mermaid(graph)] {
            #expect(isSafe(text), "\(text.debugDescription)")
            for line in text.split(separator: "\n") { #expect(line.count { $0 == "\"" } % 2 == 0) }
        }
    }

    @Test(arguments: [Double.greatestFiniteMagnitude, -1e308, .nan, .infinity])
    func figuresOfAnySizeAreShown(_ value: Double) {
        let spread = MetricSpread(min: value, average: value, max: value)
        let from = WallTime(milliseconds: 1_700_000_000_000)
        let point = MetricPoint(at: from, cpu: spread, memory: spread, load: spread)
        for step in [Int.min, 0, 1000, .max] {
            let listing = MetricListing(from: from, to: WallTime(milliseconds: from.milliseconds + 60_000), step: step)
            #expect(isSafe(listing.text(MetricSeries(points: [point, point]))))
        }
    }

    /// The app was not there before its first figure.
    @Test func aRowBeginsWithItsFirstFigure() {
        let from = WallTime(milliseconds: 1_700_000_000_000)
        let (to, first) = (from.milliseconds + 3_600_000, from.milliseconds + 1_000_000)
        let spread = MetricSpread(min: 1, average: 1, max: 1)
        let point = MetricPoint(at: WallTime(milliseconds: first), cpu: spread, memory: spread)
        let listing = MetricListing(from: from, to: WallTime(milliseconds: to), step: 1000)
        let row = listing.text(MetricSeries(points: [point])).split(separator: "\n").last ?? ""
        #expect(row.hasPrefix("  2023-11-14T22:30:00Z"), "\(row)")
    }

    @Test func logsOfAnySizeAreSummedUp() {
        let log = LogInfo(
            namespace: "a", name: "b", instance: 0, channel: .out, path: "/c", size: .max, oldFiles: .max, oldSize: .max
        )
        let text = LogListing.table([log, log], now: WallTime(milliseconds: 0), colour: false)
        #expect(text.contains("16E"))
    }
}
