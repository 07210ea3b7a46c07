import Glibc

/// Which daemon to connect to, and what to do when none runs.
public struct ConnectOptions: Sendable {
    public enum Start: Hashable, Sendable {
        /// Start keeper and engine when none runs for this home; the home is made when there is none.
        case ifNeeded
        /// Only ever connect; no daemon is `OD5001`, and nothing is made on disk.
        case never
    }

    /// The directory of one world of apps. A relative path starts at the working directory.
    public var home: String
    public var start: Start
    /// An engine started by this call lives as long as its dashboard, and this connection asks to be its owner.
    public var embedded: Bool
    /// This connection only wants to end the daemon: also an engine that cannot work, and tells every other client why,
    /// obeys `daemon.shutdown` then.
    public var ending = false
    /// What this client is, for `od daemon status`: `od 0.1.0`.
    public var client: String
    /// The command line of this client, without secrets, for `od why`; nil: what it does is noted under `client`.
    public var command: String?
    /// The keeper's executable; nil means `od-keeper` beside this program's own file. Never looked up in PATH.
    public var keeper: String?
    /// The executable of the engine, called as `ENGINE engine --home HOME`; nil means `od` beside this program's file.
    public var engine: String?
    /// Milliseconds for all of it: the start, the connection and the first answer.
    public var deadline: Int
    /// The file with the daemon's token, if it asks for one; nil: `auth-token` in the home.
    public var tokenFile: String?
    /// The machine of the daemon, reached by ssh; nil: this one. `home` is then a path there, and not looked at here.
    public var remote: Remote?
    /// ssh may ask its user on the terminal for a password; else it fails where it would have to.
    public var asksUser = true
    /// Not for users: tests have no time for the usual patience.
    var pulse = Pulse()

    public init(
        home: String = ConnectOptions.defaultHome, start: Start = .ifNeeded, embedded: Bool = false,
        client: String = "OpenDaemon SDK", keeper: String? = nil, engine: String? = nil,
        deadline: Int = Defaults.connectDeadline, tokenFile: String? = ConnectOptions.defaultTokenFile,
        remote: Remote? = nil
    ) {
        self.home = home
        self.start = start
        self.embedded = embedded
        self.client = client
        self.keeper = keeper
        self.engine = engine
        self.deadline = deadline
        self.tokenFile = tokenFile
        self.remote = remote
    }

    /// `$OD_AUTH_TOKEN_FILE`; nil when it is not set.
    public static var defaultTokenFile: String? { variable("OD_AUTH_TOKEN_FILE") }

    /// `$OD_HOME`, else `~/.opendaemon`, where `~` is `$HOME` or the home directory in the user database.
    public static var defaultHome: String {
        if let home = variable("OD_HOME") { return home }
        if let user = variable("HOME") { return user + "/.opendaemon" }
        guard let entry = getpwuid(geteuid()), let directory = entry.pointee.pw_dir else { return "/.opendaemon" }
        return String(cString: directory) + "/.opendaemon"
    }

    /// An empty variable counts as none.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// How a client finds out that an engine hangs: while somebody waits for it, silence is asked about.
struct Pulse: Hashable, Sendable {
    /// Milliseconds between questions.
    var interval = Defaults.pulse
    /// Milliseconds without an answer after which the connection is given up.
    var patience = Defaults.answerDeadline
}
