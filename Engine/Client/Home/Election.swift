import Core
import Glibc

/// Who starts the daemon when many clients come at once: whoever gets the lock.
///
///     dial --connected--> done
///       | refused
///     lock --held by another--> busy: it is being started, or just ended; try again
///       | got it
///     dial again (one may have come and gone) --> listen --> keeper, which inherits lock and socket
enum Election {
    enum Outcome: Hashable, Sendable {
        /// A socket with somebody at its other end; the caller owns it. `started`: by this call.
        case connected(Int32, started: Bool)
        case busy
        /// None runs, and none is to be started.
        case nobody
    }

    /// One attempt; it waits for nothing but the keeper's fork.
    static func attempt(_ options: ConnectOptions) throws(Failure) -> Outcome {
        guard let home = try Home.open(options.home, create: options.start == .ifNeeded) else { return .nobody }
        switch try home.dial() {
        case .connected(let socket): return .connected(socket, started: false)
        case .busy: return .busy
        case .refused: break
        }
        try home.checkDisk()
        guard let lock = try home.takeLock() else { return .busy }
        guard options.start == .ifNeeded else { return .nobody }
        switch try home.dial() {
        case .connected(let socket): return .connected(socket, started: false)
        case .busy: return .busy
        case .refused: break
        }
        let listener = try home.listen()
        do {
            try Keeper(options).start(home: home.path, lock: lock, listener: listener)
        } catch {
            home.removeSocket()
            throw error
        }
        guard case .connected(let socket) = try home.dial() else { return .busy }
        return .connected(socket, started: true)
    }

    /// Becomes the daemon of a home, if none runs there. Returns only to throw.
    static func become(_ options: ConnectOptions) throws(Failure) {
        guard let home = try Home.open(options.home, create: true) else { throw .noDaemon(options.home) }
        try home.checkDisk()
        guard let lock = try home.takeLock(), case .refused = try home.dial() else { throw .alreadyRuns(home.path) }
        let listener = try home.listen()
        defer { home.removeSocket() }
        try Keeper(options).become(home: home.path, lock: lock, listener: listener)
    }

    /// Nobody holds the lock, so that whoever listens on the socket is no daemon of ours.
    static func lockIsFree(_ path: String) -> Bool {
        guard let home = try? Home.open(path, create: false), let lock = try? home.takeLock() else { return false }
        _ = consume lock
        return true
    }
}
