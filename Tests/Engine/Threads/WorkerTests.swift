import Core
import Engine
import Glibc
import Synchronization
import Testing

@Suite struct WorkerTests {
    private struct Refused: Error {}

    /// A lock that a job holds until the test opens it.
    private final class Gate: Sendable {
        private let descriptors: (Int32, Int32)

        init() {
            var ends: [Int32] = [-1, -1]
            _ = pipe(&ends)
            descriptors = (ends[0], ends[1])
        }

        deinit {
            close(descriptors.0)
            close(descriptors.1)
        }

        func wait() {
            var byte: UInt8 = 0
            _ = read(descriptors.0, &byte, 1)
        }

        func open() {
            _ = write(descriptors.1, "x", 1)
        }
    }

    @Test func aJobGivesItsValueOrItsError() async throws {
        let worker = try Worker("test")
        #expect(try await worker.run { 42 } == 42)
        await #expect(throws: Refused.self) { try await worker.run { throw Refused() } }
    }

    @Test func jobsOfOneThreadRunInTheirOrder() async throws {
        let worker = try Worker("test")
        let order = Mutex<[Int]>([])
        for number in 0..<1000 {
            #expect(worker.post { order.withLock { $0.append(number) } })
        }
        let found = try await worker.run { order.withLock { $0 } }
        #expect(found == Array(0..<1000))
    }

    @Test func theyRunOnNamedThreadsWithSignalsBlocked() async throws {
        let worker = try Worker("od-test-worker-with-a-long-name")
        let (name, isBlocked) = try await worker.run {
            var mask = sigset_t()
            pthread_sigmask(SIG_BLOCK, nil, &mask)
            return (text("/proc/thread-self/comm"), sigismember(&mask, SIGTERM) == 1)
        }
        #expect(name == "od-test-worker-\n")
        #expect(isBlocked)
    }

    @Test func aFullQueueRefuses() async throws {
        let worker = try Worker("test", capacity: 3)
        let gate = Gate()
        let entered = Gate()
        #expect(
            worker.post {
                entered.open()
                gate.wait()
            })
        entered.wait()
        for _ in 0..<3 { #expect(worker.post {}) }
        #expect(!worker.post {})
        let failure = await #expect(throws: Failure.self) { try await worker.run {} }
        #expect(failure?.code == .diskFailed)
        gate.open()
        #expect(eventually { worker.post {} })
    }

    @Test func twoThreadsWorkAtATime() async throws {
        let worker = try Worker("test", threads: 2)
        let (one, two) = (Gate(), Gate())
        // Each waits for the other.
        async let first: Void = worker.run {
            one.open()
            two.wait()
        }
        async let second: Void = worker.run {
            two.open()
            one.wait()
        }
        _ = try await (first, second)
    }

    @Test func theThreadsEndWithTheWorkerAfterItsJobs() async throws {
        final class Count: Sendable {
            let value = Mutex(0)
        }
        let count = Count()
        do {
            let worker = try Worker("od-passing", threads: 2)
            for _ in 0..<100 { #expect(worker.post { count.value.withLock { $0 += 1 } }) }
        }
        #expect(eventually { count.value.withLock { $0 } == 100 })
        #expect(eventually { !threadNames().contains("od-passing") })
    }

    private func threadNames() -> [String] {
        guard let dir = opendir("/proc/self/task") else { return [] }
        defer { closedir(dir) }
        var names: [String] = []
        while let entry = readdir(dir) {
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
            names.append(text("/proc/self/task/\(name)/comm").split(separator: "\n").first.map(String.init) ?? "")
        }
        return names
    }
}
