import CKernel
import Glibc
import Testing

/// A keeper of its own in a directory of its own, whose engines are probes that give us their end of the link.
final class World {
    let directory: String
    private(set) var keeper: Int32 = 0
    private let listener: Int32
    private let clients: Int32
    private var lock: Int32
    /// The keeper is our child and wants to be reaped.
    private var isChild = true
    private(set) var engine: PlayedEngine?
    private var requests: UInt64 = 0
    private var pidfds: [Int32] = []

    /// Starts the keeper in the foreground. `engineProgram` gets the path of the socket where engines report.
    /// `descriptors` is the keeper's RLIMIT_NOFILE.
    init(
        engineProgram: (String) -> [String] = { [Binaries.probe, "engine", $0] }, environment: [String] = [],
        isBackground: Bool = false, descriptors: Int? = nil
    ) throws {
        var name = Array("/tmp/od-keeper-test-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw Trouble("mkdtemp") }
        directory = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        lock = open(directory + "/engine.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw Trouble("flock") }
        clients = try Self.listen(directory + "/od.sock", SOCK_STREAM)
        listener = try Self.listen(directory + "/test.sock", SOCK_SEQPACKET)
        var command = [Binaries.keeper] + engineProgram(directory + "/test.sock")
        if let descriptors { command = ["/bin/sh", "-c", "ulimit -n \(descriptors); exec \"$@\"", "sh"] + command }
        let variables = (isBackground ? [] : ["OD_FOREGROUND=1"]) + ["PATH=/usr/bin:/bin"] + environment
        keeper = try start(command, variables)
    }

    deinit {
        // Apps first: they would become orphans of the machine.
        for pidfd in pidfds { od_signal_process(pidfd, SIGKILL) }
        if keeper > 0 {
            kill(keeper, SIGKILL)
            if isChild { waitpid(keeper, nil, 0) }
        }
        if let engine { kill(engine.pid, SIGKILL) }
        for fd in pidfds + [lock, clients, listener] { close(fd) }
        for file in ["/engine.lock", "/od.sock", "/test.sock"] { unlink(directory + file) }
        rmdir(directory)
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

    private func start(_ arguments: [String], _ environment: [String]) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Moved out of the way first: our descriptors may be 3 and 4 themselves.
        posix_spawn_file_actions_adddup2(&actions, lock, 198)
        posix_spawn_file_actions_adddup2(&actions, clients, 199)
        posix_spawn_file_actions_adddup2(&actions, 198, Int32(OD_FD_LOCK))
        posix_spawn_file_actions_adddup2(&actions, 199, Int32(OD_FD_LISTENER))
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: Int32 = 0
        let result = posix_spawn(&pid, arguments[0], &actions, nil, &argv, &envp)
        guard result == 0 else { throw Trouble("posix_spawn \(arguments[0]): \(result)") }
        return pid
    }

    /// The keeper went into the background: this is its pid.
    func replaceKeeper(_ pid: Int32) {
        keeper = pid
        isChild = false
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
        kill(engine.pid, SIGKILL)
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
        repeat {
            guard let frame = try present().receive(within: patience) else { throw Trouble("no OD_LISTED") }
            frames.append(frame)
        } while frames.last?.kind != OD_LISTED.rawValue
        return frames
    }

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
            length: UInt32(bytes.count), memfd: memfd ? 1 : 0)
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
