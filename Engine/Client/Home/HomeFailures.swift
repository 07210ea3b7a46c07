import Core
import Glibc

/// What can be wrong with a home, and what helps.
extension Failure {
    static func homeNotMade(_ path: String, _ error: SystemError) -> Failure {
        Failure(
            .diskFailed, "the home \(path) cannot be used", why: "\(error)",
            next: "make it usable, or choose another: od --home DIR")
    }

    static func homeIsNoDirectory(_ path: String) -> Failure {
        Failure(
            .homeUnsafe, "the home \(path) is no directory", why: "a file or a part of its path has that name",
            next: "choose another home: od --home DIR")
    }

    static func homeOfAnother(_ path: String, _ uid: UInt32) -> Failure {
        Failure(
            .homeUnsafe, "the home \(path) is not yours", why: "it belongs to user \(uid)",
            next: "choose a home of your own: od --home DIR, or set OD_HOME")
    }

    static func homeOpen(_ path: String, _ mode: UInt32) -> Failure {
        Failure(
            .homeUnsafe, "the home \(path) is not safe",
            why: "others can write to it (mode \(String(mode, radix: 8)))",
            next: "if what is in it is yours: chmod 700 \(path)")
    }

    static func homeIsRemote(_ path: String, _ kind: String) -> Failure {
        Failure(
            .homeRemote, "the home \(path) is on a network file system",
            why: "\(kind) does not hold locks and sockets of one machine",
            next: "choose a home on a local disk: od --home DIR, or set OD_HOME")
    }

    static func homeFile(_ file: String, _ error: SystemError) -> Failure {
        Failure(
            .diskFailed, "\(file) cannot be made or opened", why: "\(error)",
            next: error.number == EROFS
                ? "make its file system writable, or choose another home: od --home DIR, or set OD_HOME"
                : "look at it with: ls -l \(file)")
    }

    static func notASocket(_ file: String) -> Failure {
        Failure(
            .foreignSocket, "\(file) is not ours", why: "it is no socket of a daemon of this user",
            next: "move it away if nobody needs it, or use another home: od --home DIR")
    }

    static func noSocket(_ path: String, _ error: SystemError) -> Failure {
        Failure(
            .diskFailed, "the socket in \(path) cannot be used", why: "\(error)",
            next: "look at it with: ls -l \(path)/od.sock")
    }

    /// A daemon that ends takes the files with its pids away.
    static func noDaemon(_ path: String) -> Failure {
        guard access(path + "/keeper.pid", F_OK) != 0 else { return killed(path) }
        return Failure(
            .engineSilent, "no daemon runs for \(path)", why: "nothing was started there, or it was stopped",
            next: "start an app (od start …) or the daemon alone (od daemon start)")
    }

    private static func killed(_ path: String) -> Failure {
        Failure(
            .engineSilent, "no daemon runs for \(path)",
            why: "its keeper and its engine were killed, or the machine was; apps may go on without them",
            next: "od daemon start finds those that live and takes them over")
    }

    static func alreadyRuns(_ path: String) -> Failure {
        Failure(
            .alreadyRuns, "a daemon runs for \(path) already", why: "there is one for each home",
            next: "it may go on; or od --home \(path) daemon stop, then start this one again")
    }

    static func noAnswer(_ path: String, _ milliseconds: Int) -> Failure {
        Failure(
            .engineSilent, "the daemon of \(path) does not answer",
            why: "its lock is held, but nobody said hello within \(milliseconds) ms",
            next: "try again; if it stays so, \(path)/engine.log says why, and ps -ef shows od-keeper and its engine")
    }

    static func noProgram(_ what: String, _ path: String, _ error: SystemError) -> Failure {
        Failure(
            .engineStart, "\(what) cannot be started", why: "\(path): \(error)",
            next: "install od and od-keeper side by side")
    }

    /// The keeper cannot do without it.
    static func noNull(_ error: SystemError) -> Failure {
        Failure(
            .engineStart, "the keeper cannot be started", why: "/dev/null: \(error)",
            next: "let everybody read and write it (chmod 666 /dev/null, as root), then try again")
    }

    /// Started by us, again and again, and nobody holds the lock.
    static func keeperGone(_ path: String) -> Failure {
        Failure(
            .engineStart, "the keeper of \(path) ends as soon as it was started",
            why: "the system refuses what it needs",
            next: "od doctor says what is not as it should be; od daemon start --foreground shows how it ends")
    }

    static func keeperFailed(_ path: String, _ how: Exit) -> Failure {
        Failure(
            .engineStart, "the keeper did not start", why: "\(path) ended with \(how)",
            next: "try again; if it stays so, reinstall od and od-keeper side by side")
    }
}
