@testable import Command
import Core
import OpenDaemon
import Testing

/// `--wait`: which instances count as ready, and which have failed.
struct ReadyingTests {
    private func process(_ name: String, _ status: ProcessStatus, _ exit: Exit? = nil, id: Int = 0) -> InstanceInfo {
        var process = InstanceInfo(id: id, name: name, instance: 0, namespace: "shop", status: status)
        process.exit = exit
        process.exitedAt = exit.map { _ in WallTime(milliseconds: 5) }
        return process
    }

    private func event(_ name: EventName, _ process: InstanceInfo) -> FleetUpdate {
        .event(FleetEvent(seq: 1, at: WallTime(milliseconds: 5), name: name, process: process))
    }

    private let jobs = AppGraph(nodes: [
        AppGraph.Node(
            namespace: "shop", name: "api", statuses: [],
            dependencies: [
                Dependency("migrate", .completed), Dependency("seed", .completedSuccessfully), Dependency("db"),
            ])
    ]).jobs

    @Test func jobsAreThoseOfWhichTheEndIsWaitedFor() {
        #expect(jobs == ["shop/migrate": false, "shop/seed": true])
    }

    @Test(arguments: [
        ("migrate", Exit.code(0), true), ("migrate", .code(3), true), ("seed", .code(0), true),
        ("seed", .code(3), false), ("db", .code(0), false),
    ])
    func aJobThatHasEndedIsReady(_ name: String, _ exit: Exit, _ isReady: Bool) {
        let ended = process(name, .stopped, exit)
        #expect(Readying([ended], jobs: jobs).failed.isEmpty == isReady)
        var later = Readying([process(name, .starting)], jobs: jobs)
        later.take(event(.stopped, ended))
        #expect(later.failed.isEmpty == isReady && later.waiting.isEmpty)
    }

    /// The exit comes before what follows from it: one that is started again has not come to its end.
    @Test func aJobThatIsStartedAgainHasNotEnded() {
        var readying = Readying([process("migrate", .starting)], jobs: jobs)
        readying.take(event(.exited, process("migrate", .stopped, .code(0))))
        #expect(readying.waiting.count == 1)
        readying.take(event(.online, process("migrate", .online, .code(0))))
        #expect(readying.waiting.isEmpty && readying.failed.isEmpty)
    }
}
