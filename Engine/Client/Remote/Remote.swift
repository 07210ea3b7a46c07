import Core

/// A daemon of another machine, reached by ssh, which runs `od bridge` there. No port is opened.
public struct Remote: Hashable, Sendable {
    /// As ssh takes it: `server`, `user@server`, a name of its config, `ssh://user@server:port`.
    public var destination: String
    /// The home there, a path of that machine; nil: what `od` takes there.
    public var home: String?
    /// What is called as `ssh`; nil: `$OD_SSH`, else `ssh` from PATH.
    public var program: String?

    /// - Throws: OD1001 for a destination that ssh would take for an option, or for several words.
    public init(_ destination: String, home: String? = nil, program: String? = nil) throws(Failure) {
        let isPlain = destination.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        guard !destination.isEmpty, !destination.hasPrefix("-"), isPlain else { throw .badDestination(destination) }
        self.destination = destination
        self.home = home
        self.program = program
    }

    /// The words of the call.
    ///
    /// - Parameters:
    ///   - starts: a daemon is to be started there when none runs.
    ///   - asks: ssh may ask its user for a password; else it fails instead.
    func arguments(starts: Bool, asks: Bool) -> [String] {
        var words = [
            program ?? ConnectOptions.variable("OD_SSH") ?? "ssh", "-T", "-C", "-o",
            "ConnectTimeout=\(Defaults.remotePatience)", "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3",
        ]
        if !asks { words += ["-o", "BatchMode=yes"] }
        return words + ["--", destination, command(starts: starts)]
    }

    /// What the shell of the other machine gets. `opendaemon` comes first: `od` may be the octal dump there.
    private func command(starts: Bool) -> String {
        var words = [#"exec "$(command -v opendaemon || command -v od || echo od)" bridge"#]
        if starts { words.append("--start") }
        if let home { words.append("--home " + Self.quoted(home)) }
        return words.joined(separator: " ")
    }

    /// One word for a POSIX shell, whatever is in it.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
