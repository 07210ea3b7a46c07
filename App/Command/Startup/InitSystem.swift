internal import Core
internal import Engine
import Glibc

/// What starts the services of a machine.
enum InitSystem: String, CaseIterable, Codable {
    case systemd, openrc, launchd, upstart, rcd, nssm

    /// The one of this machine; nil when it is none of those.
    static func detected(_ exists: (String) -> Bool = { FilePath.kind(of: $0) != nil }) -> InitSystem? {
        // sd_booted(3); OpenRC makes its directory when it boots; initctl is upstart's.
        if exists("/run/systemd/system") { return .systemd }
        if exists("/run/openrc/softlevel") { return .openrc }
        if exists("/sbin/initctl") { return .upstart }
        if exists("/bin/launchctl") { return .launchd }
        if exists("/etc/rc.subr") { return .rcd }
        return nil
    }
}

/// A daemon that is to be started with the machine.
struct BootService: Hashable, Sendable {
    /// Whose it is for the init system.
    enum Owner: Hashable, Sendable {
        /// The machine, which runs it as root.
        case machine
        /// The machine, which runs it as that user.
        case user(String)
        /// The user's own manager (`systemctl --user`, a launch agent).
        case session(String)
    }

    /// The executable, absolute.
    var od: String
    /// The home, absolute.
    var home: String
    var owner: Owner
    /// What tells it from other homes of the same owner; nil for the usual home.
    var suffix: String?

    /// Texts that some line of some file cannot hold are refused.
    ///
    /// - Throws: OD1020 for control characters and for names of users that are none.
    func check() throws(Failure) {
        let texts = [od, home] + [user].compactMap { $0 }
        guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }),
            user?.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) }) ?? true
        else {
            throw Failure(
                .badService, "this cannot be started with the machine", why: "a path or a name has control characters",
                next: "choose another home, or install od elsewhere")
        }
    }

    var user: String? {
        switch owner {
        case .machine: nil
        case .user(let name), .session(let name): name
        }
    }

    /// `opendaemon`, `opendaemon-alice`, `opendaemon-alice-staging`
    var name: String {
        let name =
            switch owner {
            case .machine, .session: "opendaemon"
            case .user(let user): "opendaemon-\(user)"
            }
        return name + (suffix.map { "-" + $0.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" } } ?? "")
    }

    var title: String { "OpenDaemon" + (user.map { " of \($0)" } ?? "") }

    /// The words of a command for this home.
    func words(_ verb: String...) -> [String] { [od] + verb + ["--home", home] }

    var isOfSession: Bool {
        if case .session = owner { true } else { false }
    }
}

/// Words as the languages of the templates have them.
enum Quoting {
    /// For sh: nothing in it means anything.
    static func shell(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-=:@".contains($0)) }
        return isPlain
            ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    static func shell(_ words: [String]) -> String { words.map { shell($0) }.joined(separator: " ") }

    /// For a line of a unit (systemd.service(5), "Command lines"; systemd.unit(5), "Specifiers").
    static func systemd(_ words: [String]) -> String {
        words.map { word in
            let text = replaced(word, ["\\": "\\\\", "\"": "\\\"", "%": "%%", "$": "$$"])
            return text.contains { " ';\"".contains($0) } ? "\"\(text)\"" : text
        }.joined(separator: " ")
    }

    static func xml(_ text: String) -> String { replaced(text, ["&": "&amp;", "<": "&lt;", ">": "&gt;"]) }

    /// For a line of cmd.exe.
    static func batch(_ words: [String]) -> String {
        words.map { word in
            let text = replaced(word, ["%": "%%", "\"": ""])
            return text.contains { " &()^;,".contains($0) } ? "\"\(text)\"" : text
        }.joined(separator: " ")
    }

    private static func replaced(_ text: String, _ table: [Character: String]) -> String {
        text.map { table[$0] ?? String($0) }.joined()
    }
}
