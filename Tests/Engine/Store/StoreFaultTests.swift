import Core
import Engine
import Glibc
import Testing

/// What is acknowledged survives; what fails leaves no trace.
struct StoreFaultTests {
    /// Apps of one transaction: a torn one would show fewer.
    static let batch: UInt64 = 20

    /// The child commits without a pause and notes each commit that came back; a thread of it kills it in the midst.
    @Test(arguments: 0..<20)
    func aKilledWriterLosesNothingThatWasAcknowledged(_ round: UInt64) async throws {
        let fixture = try StoreFixture()
        await #expect(processExitsWith: .signal(SIGKILL)) { [directory = fixture.directory as String, round] in
            let store = try Store(path: directory + "/state.db")
            let notes = open(directory + "/acknowledged", O_RDWR | O_CREAT | O_TRUNC, 0o600)
            killSelf(afterMicroseconds: 500 + round * 1700)
            for number in 1...UInt64.max {
                try store.commit((1...Self.batch).map { .putApp(app($0, name: "n\(number)")) })
                var done = number
                pwrite(notes, &done, 8, 0)
            }
        }
        let acknowledged = contents(fixture.directory + "/acknowledged")
            .enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let names = Set(try Store(path: fixture.path).load().apps.map(\.spec.name))
        let apps = try Store(path: fixture.path).load().apps.count
        #expect(names.count <= 1, "a transaction is torn: \(names)")
        #expect(apps == 0 || apps == Int(Self.batch))
        let stored = names.first.flatMap { Int($0.dropFirst()) } ?? 0
        #expect(stored == acknowledged || stored == acknowledged + 1)
    }

    @Test(.enabled(if: geteuid() == 0, "a file system of its own needs root"))
    func aFullDiskTakesTheTransactionBack() throws {
        let fixture = try StoreFixture()
        guard mount("tmpfs", fixture.directory, "tmpfs", 0, "size=256k") == 0 else {
            print("SKIPPED: mount is not allowed here, so the disk cannot be filled")
            return
        }
        defer { umount2(fixture.directory, Int32(MNT_DETACH)) }
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1)), .putHome(HomeRecord(nextKey: 2))])
        let before = try store.load()
        let large = String(repeating: "x", count: 20_000)
        let failure = #expect(throws: Failure.self) {
            try store.commit((2...40).map { .putApp(app($0, env: ["LARGE": large])) })
        }
        #expect(failure?.code == .storeFailed)
        #expect(failure?.why == "the disk is full")
        #expect(try store.load() == before)
        try store.commit([.putHome(HomeRecord(nextKey: 3))])
        #expect(try Store(path: fixture.path).load().home.nextKey == 3)
    }

    @Test func writersOfTwoConnectionsWaitForEachOther() async throws {
        let fixture = try StoreFixture()
        let stores = [try Store(path: fixture.path), try Store(path: fixture.path)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, store) in stores.enumerated() {
                group.addTask {
                    for number in 0..<50 { try store.commit([.putApp(app(UInt64(index * 50 + number)))]) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try stores[0].load().apps.count == 100)
    }
}

/// SIGKILL for this process, from a thread of its own.
func killSelf(afterMicroseconds delay: UInt64) {
    var thread = pthread_t()
    let argument = UnsafeMutableRawPointer(bitPattern: UInt(delay))
    pthread_create(
        &thread, nil,
        { argument in
            usleep(UInt32(UInt(bitPattern: argument)))
            kill(getpid(), SIGKILL)
            return nil
        }, argument)
}
