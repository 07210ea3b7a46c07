import Glibc

/// A connection to the engine of a home. It reconnects by itself when the engine is replaced, until `close()`.
///
/// ```swift
/// let daemon = try await OpenDaemon.connect(ConnectOptions(client: "my tool 1.0"))
/// for process in try await daemon.call(Methods.list, Nothing()) { print(process.label, process.status) }
/// await daemon.close()
/// ```
public final class OpenDaemon: Sendable {
    /// This connection found no daemon and started one.
    public let startedEngine: Bool
    private let link: Link

    /// The answer to the first connection's hello.
    private let firstHello: HelloResult

    init(link: Link, hello: HelloResult, startedEngine: Bool) {
        self.link = link
        firstHello = hello
        self.startedEngine = startedEngine
    }

    deinit { link.abandon() }

    /// The engine's answer to the present connection's first call; after a reconnect that of the new engine.
    public var hello: HelloResult { link.greeting ?? firstHello }

    /// Connects to the engine of `options.home`, and starts it when asked to.
    ///
    /// - Throws: `Failure`: OD5001 no daemon or no answer in time, OD5002 and OD5008 unsafe home, OD5003 the socket
    ///   belongs to another program, OD5004 versions do not fit, OD5005 the keeper could not be started, OD5012 the token
    ///   is missing or wrong, OD5013 the other machine cannot be reached.
    public static func connect(_ options: ConnectOptions = ConnectOptions()) async throws -> OpenDaemon {
        try await Connector(options).connect()
    }

    /// The type of the network file system that a directory is on; nil when it is on none, or cannot be looked at.
    package static func networkFileSystem(of path: String) -> String? {
        guard let directory = Descriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else { return nil }
        return FileSystem.networkType(of: directory.number)
    }

    /// Makes this process the daemon of `options.home`, in the foreground, for a service manager; its apps come back,
    /// also those of a home that was halted. Returns only to throw.
    ///
    /// - Throws: `Failure`: OD5014 one runs already, OD5002 and OD5008 unsafe home, OD5005 no keeper or engine.
    package static func become(_ options: ConnectOptions) throws(Failure) {
        try Election.become(options)
    }

    /// A connected socket of the daemon, for programs that copy its bytes (`od bridge`); the caller owns it.
    ///
    /// - Throws: as `connect`, but nothing was said yet.
    package static func socket(_ options: ConnectOptions) async throws -> Int32 {
        try await Connector(options).socket()
    }

    /// Calls a method of the engine and waits for its answer.
    ///
    /// When the connection breaks before the answer, the call is sent again to the next engine: wishes have a key by
    /// which they are done once. Only when one of the two engines is too old to know keys do `process.restart` and
    /// `process.delete` fail with OD5006.
    ///
    /// - Parameter deadline: milliseconds in all. nil: 30 s for questions; for calls that wait for processes as long
    ///   as the engine shows signs of life.
    /// - Throws: `Failure` of the engine or of the link; `CancellationError` when the calling task is cancelled.
    public func call<P, R>(_ method: Method<P, R>, _ params: P, deadline: Int? = nil) async throws -> R {
        try await link.call(method, params, deadline: deadline)
    }

    /// The fleet and its changes, for one reader. When the reader is slower than the fleet (1024 unread updates), they
    /// are dropped and a fresh snapshot takes their place. Dropping the sequence ends the watch.
    public func watch() -> Feed<FleetUpdate> {
        link.watch(keeping: self)
    }

    /// Events that match any of the patterns (`*`, `process:*`, `process:exited`, `process:crash`; none stands for all),
    /// for one reader. A reader who leaves 1024 of them unread misses some, and is told how many. Dropping the sequence
    /// ends the subscription.
    ///
    /// - Throws: `Failure` OD1001 for a pattern that can never match.
    public func events(matching patterns: [String] = []) throws(Failure) -> Feed<EventUpdate> {
        link.events(try EventFilter(patterns), keeping: self)
    }

    /// Waits for the first event that matches.
    ///
    /// - Throws: `Failure` OD1001 for a pattern that can never match, OD5006 when the connection was closed before;
    ///   `CancellationError` when the calling task is cancelled.
    public func once(matching patterns: [String]) async throws -> FleetEvent {
        for await update in try events(matching: patterns) {
            switch update {
            case .event(let event): return event
            case .failed(let failure): throw failure
            case .started, .missed, .disconnected: continue
            }
        }
        try Task.checkCancellation()
        throw Failure.closed
    }

    /// The logs of `request.targets`, for one reader. Ends after `.failed`, or when every file has come to its end.
    /// A slow reader stops the stream at 4 MB of unread bytes; it goes on at the same offsets when he has caught up.
    /// Dropping the sequence ends the stream.
    public func logs(_ request: LogRequest) -> Feed<LogUpdate> {
        link.logs(request, keeping: self)
    }

    /// Closes the connection; unanswered calls fail with OD5006, sequences end. The engine goes on.
    public func close() async {
        await link.close()
    }
}
