import Core
import NIOPosix

/// Makes the first connection: finds the daemon or starts it, and says hello.
struct Connector {
    /// Milliseconds between attempts while a daemon is being started by somebody.
    private static let firstPause = 2
    private static let longestPause = 50
    /// So many connections that end without a hello, while nobody holds the lock, prove a foreign program; fewer may
    /// be a daemon of ours on its way out.
    private static let strangersProof = 10

    private let options: ConnectOptions
    private let end: ContinuousClock.Instant

    init(_ options: ConnectOptions) {
        self.options = options
        end = .now + .milliseconds(options.deadline)
    }

    func connect() async throws -> OpenDaemon {
        var pause = Self.firstPause
        var started = false
        var strangers = 0
        while true {
            try Task.checkCancellation()
            switch try await attempt() {
            case .nobody:
                throw Failure.noDaemon(Home.absolute(options.home))
            case .connected(let socket, let startedNow):
                started = started || startedNow
                if let daemon = try await greet(socket, started) { return daemon }
                if let remote = options.remote { throw Failure.remoteSilent(remote.destination) }
                if Election.lockIsFree(options.home) { strangers += 1 }
            case .busy:
                break
            }
            if strangers >= Self.strangersProof, started { throw Failure.keeperGone(Home.absolute(options.home)) }
            if strangers >= Self.strangersProof { throw Failure.notOurs("it closes each connection without a word") }
            guard remaining > pause else { throw Failure.noAnswer(Home.absolute(options.home), options.deadline) }
            try await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// A socket with somebody at its other end, for who copies bytes; the caller owns it. It has not said hello.
    func socket() async throws -> Int32 {
        var pause = Self.firstPause
        while true {
            switch try await attempt() {
            case .nobody: throw Failure.noDaemon(Home.absolute(options.home))
            case .connected(let socket, _): return socket
            case .busy: break
            }
            guard remaining > pause else { throw Failure.noAnswer(Home.absolute(options.home), options.deadline) }
            try await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// A daemon that runs is found without a detour: connecting to a unix socket waits for nothing.
    private func attempt() async throws -> Election.Outcome {
        if options.remote != nil { return .connected(-1, started: false) }
        if case .connected(let socket) = try options.dial() { return .connected(socket, started: false) }
        if options.usesDoor { return .nobody }
        return try await Blocking.run { [options] in try Election.attempt(options) }
    }

    /// Milliseconds.
    private var remaining: Int {
        let left = end - .now
        return max(0, Int(left.components.seconds) * 1000 + Int(left.components.attoseconds / 1_000_000_000_000_000))
    }

    /// nil when the other end closed before it answered: the engine was just replaced, or the daemon just ended.
    private func greet(_ socket: Int32, _ started: Bool) async throws -> OpenDaemon? {
        let link = Link(options, loop: Loops.link.next())
        do {
            let hello =
                options.remote == nil
                ? try await link.establish(socket, within: max(1, remaining))
                : try await link.establishRemote(asks: options.asksUser)
            return OpenDaemon(link: link, hello: hello, startedEngine: started)
        } catch let failure as Failure where failure == .lost {
            return nil
        } catch let failure as Failure where failure.code == .engineSilent && options.remote == nil {
            if Election.lockIsFree(options.home) { throw Failure.notOurs("it accepts connections and says nothing") }
            throw Failure.noAnswer(Home.absolute(options.home), options.deadline)
        }
    }
}

/// The threads of this library: one event loop for all connections of a program, started with the first.
enum Loops {
    static let link = MultiThreadedEventLoopGroup(numberOfThreads: 1)
}

/// Calls that may wait for a disk or another process run on a thread of their own, not where tasks run.
enum Blocking {
    private static let pool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await pool.runIfActive(body)
    }
}
