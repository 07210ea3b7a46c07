import Core
import Testing

@Suite struct InstantTests {
    @Test func arithmeticStaysOnTheClock() {
        let one = Instant(nanoseconds: 1_000_000_000)
        #expect(one.advanced(byMilliseconds: 500).nanoseconds == 1_500_000_000)
        #expect(one.advanced(byMilliseconds: -500).nanoseconds == 500_000_000)
        #expect(one.advanced(byMilliseconds: -5000).nanoseconds == 0)
        #expect(one.advanced(byMilliseconds: .max).nanoseconds == .max)
        #expect(Instant(nanoseconds: .max).advanced(byMilliseconds: 1).nanoseconds == .max)
        #expect(one.milliseconds(since: Instant(nanoseconds: 0)) == 1000)
        #expect(Instant(nanoseconds: 0).milliseconds(since: one) == 0)
    }
}

@Suite struct WallTimeTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_795_253_057_112, "2026-11-21T09:24:17.112Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (.min, "0000-01-01T00:00:00.000Z"), (.max, "9999-12-31T23:59:59.999Z"),
    ])
    func isWrittenAsISO8601(milliseconds: Int64, text: String) {
        #expect(WallTime(milliseconds: milliseconds).description == text)
    }

    @Test func readsWhatItWrites() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<2000 {
            let time = WallTime(milliseconds: Int64.random(in: 0...4_102_444_800_000, using: &random))
            #expect(WallTime(time.description) == time)
        }
        #expect(WallTime("2026-11-21T09:24:17Z")?.milliseconds == 1_795_253_057_000)
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T09:24:17", "2026-13-21T09:24:17Z", "2026-11-21T24:00:00Z",
        "2026-11-21T09:24:17.1Z",
        "2026-11-21T09:24:17.abcZ", "2o26-11-21T09:24:17Z",
    ])
    func refusesOtherText(text: String) {
        #expect(WallTime(text) == nil)
    }

    @Test func comparesByTime() {
        #expect(WallTime(milliseconds: 1) < WallTime(milliseconds: 2))
        let now = Moment(boot: Instant(nanoseconds: 5_000_000_000), wall: WallTime(milliseconds: 100_000))
        #expect(now.wallTime(of: Instant(nanoseconds: 4_000_000_000)).milliseconds == 99_000)
        #expect(now.wallTime(of: Instant(nanoseconds: 7_000_000_000)).milliseconds == 102_000)
    }
}

@Suite struct ExitTests {
    @Test func readsEveryWaitStatus() {
        for code in Int32(0)...255 { #expect(Exit(waitStatus: code << 8) == .code(code)) }
        for signal in Int32(1)...64 {
            #expect(Exit(waitStatus: signal) == .signal(signal, core: false))
            #expect(Exit(waitStatus: signal | 0x80) == .signal(signal, core: true))
        }
    }

    @Test func isWrittenForPeople() {
        #expect(Exit.code(3).description == "exit 3")
        #expect(Exit.signal(9, core: false).description == "SIGKILL")
        #expect(Exit.signal(11, core: true).description == "SIGSEGV (core dumped)")
        #expect(Exit.signal(40, core: false).description == "signal 40")
        #expect(Exit.unknown.description == "exit unknown")
        #expect(Exit.code(0).isSuccess && !Exit.unknown.isSuccess)
    }

    @Test func signalsHaveNamesAndNumbers() {
        for text in ["SIGTERM", "TERM", "term", "15"] { #expect(Signal.number(text) == 15) }
        for text in ["", "0", "65", "NOSUCH", "-9"] { #expect(Signal.number(text) == nil) }
        #expect(Signal.name(31) == "SIGSYS")
    }
}

@Suite struct TargetTests {
    @Test func readsEveryForm() throws {
        #expect(try Target("all") == .all)
        #expect(try Target("12") == .id(12))
        #expect(try Target("api") == .name(namespace: nil, name: "api", instance: nil))
        #expect(try Target("shop/api") == .name(namespace: "shop", name: "api", instance: nil))
        #expect(try Target("shop/api#3") == .name(namespace: "shop", name: "api", instance: 3))
        #expect(try Target("/^a.i$/") == .pattern("^a.i$"))
    }

    @Test(arguments: ["", "a b", "a/b/c", "/", "//", "api#", "api#x", "api#-1", "1api", "-1", "a#1#2", "/api", "x/all"])
    func refusesWhatNamesNothing(text: String) {
        #expect(throws: Failure.self) { try Target(text) }
    }

    @Test func namesHaveRules() {
        for name in ["a", "api-2.v_1", String(repeating: "x", count: 128)] { #expect(AppName.isValid(name)) }
        for name in ["", "all", "1a", "a b", "é", "a/b", String(repeating: "x", count: 129)] {
            #expect(!AppName.isValid(name))
        }
    }
}

@Suite struct FailureTests {
    @Test func exitCodesFollowTheFamily() {
        #expect(ErrorCode.usage.exitCode == 2)
        #expect(ErrorCode.configSyntax.exitCode == 2)
        #expect(ErrorCode.noSuchTarget.exitCode == 3)
        #expect(ErrorCode.spawnFailed.exitCode == 1)
        let failure = Failure(.bug, "what", why: "why", next: "next")
        #expect(failure.exitCode == 1)
        #expect(failure.description == "OD9001: what: why (next)")
        #expect(RPCError(failure).data == failure)
    }
}

@Suite struct FrameTests {
    @Test func headersRoundTrip() throws {
        for length in [0, 1, 255, 256, 65_536, Frame.maxPayload] {
            let parsed = try Frame.parseHeader(Frame.header(.log, length: length))
            #expect(parsed.kind == .log && parsed.length == length)
        }
    }

    @Test func refusesUnknownKindsAndHugeLengths() {
        #expect(throws: Frame.Malformed.unknownKind(9)) { try Frame.parseHeader([9, 0, 0, 0, 0]) }
        #expect(throws: Frame.Malformed.tooLong(Frame.maxPayload + 1)) {
            try Frame.parseHeader(Frame.header(.request, length: Frame.maxPayload + 1))
        }
        #expect(throws: Frame.Malformed.tooLong(0xFFFF_FFFF)) { try Frame.parseHeader([1, 255, 255, 255, 255]) }
    }

    @Test func logChunksRoundTrip() {
        for (caughtUp, last) in [(false, false), (true, false), (false, true), (true, true)] {
            let chunk = LogChunk(
                stream: 0x0102_0304, process: 7, channel: .error, caughtUp: caughtUp, last: last,
                offset: 0x0102_0304_0506_0708, bytes: [0, 255, 10])
            #expect(LogChunk(chunk.encoded) == chunk)
        }
        #expect(LogChunk([1, 2, 3]) == nil)
        #expect(LogChunk([UInt8](repeating: 0, count: 18)) == nil)
    }
}
