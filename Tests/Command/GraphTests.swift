@testable import Command
import Core
import Support
import Testing

struct GraphTests {
    private static let graph = AppGraph(nodes: [
        AppGraph.Node(
            namespace: "shop", name: "api", statuses: [.waiting, .waiting],
            dependencies: [Dependency("db"), Dependency("migrate", .completedSuccessfully)], reason: "for db (starting)"
        ),
        AppGraph.Node(namespace: "shop", name: "cron", statuses: [.online], dependencies: [Dependency("api")]),
        AppGraph.Node(
            namespace: "shop", name: "db", statuses: [.starting], dependencies: [Dependency("infra/disk", .started)]),
        AppGraph.Node(namespace: "shop", name: "migrate", statuses: [.stopped], finished: 1),
        AppGraph.Node(
            namespace: "shop", name: "seed", statuses: [.stopped, .stopped, .online], dependencies: [], finished: 1),
        AppGraph.Node(
            namespace: "shop", name: "web", statuses: [.online, .errored], dependencies: [Dependency("api")]),
        AppGraph.Node(namespace: "tools", name: "alone"),
    ])

    @Test func isDrawnAsATree() {
        golden("Commands/graph.txt", GraphListing.text(Self.graph, colour: false, unicode: true))
        golden("Commands/graph-ascii.txt", GraphListing.text(Self.graph, colour: false, unicode: false))
        #expect(GraphListing.text(Self.graph, colour: true, unicode: true).contains("\u{1B}["))
        #expect(GraphListing.text(AppGraph(nodes: []), colour: false, unicode: true).hasPrefix("no apps yet"))
    }

    @Test func isWrittenForOtherPrograms() {
        golden("Commands/graph.dot", GraphListing.dot(Self.graph))
        golden("Commands/graph.mermaid", GraphListing.mermaid(Self.graph))
    }

    @Test func infoHasARowForEachPart() {
        let order = ProcessOrder(
            dependencies: [Dependency("db"), Dependency("job", .completed)], dependents: ["web"], cascade: .both,
            maxMemory: 512 << 20, pidFile: "/run/api.pid", treeKill: false, cause: "memory", alone: true)
        #expect(
            OrderListing.rows(order).map(\.name) == [
                "depends on", "needed by", "cascade", "max memory", "last restart", "pid file", "stop signal",
            ])
        #expect(OrderListing.rows(order)[0].value == "db, job (completed); started without")
        #expect(OrderListing.rows(nil).isEmpty)
        #expect(OrderListing.rows(ProcessOrder(dependents: ["web"])).map(\.name) == ["needed by"])
    }

    @Test func whatWaitsIsNotStarted() {
        let held = InstanceInfo(
            id: 1, name: "api", instance: 0, namespace: "shop", status: .waiting, reason: "for db (starting)")
        let db = InstanceInfo(id: 2, name: "db", instance: 0, namespace: "shop", status: .online, uptime: 1)
        let text = Summary.started([held, db], within: .seconds(1))
        #expect(text.contains("started db") && text.contains("waiting: api"), "\(text)")
    }
}
