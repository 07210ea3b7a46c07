import CKernel
import Core
import Glibc

/// The keeper's executable and how it is started: with the lock and the listening socket as descriptors 3 and 4.
struct Keeper {
    /// Milliseconds that the keeper's first process may take to become a daemon.
    private static let patience: Int32 = 5000

    private let program: String
    private let engine: String
    private let embedded: Bool

    init(_ options: ConnectOptions) {
        program = options.keeper ?? Self.beside("od-keeper")
        engine = options.engine ?? Self.beside("od")
        embedded = options.embedded
    }

    /// A file in the directory of this program's own executable. After an upgrade the kernel calls the old file
    /// `… (deleted)`; the new one is in the same place.
    static func beside(_ name: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/" + name
    }

    /// Starts keeper and engine. Returns when the keeper has become a daemon; the engine may still be starting.
    func start(home: String, lock: borrowing Descriptor, listener: borrowing Descriptor) throws(Failure) {
        try checkPrograms()
        let pid = try spawn(home: home, lock: lock.number, listener: listener.number)
        try awaitDaemon(pid)
    }

    /// Becomes the keeper, in the foreground: for a service manager, whose main process this then is. Returns only to
    /// throw.
    func become(home: String, lock: borrowing Descriptor, listener: borrowing Descriptor) throws(Failure) {
        try checkPrograms()
        // Out of the way of the numbers that they get in the keeper, which may be ours.
        guard let lock = Descriptor(fcntl(lock.number, F_DUPFD_CLOEXEC, 16)),
            let listener = Descriptor(fcntl(listener.number, F_DUPFD_CLOEXEC, 16)),
            dup2(lock.number, Int32(OD_FD_LOCK)) >= 0, dup2(listener.number, Int32(OD_FD_LISTENER)) >= 0
        else { throw .noProgram("the keeper", program, .last) }
        var signals = sigset_t()
        sigemptyset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        // Ignored ones stay ignored across execve; the keeper sets those that it handles.
        signal(SIGPIPE, SIG_DFL)
        let manager = Self.managerVariables.compactMap { name in ConnectOptions.variable(name).map { "\(name)=\($0)" } }
        let environment = environment(home) + manager + ["OD_FOREGROUND=1"]
        withStrings([program, engine, "engine", "--home", home, "--boot"]) { argv in
            withStrings(environment) { envp in _ = execve(program, argv, envp) }
        }
        throw .noProgram("the keeper", program, .last)
    }

    private func checkPrograms() throws(Failure) {
        for (what, path) in [("the keeper", program), ("the engine", engine)] {
            guard access(path, X_OK) == 0 else { throw .noProgram(what, path, .last) }
        }
        guard access("/dev/null", R_OK | W_OK) == 0 else { throw .noNull(.last) }
    }

    /// What a service manager says to its services (sd_notify(3), sd_watchdog_enabled(3)); for the engine.
    private static let managerVariables = ["NOTIFY_SOCKET", "WATCHDOG_USEC"]

    private func spawn(home: String, lock: Int32, listener: Int32) throws(Failure) -> pid_t {
        let arguments = [program, engine, "engine", "--home", home] + (embedded ? ["--embedded"] : [])
        let gifts = [
            od_gift(descriptor: lock, number: Int32(OD_FD_LOCK)),
            od_gift(descriptor: listener, number: Int32(OD_FD_LISTENER)),
        ]
        let pid = withStrings(arguments) { argv in
            withStrings(environment(home)) { envp in od_program_spawn(program, argv, envp, gifts, gifts.count) }
        }
        guard pid > 0 else { throw .noProgram("the keeper", program, SystemError(number: -pid)) }
        return pid
    }

    /// The daemon gets what an app may inherit and its home; nothing else of the terminal that happened to start it.
    private func environment(_ home: String) -> [String] {
        var result = ["OD_HOME=\(home)"]
        var next = environ
        while let entry = next.pointee {
            next += 1
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            if name == "OD_CGROUP" || name.hasPrefix("LC_") || Defaults.inheritedVariables.contains(String(name)) {
                result.append(text)
            }
        }
        return result
    }

    /// The first process of the keeper ends as soon as the daemon stands on its own feet.
    private func awaitDaemon(_ pid: pid_t) throws(Failure) {
        var status: Int32 = 0
        // Somebody else in this program may have reaped it; the engine's hello tells the rest, and of one that hangs.
        guard od_program_await(pid, Self.patience, &status) > 0 else { return }
        let exit = Exit(waitStatus: status)
        guard exit.isSuccess else { throw .keeperFailed(program, exit) }
    }

    /// Calls `body` with a null-terminated array of C strings that lives as long as the call.
    private func withStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
