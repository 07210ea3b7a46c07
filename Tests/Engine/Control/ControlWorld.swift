import CKernel
import Core
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Engine

/// A control with a home of its own, a real store and a real pump, and a keeper that the test plays.
final class ControlWorld: Sendable {
    let home: String
    let control: Control
    let store: Store
    /// Exit codes with which the engine wanted to end.
    private let ends = Numbers()
    /// What the engine gets when it starts a keeper, next first; nothing left is a keeper that does not start.
    private let successors = Numbers()
    private let listener: Int32

    /// The engine's end of a link goes to the control.
    static func link() throws -> (keeper: Int32, engine: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(od_link_pair(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// - Parameter stored: what the last engine left.
    static func start(
        version: UInt16 = UInt16(OD_LINK_VERSION), stored: [StoreWrite] = [], processes: [ProcessRecord] = []
    ) async throws -> (ControlWorld, PlayedKeeper) {
        let (keeper, engine) = try link()
        let world = try ControlWorld(engine: engine, stored, processes)
        try await world.control.open(listener: dup(world.listener))
        return (world, PlayedKeeper(socket: keeper, version: version))
    }

    private init(engine: Int32, _ stored: [StoreWrite], _ processes: [ProcessRecord]) throws {
        var template = Array("/tmp/od-control-XXXXXX".utf8CString)
        let home = try #require(mkdtemp(&template).map { String(cString: $0) })
        self.home = home
        // The keeper of a home holds its lock.
        close(open(home + "/engine.lock", O_WRONLY | O_CREAT, 0o600))
        let paths = HomePaths(home)
        store = try Store(path: paths.database)
        try store.commit(stored, processes: processes)
        listener = try Self.listen(at: home + "/od.sock")
        let (ends, successors) = (ends, successors)
        let facts = Mailman()
        let parts = Control.Parts(
            home: paths, link: KeeperLink(socket: engine), store: store, storeWorker: try Worker("od-store"),
            pump: try LogPump { facts.take($0) }, archivist: try Archivist(home: home),
            readers: try Worker("od-read", threads: 2), chores: try Worker("od-chores"),
            searchers: try Worker.modest("od-search"), meter: try Meter(),
            startKeeper: { _ in
                try successors.list.withLock { list in
                    guard !list.isEmpty else { throw KeeperStart.Trouble("no program") }
                    return list.removeFirst()
                }
            },
            end: { code in ends.list.withLock { $0.append(code) } }, signs: try SignWatch { facts.take($0) })
        control = Control(
            loop: MultiThreadedEventLoopGroup.singleton.next(), parts: parts, stored: try store.load(),
            capabilities: Capabilities(stored: [:]), embedded: false, startNumber: 1)
        facts.reach(control)
    }

    deinit {
        close(listener)
        let (control, home) = (control, home)
        Task {
            await control.forsake()
            for name in [
                "od.sock", "state.db", "state.db-wal", "state.db-shm", "engine.pid", "keeper.pid", "engine.lock",
            ] {
                unlink(home + "/" + name)
            }
        }
    }

    /// The engine will find this one when it starts a keeper.
    func successor() throws -> PlayedKeeper {
        let (keeper, engine) = try Self.link()
        successors.list.withLock { $0.append(engine) }
        return PlayedKeeper(socket: keeper)
    }

    var exitCodes: [Int32] { ends.list.withLock { $0 } }

    func process(_ label: String) async -> InstanceInfo? {
        await control.kernel.list(at: Clock.now()).first { $0.label == label }
    }

    /// Waits until a fact holds.
    func wait(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: () async throws -> Bool
    ) async throws {
        for _ in 0..<PlayedKeeper.patience {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("\(what): never", sourceLocation: sourceLocation)
        throw Failure(.bug, what, why: "it never was", next: "")
    }

    func becomes(_ label: String, _ status: ProcessStatus) async throws {
        try await wait("\(label) is \(status)") { await process(label)?.status == status }
    }

    /// Starts an app, as a client does; its answer comes when the keeper has spoken.
    func start(_ name: String) -> Task<Result<Outcome, Failure>, Never> {
        let (control, spec) = (control, Self.spec(name))
        return Task {
            do throws(Failure) {
                return .success(try await control.command(.start(StartRequest(apps: [spec]))))
            } catch {
                return .failure(error)
            }
        }
    }

    static func spec(_ name: String) -> AppSpec {
        AppSpec(name: name, script: name, program: "/bin/\(name)", cwd: "/")
    }

    /// Starts an app and lets the keeper execute it.
    @discardableResult
    func run(_ name: String, _ keeper: PlayedKeeper, slot: UInt32, pid: Int32) async throws -> PlayedStreams {
        let streams = try PlayedStreams()
        let answer = start(name)
        let spawn = try await keeper.expect(OD_SPAWN)
        keeper.spawned(spawn, slot: slot, pid: pid, streams)
        _ = try await answer.value.get()
        return streams
    }

    func log(_ name: String) -> String {
        FilePath.read(home + "/logs/default/\(name)-0.out.log", limit: 1 << 20).map {
            String(decoding: $0, as: UTF8.self)
        }
            ?? ""
    }

    /// Says hello to the engine at its socket; what it answers.
    func hello() async throws -> String {
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        let connected = Self.withAddress(home + "/od.sock") { connect(client, $0, $1) }
        try #require(connected == 0, "nobody listens")
        let text =
            #"{"jsonrpc":"2.0","id":1,"method":"daemon.hello","params":{"magic":"\#(HelloRequest.magic)","version":1,"#
            + #""client":"test"}}"#
        let frame = Frame.header(.request, length: text.utf8.count) + Array(text.utf8)
        try #require(write(client, frame, frame.count) == frame.count)
        var look = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
        try await wait("an answer") { poll(&look, 1, 0) == 1 }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(client, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Names and messages of the events that were stored.
    func events() throws -> [(name: EventName, message: String)] {
        try store.events(limit: 1000).map { ($0.name, $0.message ?? "") }
    }

    private static func listen(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = withAddress(path) { bind(descriptor, $0, $1) }
        try #require(bound == 0 && Glibc.listen(descriptor, 16) == 0)
        return descriptor
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

extension Control {
    /// The test is over: what happens to the link means nothing any more.
    func forsake() {
        keeperNumber += 1
        server = nil
    }
}

/// Numbers that several threads gather.
private final class Numbers: Sendable {
    let list = Mutex<[Int32]>([])
}

/// Facts of a pump that is made before its control.
private final class Mailman: Sendable {
    private let control = Mutex<Control?>(nil)

    func reach(_ control: Control) { self.control.withLock { $0 = control } }

    func take(_ fact: LogFact) {
        guard let control = control.withLock({ $0 }) else { return }
        control.loop.execute { control.assumeIsolated { $0.take(fact) } }
    }

    func take(_ fact: SignFact) {
        guard let control = control.withLock({ $0 }) else { return }
        control.loop.execute { control.assumeIsolated { $0.take(fact) } }
    }
}
