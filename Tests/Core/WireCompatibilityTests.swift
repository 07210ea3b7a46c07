import Core
import FoundationEssentials
import Support
import Testing

/// What earlier versions wrote is understood: these samples are never written again.
@Suite struct WireCompatibilityTests {
    private func old<T: Decodable>(_ name: String) throws -> T {
        let data = try #require(FileManager.default.contents(atPath: "\(Snapshots.here.folder)/Wire/\(name).json"))
        return try JSONDecoder().decode(T.self, from: data)
    }

    @Test func policiesWithoutTheirLaterFieldsHaveDefaults() throws {
        #expect(try old("start-request") == StartRequest(apps: [WireTests.spec], targets: ["web"]))
        #expect(try old("apply-request") == ApplyRequest(namespace: "shop", apps: [WireTests.spec]))
        #expect(
            try old("process-detail")
                == ProcessDetail(
                    process: WireTests.process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: ["A"]))
    }

    @Test func aSubscriptionWithoutParamsIsForAll() throws {
        #expect(try old("nothing") == SubscribeRequest())
    }

    @Test func messagesOfEventsAndPlugins() throws {
        let tests = WireTests()
        try tests.check(
            "subscribe-request", SubscribeRequest(events: ["process:*"], once: true, metrics: false, subscription: 4))
        try tests.check("unsubscribe-request", UnsubscribeRequest(subscription: 4))
        let event = FleetEvent(
            seq: 8, at: WallTime(milliseconds: 0), name: .exited, process: nil, message: "exit 1", crash: true)
        try tests.check("event-item", EventItem(subscription: 4, event: event, missed: 2))
        try tests.check(
            "event-list-request",
            EventListRequest(events: ["process:crash"], after: 7, since: WallTime(milliseconds: 0), limit: 5))
        try tests.check("plugin-request", PluginRequest(id: "metrics"))
        try tests.check(
            "plugin-info",
            PluginInfo(
                id: "metrics", summary: "measures", state: .resting, reason: "why",
                restsUntil: WallTime(milliseconds: 0), failures: 3, needs: ["a"], neededBy: ["b"], fixed: "because"))
    }
}
