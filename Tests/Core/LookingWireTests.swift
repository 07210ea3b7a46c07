import Core
import Support
import Testing

/// Samples of the messages by which one looks back.
@Suite struct LookingWireTests {
    private let time = WallTime(milliseconds: 1_795_253_057_112)

    @Test func messagesOfThePast() throws {
        let tests = WireTests()
        try tests.check("fleet-at-request", FleetAtRequest(time: time, events: 1))
        let event = FleetEvent(seq: 8, at: time, name: .exited, process: nil, message: "exit 1", crash: true)
        try tests.check(
            "fleet-past",
            FleetPast(
                time: time, since: time, processes: [WireTests.process], host: WireTests.host, events: [event]))
        try tests.check(
            "metrics-request", MetricsRequest(targets: ["api"], host: true, from: time, to: time, step: 1000))
        let spread = MetricSpread(min: 0.5, average: 1, max: 2.25)
        let point = MetricPoint(at: time, cpu: spread, memory: spread, load: spread)
        try tests.check(
            "metrics-result",
            MetricsResult(
                step: 1000,
                series: [
                    MetricSeries(namespace: "shop", name: "api", instance: 0, points: [point]),
                    MetricSeries(points: []),
                ]))
    }
}
