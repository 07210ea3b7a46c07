import Core
import Testing

@testable import Engine

@Suite struct CapabilitiesTests {
    static let policy = Breaker.Policy(failures: 2, window: 1000, rest: 100, maxRest: 400)

    static func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: UInt64(milliseconds) * 1_000_000) }

    static func moment(_ milliseconds: Int) -> Moment {
        Moment(boot: at(milliseconds), wall: WallTime(milliseconds: Int64(milliseconds)))
    }

    /// `c` needs `b`, which needs `a`.
    static let chain = [
        Capability(id: "a", summary: "first"), Capability(id: "b", summary: "second", needs: ["a"]),
        Capability(id: "c", summary: "third", needs: ["b"]),
    ]

    @Test func theListIsSound() {
        let ids = Capabilities.list.map(\.id)
        #expect(Set(ids).count == ids.count)
        for (index, one) in Capabilities.list.enumerated() {
            #expect(one.needs.allSatisfy(ids[..<index].contains), "needs stand before who needs them")
            #expect(!one.summary.isEmpty)
        }
        #expect(Capabilities().infos(at: Self.moment(0)).allSatisfy { $0.state == .enabled })
    }

    @Test func switchingOnBringsWhatItNeeds() throws {
        var all = Capabilities(Self.chain, stored: ["a": false, "b": false, "c": false])
        #expect(!all.isEnabled("a") && !all.isEnabled("c"))
        #expect(try all.enable("c") == ["a", "b", "c"])
        #expect(try all.enable("c") == [])
        #expect(all.isEnabled("a") && all.isEnabled("c"))
    }

    @Test func whatOthersNeedStaysOn() throws {
        var all = Capabilities(Self.chain)
        let failure = #expect(throws: Failure.self) { try all.disable("a") }
        #expect(failure?.code == .pluginNeeded)
        #expect(failure?.why == "b cannot do without it")
        #expect(failure?.next == "od plugin disable b first")
        for id in ["c", "b", "a"] { #expect(try all.disable(id) == [id]) }
        #expect(try all.disable("a") == [])
    }

    @Test func whatIsFixedStaysOn() {
        var all = Capabilities(stored: ["logs": false])
        #expect(all.isEnabled(.logs), "whatever was stored")
        let failure = #expect(throws: Failure.self) { try all.disable("logs") }
        #expect(failure?.code == .pluginNeeded)
    }

    @Test func whatNobodyKnowsIsNamed() {
        var all = Capabilities()
        let failure = #expect(throws: Failure.self) { try all.enable("nope") }
        #expect(failure?.code == .noSuchPlugin && failure?.exitCode == 3)
        #expect(failure?.why == "there are logs, metrics, live-metrics, events")
        #expect(throws: Failure.self) { try all.info("nope", at: Self.moment(0)) }
    }

    /// A file of an earlier version may say that something is on whose needs are off.
    @Test func storedSwitchesAreMadeConsistent() {
        let all = Capabilities(Self.chain, stored: ["a": false, "b": true, "unknown": true])
        #expect(!all.isEnabled("a") && !all.isEnabled("b") && !all.isEnabled("c"))
    }

    @Test func whatFailsRestsAndWhoNeedsItSaysSo() throws {
        let (a, b) = (Self.chain[0], Self.chain[1])
        var all = Capabilities(Self.chain, breaker: Self.policy)
        #expect(all.allows(a, at: Self.at(0)) == true)
        #expect(all.failed(a, "no room", at: Self.at(0)) == "a: no room")
        #expect(try all.info("a", at: Self.moment(0)).state == .enabled)
        #expect(try all.info("a", at: Self.moment(0)).reason == "no room")
        #expect(all.failed(a, "no room", at: Self.at(10)) == "a rests for 100 ms: no room")
        #expect(all.allows(a, at: Self.at(109)) == false)
        let info = try all.info("a", at: Self.moment(50))
        #expect(info.state == .resting && info.restsUntil == WallTime(milliseconds: 110) && info.failures == 2)
        #expect(try all.info("b", at: Self.moment(50)).state == .failed)
        #expect(try all.info("b", at: Self.moment(50)).reason == "it needs a, which rests")
        #expect(all.allows(b, at: Self.at(50)) == true, "its own work did not fail")
        #expect(all.allows(a, at: Self.at(110)) && !all.allows(a, at: Self.at(111)))
        all.succeeded(a)
        #expect(try all.info("a", at: Self.moment(120)).state == .enabled)
        #expect(try all.info("a", at: Self.moment(120)).reason == nil)
    }

    @Test func switchingForgetsFailures() throws {
        let a = Self.chain[0]
        var all = Capabilities([a], breaker: Self.policy)
        for _ in 0..<2 { _ = all.failed(a, "no room", at: Self.at(0)) }
        #expect(try all.disable("a") == ["a"])
        #expect(all.allows(a, at: Self.at(500)) == false)
        #expect(try all.info("a", at: Self.moment(0)).state == .disabled)
        _ = try all.enable("a")
        #expect(all.allows(a, at: Self.at(0)) == true)
        all.set("nobody", enabled: true)
        #expect(!all.isEnabled("nobody"))
    }
}

@Suite struct MeterTests {
    @Test func withoutAProcessFileSystemThereAreNoFigures() async throws {
        for (place, why) in [("/nonexistent", "No such file"), ("/dev", "it lists no process")] {
            let meter = try Meter(proc: place)
            for _ in 0..<2 {
                let failure = await #expect(throws: Failure.self) { try await meter.measure([1]) }
                #expect(failure?.code == .procFailed)
                #expect(failure?.why.contains(why) == true, "\(failure?.why ?? "")")
            }
        }
        #expect(try await Meter().measure([]).host.memoryTotal > 0)
    }
}
