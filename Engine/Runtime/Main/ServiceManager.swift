import Core
import Glibc
import NIOCore

/// Who has started this daemon as a service (systemd), told by datagrams as sd_notify(3) has them. Nothing waits for it:
/// what it does not take is said again by what follows.
struct ServiceManager: Sendable {
    enum News: Hashable, Sendable {
        /// The apps that are wanted are begun. The main process is the keeper's spare.
        case ready(main: Int32?)
        /// The main process is another one.
        case main(Int32)
        /// Another engine takes over; it says `ready`.
        case reloading
        /// Everything is being stopped; it may take a while yet.
        case stopping
        case alive
        /// There is no fleet, and why.
        case trouble(Failure)

        /// One assignment a line.
        func text(microseconds: UInt64) -> String {
            switch self {
            case .ready(let main):
                return "READY=1\nSTATUS=engine \(Build.version)" + (main.map { "\nMAINPID=\($0)" } ?? "")
            case .main(let pid): return "MAINPID=\(pid)"
            case .reloading: return "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
            case .stopping: return "STOPPING=1\nSTATUS=stopping the apps\nEXTEND_TIMEOUT_USEC=\(Self.extension)"
            case .alive: return "WATCHDOG=1"
            case .trouble(let failure):
                return "STATUS=\(failure.description.split(separator: "\n").joined(separator: " "))"
            }
        }

        /// Microseconds that `stopping` asks for, until it is said again.
        private static let `extension` = 30_000_000
    }

    /// Milliseconds between two `stopping`.
    static let stoppingInterval: Int64 = 10_000

    /// nil: nobody has.
    private let address: String?
    /// Milliseconds between signs of life; nil when nobody wants any.
    let watchInterval: Int64?

    /// - Parameter variable: of the environment.
    init(variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }) {
        // A path or, with an @, a name in the abstract space.
        address = variable("NOTIFY_SOCKET").flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        let limit = variable("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
        // Half of the limit, as sd_watchdog_enabled(3) asks for, and a little less.
        watchInterval = address != nil && limit >= 10_000 ? limit / 1000 * 2 / 5 : nil
    }

    var isThere: Bool { address != nil }

    func tell(_ news: News) {
        guard let address else { return }
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send(news.text(microseconds: UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000), to: address)
    }

    private func send(_ text: String, to address: String) {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(address.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let message = Array(text.utf8)
        let sent = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        if sent < 0 { Log.write("the service manager at \(address) does not listen: \(Errno(errno))", .warn) }
    }

    /// Says that this loop turns, as often as the manager wants to hear it.
    @discardableResult
    func beginWatch(on loop: any EventLoop) -> RepeatedTask? {
        guard let watchInterval else { return nil }
        tell(.alive)
        return loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(watchInterval), delay: .milliseconds(watchInterval)
        ) { [self] _ in tell(.alive) }
    }
}

// What a service manager hears of a fleet.
extension Control {
    /// The fleet is known, and what is wanted is begun.
    func serve(_ manager: ServiceManager) {
        guard manager.isThere else { return }
        manager.tell(.ready(main: mainProcess))
        manager.beginWatch(on: loop)
    }

    private var mainProcess: Int32? { keeper.flatMap { $0.spare > 0 ? $0.spare : nil } }

    /// A service ends with its main process, for its manager: it has to hear of the next one before anything else.
    func tellMain(_ keeper: KeeperWelcome) {
        if keeper.spare > 0 { parts.manager.tell(.main(keeper.spare)) }
    }

    /// SIGTERM was said: each app has its own time to end, which the manager does not know.
    func beginStopping() {
        guard parts.manager.isThere else { return }
        parts.manager.tell(.stopping)
        loop.scheduleTask(in: .milliseconds(ServiceManager.stoppingInterval)) {
            self.assumeIsolated { $0.beginStopping() }
        }
    }
}
