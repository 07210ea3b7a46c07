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

    private func held(_ name: String, for other: String, id: Int) -> InstanceInfo {
        var process = process(name, .waiting, .code(3), id: id)
        process.reason = "for \(other)"
        return process
    }

    /// What an app said when it ran last is no reason why it does not start now.
    @Test func whoWaitsForAnotherHasNotBegun() {
        var readying = Readying([held("api", for: "db (starting)", id: 1)], jobs: [:])
        readying.give(up: 300)
        #expect(readying.failed.map(\.why) == ["it waits for db (starting), after 300 ms"])
        #expect(readying.begun.isEmpty)
        var other = Readying([process("api", .starting, id: 1)], jobs: [:])
        other.give(up: 300)
        #expect(other.failed.map(\.why) == ["it is starting after 300 ms"])
        #expect(other.begun == [1])
    }

    @Test func whoHasBegunMeanwhileIsToldAsItIsNow() {
        var readying = Readying([held("api", for: "db (starting)", id: 1)], jobs: [:])
        readying.take(event(.starting, process("api", .starting, .code(3), id: 1)))
        readying.give(up: 300)
        #expect(readying.failed.map(\.why) == ["it is starting after 300 ms"])
        #expect(readying.begun == [1])
    }

    /// A dependency of the same command has failed: who waits for it is not waited for without end.
    @Test func aFailedDependencyEndsTheWait() {
        var readying = Readying([process("db", .starting), held("api", for: "db (starting)", id: 1)], jobs: [:])
        #expect(readying.waiting.count == 2)
        var failed = process("db", .errored, .code(1))
        failed.reason = "16 quick exits"
        readying.take(event(.errored, failed))
        #expect(readying.waiting.isEmpty)
        #expect(readying.failed.map(\.why) == ["16 quick exits", "it waits for db (starting)"])
        #expect(readying.begun == [0])
    }
}
