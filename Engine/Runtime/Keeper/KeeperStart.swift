import CKernel
import Core
import Glibc

/// Starts a keeper for an engine that has lost its own: the program beside this one, with the lock, the listening socket
/// and its end of a new link. It finds an engine that lives (OD_ENGINE_PID) and starts none.
struct KeeperStart: Sendable {
    /// Why there is no keeper.
    struct Trouble: Error, CustomStringConvertible {
        let description: String

        init(_ what: String, _ errno: Int32) {
            description = "\(what): \(Errno(errno))"
        }

        init(_ what: String) {
            description = what
        }
    }

    /// Where the new keeper finds its end of the link (keeper.h).
    private static let linkNumber: Int32 = 5
    /// Milliseconds that the keeper's first process may take to become a daemon.
    private static let patience = 5000
    private static let lockLooks = 100

    var keeper: String
    var engine: String
    var home: String

    /// Those beside this process's own executable. After an upgrade the kernel calls the old file `… (deleted)`; the new
    /// one is in the same place.
    init(home: String) {
        let own = Self.ownExecutable()
        let folder = own[..<(own.lastIndex(of: "/") ?? own.startIndex)]
        keeper = folder + "/od-keeper"
        engine = own
        self.home = home
    }

    static func ownExecutable() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let deleted = " (deleted)"
        return path.hasSuffix(deleted) ? String(path.dropLast(deleted.count)) : path
    }

    /// Starts it; waits until it stands on its own feet.
    ///
    /// - Parameter listener: stays the caller's.
    /// - Returns: our end of the link.
    func run(listener: Int32) throws(Trouble) -> Int32 {
        let lock = try takeLock()
        defer { close(lock) }
        var ends: [Int32] = [-1, -1]
        let paired = od_link_pair(&ends)
        guard paired == 0 else { throw Trouble("no link", -paired) }
        defer { close(ends[0]) }
        do throws(Trouble) {
            let pid = try spawn(lock: lock, listener: listener, link: ends[0])
            try awaitDaemon(pid)
        } catch {
            close(ends[1])
            throw error
        }
        return ends[1]
    }

    /// The lock of the home went with the keeper. Nobody else starts one meanwhile: our socket answers them.
    private func takeLock() throws(Trouble) -> Int32 {
        let lock = open(home + "/engine.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw Trouble("engine.lock", errno) }
        // Whoever wants to start a daemon takes it for a moment, before he finds that our socket answers.
        for _ in 0..<Self.lockLooks {
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { return lock }
            usleep(5000)
        }
        let error = errno
        close(lock)
        throw Trouble("engine.lock is held by somebody", error)
    }

    private func spawn(lock: Int32, listener: Int32, link: Int32) throws(Trouble) -> pid_t {
        let gifts = [
            od_gift(descriptor: lock, number: Int32(OD_FD_LOCK)),
            od_gift(descriptor: listener, number: Int32(OD_FD_LISTENER)),
            od_gift(descriptor: link, number: Self.linkNumber),
        ]
        let pid = withStrings([keeper, engine, "engine", "--home", home]) { argv in
            withStrings(environment()) { envp in od_program_spawn(keeper, argv, envp, gifts, gifts.count) }
        }
        guard pid > 0 else { throw Trouble(keeper, -pid) }
        return pid
    }

    /// Ours came from the keeper that is gone; and which engine is to be served.
    private func environment() -> [String] {
        let own = ["OD_ENGINE_STARTS", "OD_ENGINE_PID"]
        var result = AppEnvironment.ofThisProcess().filter { !own.contains($0.key) }.map { "\($0.key)=\($0.value)" }
        result.append("OD_ENGINE_PID=\(getpid())")
        return result.sorted()
    }

    private func awaitDaemon(_ pid: pid_t) throws(Trouble) {
        for _ in 0..<Self.patience {
            var status: Int32 = 0
            if waitpid(pid, &status, WNOHANG) == pid {
                let exit = Exit(waitStatus: status)
                guard exit.isSuccess else { throw Trouble("\(keeper) ended with \(exit)") }
                return
            }
            usleep(1000)
        }
        throw Trouble("\(keeper) does not start")
    }

    /// Calls `body` with a null-terminated array of C strings that lives as long as the call.
    private func withStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
