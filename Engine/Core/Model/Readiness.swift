/// How an app tells that it is ready. Exactly one of `notify`, `port` and `log` is set; the others are nil.
public struct Readiness: Hashable, Sendable, Codable {
    /// By which road the app itself says it.
    public enum Notify: String, Hashable, Sendable, Codable, CaseIterable {
        /// `process.send('ready')` on node's IPC channel.
        case node
        /// `READY=1` of sd_notify(3).
        case systemd
        /// A line on a descriptor, as s6 has it.
        case fd
    }

    public var notify: Notify?
    /// Number of that descriptor in the app; only with `notify: fd`.
    public var descriptor: Int32?
    /// A process of the app listens on this TCP port.
    public var port: Int?
    /// The app writes a line that matches this regular expression.
    public var log: String?
    /// Milliseconds from exec in which it must be ready.
    public var timeout: Int
    /// Milliseconds: a ready app that gives no sign of life (`WATCHDOG=1`) for so long has failed; only with
    /// `notify: systemd`. nil: it need not.
    public var watchdog: Int?

    public init(
        notify: Notify? = nil, descriptor: Int32? = nil, port: Int? = nil, log: String? = nil,
        timeout: Int = Defaults.listenTimeout, watchdog: Int? = nil
    ) {
        self.notify = notify
        self.descriptor = descriptor
        self.port = port
        self.log = log
        self.timeout = timeout
        self.watchdog = watchdog
    }

    /// Descriptors below are stdin, stdout and stderr; above, no child is passed any.
    package static let descriptors: ClosedRange<Int32> = 3...1023
    /// A shorter watchdog would bark at a busy machine.
    package static let shortestWatchdog = 100

    /// The first value that cannot be: its key and what would be right. nil when all is well.
    package var problem: (key: String, wanted: String)? {
        guard [notify != nil, port != nil, log != nil].count(where: \.self) == 1 else {
            return ("ready", "one of notify, port and log")
        }
        if let port, !(1...65535).contains(port) { return ("ready.port", "1 to 65535") }
        if let log, !Self.isPattern(log) { return ("ready.log", "a regular expression") }
        if descriptor != nil, notify != .fd { return ("ready.fd", "left out, but for notify: fd") }
        if let descriptor, !Self.descriptors.contains(descriptor) { return ("ready.fd", "3 to 1023") }
        if watchdog != nil, notify != .systemd { return ("ready.watchdog", "left out, but for notify: systemd") }
        if let watchdog, !(Self.shortestWatchdog...Defaults.longestDuration).contains(watchdog) {
            return ("ready.watchdog", "100 ms to 365 days")
        }
        guard (1...Defaults.longestDuration).contains(timeout) else { return ("listenTimeout", "1 ms to 365 days") }
        return nil
    }

    /// Whether a text is a regular expression.
    package static func isPattern(_ text: String) -> Bool {
        !text.isEmpty && (try? LinePattern(text)) != nil
    }

    /// What is waited for, for people: `port 3000`.
    package var description: String {
        switch notify {
        case .node: "‘ready’ on node's channel"
        case .systemd: "READY=1 of sd_notify"
        case .fd: "a line on descriptor \(descriptor ?? Defaults.notifyDescriptor)"
        case nil: port.map { "port \($0)" } ?? "a line like /\(log ?? "")/"
        }
    }
}

extension AppSpec {
    /// Its runs get node's IPC channel: programs that node runs, and those that are to use it.
    package var hasChannel: Bool {
        interpreter == "node" || interpreter == "nodejs" || ready?.notify == .node || shutdownWithMessage == true
    }
}
