import Core
import Interface
import Testing

/// The small language of the filter.
struct QueryTests {
    private static let busy: InstanceInfo = {
        var process = InstanceInfo.sample(7, "api", 1)
        process.cpu = 12.5
        process.memory = 300 << 20
        process.processes = 3
        process.restarts = 4
        return process
    }()

    private func matches(_ text: String, _ process: InstanceInfo = busy, uptime: Int? = 90_000) -> Bool {
        Query(text).matches(process, uptime: uptime)
    }

    @Test(arguments: [
        "", "api", "API#1 online", "cpu>5", "cpu>=12.5", "cpu<13%", "cpu<=12.5", "cpu!=1", "cpu=12.5", "mem>100M",
        "memory<1G", "mem>=300m", "mem>1000", "mem<1t", "mem>1k", "pid=30007", "id=7", "restarts>3", "rst=4",
        "uptime>1m",
        "uptime<2m", "up>=90s", "uptime<1h", "uptime<1d", "uptime>80", "uptime>80000ms", "procs=3", "state=on",
        "status=online", "status!=errored", "ns=shop", "project=sh", "name=api", "app=api#1", "!state=errored",
        "!cpu>50",
        "cpu>5 ns=shop api", "cpu>", "state=", "!",
    ])
    func finds(text: String) {
        #expect(matches(text))
    }

    @Test(arguments: [
        "worker", "!api", "cpu>12.5", "cpu<5", "mem>1G", "pid=1", "restarts<4", "uptime>2m", "state=errored", "ns=blog",
        "name=pi", "name=ap", "foo>3", "state!=online", "!cpu>5", "cpu>5 worker", "cpu>x", "mem>5q", "colour=red",
        "!ns=shop",
    ])
    func leavesOut(text: String) {
        #expect(!matches(text))
    }

    /// What does not run has no figures, and is in no comparison.
    @Test(arguments: ["cpu>0", "cpu<100", "!cpu>0", "mem<1G", "pid>0", "uptime>0", "procs<9"])
    func noFigureIsNoMatch(text: String) {
        #expect(!matches(text, .sample(1, "cron", 0, .stopped), uptime: nil))
    }

    @Test func theListIsFilteredByFigures() {
        var scene = Scene.showing(shop)
        scene.metrics([1: (50, 100 << 20), 2: (1, 1), 8: (9, 1)])
        scene.press("/")
        scene.type("cpu>5 ns=shop")
        #expect(scene.state.list.order == [named("api"), named("worker")])
        #expect(scene.screen().contains("2 of 8"))
        scene.metrics([1: (1, 1), 2: (30, 1), 8: (9, 1)])
        #expect(
            scene.state.list.order == [named("worker"), named("api", 1)]
                || scene.state.list.order == [named("api", 1), named("worker")])
    }
}
