internal import Core
internal import Engine
import Glibc

// The token of a home, and who keeps the clock.
extension Checkup {
    /// The file that lets clients in, when there is one: nobody is let in when others can read it.
    func token() -> [Finding] {
        let path = home + "/" + Token.fileName
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return [] }
        let isRegular = facts.st_mode & S_IFMT == S_IFREG
        let isOurs = facts.st_uid == geteuid()
        if let trouble = Token.trouble(isRegular: isRegular, isOurs: isOurs, mode: facts.st_mode & 0o777) {
            return [.fail("token", "\(path): \(trouble)", mend: isRegular && isOurs ? "chmod 600 \(path)" : anew(path))]
        }
        guard let bytes = FilePath.read(path, limit: Token.lengths.upperBound + 64), Token(file: bytes) != nil else {
            let lengths = "\(Token.lengths.lowerBound) to \(Token.lengths.upperBound)"
            return [.fail("token", "\(path) must have \(lengths) bytes", mend: anew(path))]
        }
        return [.ok("token", "\(path): only who knows it is let in")]
    }

    private func anew(_ path: String) -> String {
        "rm \(path); (umask 077; head -c 32 /dev/urandom | base64 > \(path))"
    }

    /// systemd-timesyncd makes it as soon as it has asked a server.
    private static let synchronised = "/run/systemd/timesync/synchronized"

    /// Whether anybody keeps the clock right, as far as the kernel or systemd knows.
    func keptClockFinding() -> Finding {
        let now = "\(WallTime.now)"
        guard let clock = keptClock() else { return .ok("clock", "\(now); who keeps it right cannot be seen") }
        if clock.isKept { return .ok("clock", "\(now), right to \(max(1, clock.error / 1000)) ms at the worst") }
        if read(Self.synchronised) != nil { return .ok("clock", "\(now), kept by systemd-timesyncd") }
        return .warn(
            "clock", "nobody keeps the clock right: times of logs and events drift",
            mend: "timedatectl set-ntp true, or install chrony")
    }
}
