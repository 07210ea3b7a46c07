import Core
import Testing

@Suite struct OrderWireTests {
    @Test func messagesOfDependencies() throws {
        let tests = WireTests()
        try tests.check(
            "graph",
            AppGraph(nodes: [
                AppGraph.Node(
                    namespace: "shop", name: "api", statuses: [.waiting],
                    dependencies: [Dependency("db"), Dependency("job", .completedSuccessfully)],
                    reason: "for db (starting)", cascade: .both)
            ]))
        let order = ProcessOrder(
            dependencies: [Dependency("db")], dependents: ["web"], cascade: .stop, maxMemory: 5, pidFile: "/run/a.pid",
            treeKill: false, cause: "memory", alone: true)
        try tests.check(
            "process-detail-order",
            ProcessDetail(
                process: WireTests.process, restart: RestartPolicy(), killSignal: 15, killTimeout: 1, env: ["A"],
                order: order))
        try tests.check("signal-request", SignalRequest(targets: ["db"], signal: 10))
        try tests.check("send-request", SendRequest(targets: ["db"], text: "reload\n"))
        try tests.check("targets-cascade", TargetRequest(targets: ["db"], cascade: true))
        try tests.check("start-request-alone", StartRequest(targets: ["db"], alone: true))
        var spec = WireTests.spec
        spec.dependencies = [Dependency("db", .started)]
        (spec.cascade, spec.maxMemory, spec.pidFile, spec.treeKill) = (.restart, 7, "/run/a.pid", false)
        try tests.check("start-request-order", StartRequest(apps: [spec]))
    }
}
