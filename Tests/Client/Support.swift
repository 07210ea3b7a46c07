import Core
import Engine
import Glibc
import NIOCore
import NIOPosix
import OpenDaemon
import Synchronization
import Testing

/// Waits until `fact` is true; a fact that does not come true fails the test at this place.
func eventually(
    _ what: Comment, within seconds: Int = 60, at place: SourceLocation = #_sourceLocation,
    _ fact: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while try await !fact() {
        guard ContinuousClock.now < end else {
            Issue.record(what, sourceLocation: place)
            throw Timeout()
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}

struct Timeout: Error {}

/// A directory of its own for one test, removed afterwards.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/od-client-XXXXXX\0".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) }, "\(String(cString: strerror(errno)))")
    }

    deinit { erase(path) }
}

/// Removes a file or a directory with all that is in it.
private func erase(_ path: String) {
    if unlink(path) == 0 { return }
    guard let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
        if name != ".", name != ".." { erase(path + "/" + name) }
    }
    closedir(directory)
    rmdir(path)
}

/// What handlers of a test's engine count and say, from any thread.
final class Tally: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    @discardableResult
    func add(_ name: String) -> Int {
        counts.withLock { counts in
            counts[name, default: 0] += 1
            return counts[name, default: 0]
        }
    }

    subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
}

/// A gate that handlers wait at until the test opens it.
final class Barrier: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// As `wait`, for a thread.
    func block() {
        while !state.withLock({ $0.isOpen }) { sched_yield() }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// The engine's end with answers made up by the test: the real server on a real socket, which outlives it as the one
/// that a keeper holds.
actor FakeEngine {
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 4)
    private static let hanging = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    nonisolated let home: String
    private nonisolated let loop: any EventLoop
    private let scratch: Scratch
    private let listener: Int32
    /// Held as the keeper holds it.
    private let lock: Int32
    private var server: Server?
    private var starts: Int32 = 0
    private var version = Versions.newest

    /// `mayHang`: on a thread of its own, which `occupy` can hold up without hurting other tests.
    init(mayHang: Bool = false) throws {
        loop = (mayHang ? Self.hanging : Self.group).next()
        scratch = try Scratch()
        home = scratch.path
        listener = try bindListener(home + "/od.sock")
        lock = Glibc.open(home + "/engine.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
    }

    deinit {
        Glibc.close(listener)
        Glibc.close(lock)
    }

    /// The newest version of the protocol that engines speak from now on.
    func speak(_ version: Int) {
        self.version = version
    }

    /// Starts an engine with these answers; its pid in the hello counts the starts.
    @discardableResult
    func start(
        _ routes: (inout Router) -> Void = { _ in }, limits: Server.Limits = Server.Limits(), refusing: Failure? = nil,
        gate: Server.Gate? = nil, note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Server {
        var router = Router()
        routes(&router)
        starts += 1
        let (pid, version) = (starts, version)
        let server = try await Server.open(
            listener: dup(listener), on: loop, router: router, limits: limits, gate: gate, note: note
        ) { _ in
            if let refusing { throw refusing }
            var hello = HelloResult(build: "test", pid: pid, embedded: false)
            hello.version = version
            return hello
        }
        self.server = server
        return server
    }

    /// Ends the engine as a crash would: connections break, answers are lost, the socket stays.
    func crash() async {
        await server?.close(within: 0)
        server = nil
    }

    /// A crash and the next engine.
    func replace(_ routes: (inout Router) -> Void = { _ in }) async throws -> Server {
        await crash()
        return try await start(routes)
    }

    /// Keeper and engine are gone, and the socket with them.
    func vanish() async {
        unlink(home + "/od.sock")
        flock(lock, LOCK_UN)
        await crash()
    }

    /// Makes the engine hang: its event loop does nothing until the barrier opens.
    nonisolated func occupy(until barrier: Barrier) {
        loop.execute { barrier.block() }
    }

    nonisolated func connect(deadline: Int = 10_000) async throws -> OpenDaemon {
        try await OpenDaemon.connect(ConnectOptions(home: home, start: .never, client: "tests", deadline: deadline))
    }
}

func bindListener(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try #require(withAddress(path) { bind(descriptor, $0, $1) } == 0, "bind: \(String(cString: strerror(errno)))")
    try #require(listen(descriptor, 1024) == 0)
    return descriptor
}

func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

/// The failure that `body` throws; records an issue when it throws none.
func failure<T>(
    at place: SourceLocation = #_sourceLocation, _ body: () async throws -> T
) async throws -> Failure {
    let error = await #expect(throws: Failure.self, sourceLocation: place) { _ = try await body() }
    return try #require(error, sourceLocation: place)
}

func process(_ id: Int, _ name: String = "api") -> InstanceInfo {
    InstanceInfo(id: id, name: name, instance: 0, namespace: "default", status: .online)
}

let host = HostInfo(hostname: "h", cores: 1, cpu: 0, memoryUsed: 0, memoryTotal: 1, load: [0, 0, 0], uptime: 1)

func event(_ seq: UInt64) -> FleetEvent {
    FleetEvent(seq: seq, at: WallTime(milliseconds: 0), name: .online, process: process(0))
}

func snapshot(_ seq: UInt64) -> FleetSnapshot {
    FleetSnapshot(seq: seq, processes: [process(0)], host: host)
}

/// A thread for calls that block.
final class Thread {
    private var handle = pthread_t()
    private var isJoined = false

    init(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Body(body)).toOpaque()
        pthread_create(
            &handle, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box)
    }

    deinit { if !isJoined { pthread_detach(handle) } }

    func join() {
        pthread_join(handle, nil)
        isJoined = true
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
