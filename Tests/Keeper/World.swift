import CKernel
import Glibc
import Testing

/// A keeper of its own in a directory of its own, whose engines are probes that give us their end of the link.
final class World {
    let directory: String
    /// The spare, which the keeper started as.
    private(set) var keeper: Int32 = 0
    /// Its child, as the last OD_WELCOME said.
    private(set) var worker: Int32 = 0
    /// How many workers there have been.
    private(set) var keepers: UInt32 = 0
    private let listener: Int32
    private let clients: Int32
    private var lock: Int32
    /// The keeper's first process is our child and wants to be reaped.
    private var child: Int32 = 0
    private var command: [String] = []
    private var variables: [String] = []
    private(set) var engine: PlayedEngine?
    private var requests: UInt64 = 0
    private var pidfds: [Int32] = []

    /// Starts the keeper in the foreground. `engineProgram` gets the path of the socket where engines report.
    /// `descriptors` is the keeper's RLIMIT_NOFILE; with `isPlain` it has no rights of root.
    init(
        engineProgram: (String) -> [String] = { [Binaries.probe, "engine", $0] }, environment: [String] = [],
        isBackground: Bool = false, descriptors: Int? = nil, isPlain: Bool = false
    ) throws {
        var name = Array("/tmp/od-keeper-test-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw Trouble("mkdtemp") }
        directory = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        lock = open(directory + "/engine.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw Trouble("flock") }
        clients = try Self.listen(directory + "/od.sock", SOCK_STREAM)
        listener = try Self.listen(directory + "/test.sock", SOCK_SEQPACKET)
        command = [Binaries.keeper] + engineProgram(directory + "/test.sock")
        if let descriptors { command = ["/bin/sh", "-c", "ulimit -n \(descriptors); exec \"$@\"", "sh"] + command }
        if isPlain, isRoot {
            command = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] + command
            for place in ["", "/test.sock", "/od.sock"] { chown(directory + place, 65534, 65534) }
        }
        variables = (isBackground ? [] : ["OD_FOREGROUND=1"]) + ["PATH=/usr/bin:/bin", mark] + environment
        try startKeeper()
    }

    deinit {
        // Apps first: they would become orphans of the machine.
        for pidfd in pidfds { od_signal_process(pidfd, SIGKILL) }
        killKeepers()
        if child > 0 { waitpid(child, nil, 0) }
        if let engine { Glibc.kill(engine.pid, SIGKILL) }
        for fd in pidfds + [lock, clients, listener] { close(fd) }
        for file in ["/engine.lock", "/od.sock", "/test.sock"] { unlink(directory + file) }
        rmdir(directory)
    }

    /// What all processes of this world's keepers and engines have in their environment.
    private var mark: String { "OD_WORLD=" + directory }

    /// The processes of this world's keepers, living ones.
    func keeperProcesses() -> [Int32] {
        processes().filter { pid in
            guard contents("/proc/\(pid)/comm") == "od-keeper\n", isAlive(pid) else { return false }
            return contents("/proc/\(pid)/environ")?.contains(mark) == true
        }
    }

    /// Kills all of the keeper. They are stopped first: each would otherwise replace the other.
    func killKeepers() {
        var known: [Int32] = []
        while true {
            let found = keeperProcesses()
            if found == known { break }
            for pid in found { Glibc.kill(pid, SIGSTOP) }
            known = found
        }
        for pid in known { Glibc.kill(pid, SIGKILL) }
    }

    private static func listen(_ path: String, _ type: __socket_type) throws -> Int32 {
        let fd = socket(AF_UNIX, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, Glibc.listen(fd, 16) == 0 else { throw Trouble("listen on \(path)") }
        return fd
    }

    /// Starts a keeper; `living` is one for an engine that lives: our end of its link.
    func startKeeper(living: (engine: Int32, link: Int32)? = nil) throws {
        if child > 0 { waitpid(child, nil, 0) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Moved out of the way first: our descriptors may be 3 to 5 themselves.
        let given = [lock, clients] + (living.map { [$0.link] } ?? [])
        for (number, fd) in given.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, fd, 196 + Int32(number))
        }
        for number in given.indices {
            posix_spawn_file_actions_adddup2(&actions, 196 + Int32(number), Int32(OD_FD_LOCK) + Int32(number))
        }
        let environment = variables + (living.map { ["OD_ENGINE_PID=\($0.engine)"] } ?? [])
        var argv = command.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        let result = posix_spawn(&keeper, command[0], &actions, nil, &argv, &envp)
        guard result == 0 else { throw Trouble("posix_spawn \(command[0]): \(result)") }
        child = keeper
    }

    /// Starts a keeper for the present engine, which has lost its own.
    func startKeeper(forPresentEngine engine: PlayedEngine) throws {
        var ends: [Int32] = [-1, -1]
        guard od_link_pair(&ends) == 0 else { throw Trouble("od_link_pair") }
        try startKeeper(living: (engine.pid, ends[0]))
        close(ends[0])
        engine.replaceLink(ends[1])
    }

    /// The keeper's first process is reaped.
    func forgetChild() {
        child = 0
    }

    /// Closes our own copy of the lock.
    func dropLock() {
        close(lock)
        lock = -1
    }

    // MARK: Engines

    /// Waits for the next engine, which becomes the present one and says OD_HELLO. The one before must be dead.
    @discardableResult
    func nextEngine(greeting: Bool = true) throws -> PlayedEngine {
        guard isReadable(listener, within: patience) else { throw Trouble("no engine came") }
        let engine = try PlayedEngine(accept(listener, nil, nil))
        self.engine = engine
        if greeting { _ = try hello() }
        return engine
    }

    /// Whether another engine asks to be let in within the limit.
    func hasNextEngine(within limit: Int32) -> Bool { isReadable(listener, within: limit) }

    /// Kills the present engine with SIGKILL and forgets what it held.
    func killEngine() throws {
        guard let engine else { throw Trouble("no engine") }
        Glibc.kill(engine.pid, SIGKILL)
        self.engine = nil
    }

    func present() throws -> PlayedEngine {
        guard let engine else { throw Trouble("no engine") }
        return engine
    }

    // MARK: Frames

    /// Sends a frame and gives its number.
    @discardableResult
    func send(
        _ kind: od_kind, slot: UInt32 = 0, seq: UInt64? = nil, body: [UInt8] = [], fds: [Int32] = []
    ) throws -> UInt64 {
        requests += 1
        let number = seq ?? requests
        try present().send(kind, slot: slot, seq: number, body: body, fds: fds)
        return number
    }

    /// The next frame of this kind; the others before it are dropped when `skipping`, else they are an error.
    func expect(_ kind: od_kind, skipping: Bool = false, within limit: Int32 = patience) throws -> Frame {
        let deadline = now() + Int64(limit)
        while true {
            let left = Int32(max(deadline - now(), 0))
            guard let frame = try present().receive(within: left) else {
                throw Trouble("no frame of kind \(kind.rawValue)")
            }
            if frame.kind == kind.rawValue { return frame }
            guard skipping else { throw Trouble("frame \(frame.kind) instead of \(kind.rawValue)") }
        }
    }

    /// Says OD_HELLO and gives all frames from its OD_WELCOME to OD_LISTED; what came before is dropped.
    func hello() throws -> [Frame] {
        let number = try send(OD_HELLO)
        var frames: [Frame] = []
        while frames.isEmpty {
            let welcome = try expect(OD_WELCOME, skipping: true)
            if welcome.seq == number { frames.append(welcome) }
        }
        try note(frames[0])
        repeat {
            guard let frame = try present().receive(within: patience) else { throw Trouble("no OD_LISTED") }
            frames.append(frame)
        } while frames.last?.kind != OD_LISTED.rawValue
        return frames
    }

    /// An OD_WELCOME says who the keeper is.
    func note(_ welcome: Frame) throws {
        let facts = try welcome.body(od_welcome.self)
        keeper = facts.spare
        worker = facts.pid
        keepers = facts.keepers
    }

    /// Kills a process of the keeper and waits until another worker has been greeted; what the engine holds by then.
    @discardableResult
    func kill(_ victim: Victim) throws -> [Frame] {
        let number = victim == .worker ? worker : keeper
        Glibc.kill(number, SIGKILL)
        _ = try expect(OD_RESYNC, skipping: true)
        let frames = try hello()
        guard worker != number, keeper != number else { throw Trouble("greeted by the dead") }
        return frames
    }

    enum Victim: CaseIterable { case worker, spare }

    // MARK: Runs

    /// Sends OD_SPAWN for a probe.
    @discardableResult
    func requestSpawn(
        _ arguments: [String], instance: UInt64 = 1, run: UInt64 = 1, program: String = Binaries.probe,
        cwd: String = "/", environment: [String] = [], memfd: Bool = false
    ) throws -> UInt64 {
        let strings = [program, cwd, "probe"] + arguments + environment
        let bytes = strings.flatMap { (text: String) -> [UInt8] in Array(text.utf8) + [0] }
        let body = od_spawn(
            instance: instance, run: run, argc: UInt32(arguments.count + 1), envc: UInt32(environment.count),
            length: UInt32(bytes.count), head: memfd ? 1 : 0)
        guard memfd else { return try send(OD_SPAWN, body: bytesOf(body) + bytes) }
        let file = od_sealed_file(bytes, bytes.count)
        defer { close(file) }
        return try send(OD_SPAWN, body: bytesOf(body), fds: [file])
    }

    /// Spawns a probe and waits until it runs.
    func spawn(
        _ arguments: [String], instance: UInt64 = 1, run: UInt64 = 1, environment: [String] = [], cwd: String = "/"
    ) throws -> Run {
        let number = try requestSpawn(arguments, instance: instance, run: run, cwd: cwd, environment: environment)
        let frame = try expect(OD_SPAWNED)
        guard frame.seq == number else { throw Trouble("answer to \(frame.seq) instead of \(number)") }
        return try adopt(frame)
    }

    /// A run from OD_SPAWNED or OD_SLOT; whatever happens, it is killed with this world.
    func adopt(_ frame: Frame) throws -> Run {
        guard frame.fds.count == Int(OD_SLOT_FDS.rawValue) else {
            throw Trouble("a frame of kind \(frame.kind) with \(frame.fds.count) descriptors")
        }
        pidfds.append(dup(frame.fds[0]))
        return try Run(frame)
    }

    func signal(_ run: Run, _ number: Int32, _ scope: od_scope = OD_SCOPE_TREE) throws -> od_signalled {
        let body = od_signal(run: run.facts.run, signal: number, scope: scope.rawValue)
        try send(OD_SIGNAL, slot: run.slot, body: bytesOf(body))
        return try expect(OD_SIGNALLED, skipping: true).body(od_signalled.self)
    }

    /// Acknowledges an exit and releases the streams.
    func finish(_ exit: Frame) throws {
        try send(OD_ACK, slot: exit.slot, seq: exit.seq)
        try send(OD_RELEASE, slot: exit.slot)
    }
}

func bytesOf<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}
