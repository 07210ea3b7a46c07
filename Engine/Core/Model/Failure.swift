/// What went wrong, for a person: a stable code, what happened, why, and what to do next.
///
/// On a terminal it is printed on stderr; with `--json` it is `{"error": {"code", "what", "why", "next"}}` on stdout.
public struct Failure: Error, Hashable, Sendable, Codable, CustomStringConvertible {
    public var code: ErrorCode
    /// One sentence fragment: what happened.
    public var what: String
    /// The cause, in the user's terms.
    public var why: String
    /// A command or an action that helps.
    public var next: String

    public init(_ code: ErrorCode, _ what: String, why: String, next: String) {
        self.code = code
        self.what = what
        self.why = why
        self.next = next
    }

    /// `OD2001: what: why (next)`, in one line, for logs.
    public var description: String { "\(code.rawValue): \(what): \(why) (\(next))" }

    /// The exit code of a command that fails with this.
    public var exitCode: Int32 { code.exitCode }
}

/// The error codes of OpenDaemon. A code is never reused for another meaning.
///
/// OD1xxx arguments and OD2xxx config exit 2 and touch nothing; OD3xxx no such target exits 3; OD4xxx process,
/// OD5xxx link and permission, OD6xxx store and disk, OD7xxx logs, OD9xxx ours exit 1. OD8xxx is kept free for network and deploys.
public enum ErrorCode: String, Hashable, Sendable, Codable, CaseIterable {
    /// A flag or an argument cannot be understood.
    case usage = "OD1001"
    /// A script, program or config file that was named does not exist or cannot be read.
    case scriptMissing = "OD1002"
    /// The file exists but cannot be executed and no interpreter is known for it.
    case notExecutable = "OD1003"
    /// The working directory does not exist or is no directory.
    case badDirectory = "OD1004"
    /// The interpreter that a script needs is not installed.
    case interpreterMissing = "OD1005"
    /// An app of that name exists with another definition.
    case nameTaken = "OD1006"
    /// A name has characters that names cannot have.
    case badName = "OD1007"
    /// The command needs a terminal.
    case noTerminal = "OD1008"
    /// A name is used by several projects.
    case ambiguousTarget = "OD1009"
    /// A capability cannot be switched off: it is fixed, or others need it.
    case pluginNeeded = "OD1010"
    /// The capability that a command needs is switched off.
    case pluginDisabled = "OD1011"
    /// `--env NAME` chooses a block that no app of the config has.
    case unknownBlock = "OD1012"
    /// `--only` names an app that the config does not have.
    case onlyUnknown = "OD1013"
    /// A file that was to be written is there already, or cannot be written.
    case fileNotWritten = "OD1024"
    /// An app cannot have so many instances.
    case scaleRange = "OD1018"
    /// A daemon's paths or names cannot stand in the file of an init system.
    case badService = "OD1020"

    /// A key of an app cannot be changed while it exists.
    case keyNotSet = "OD1015"
    /// The definition of an app is not what the sender of a change believed.
    case definitionChanged = "OD1016"
    /// A verb or a flag of another program that has no counterpart here.
    case notServed = "OD1017"
    /// A pattern for lines of logs cannot be understood.
    case badPattern = "OD1023"
    /// A user or a group that an app is to run as does not exist.
    case noSuchAccount = "OD1028"

    /// The config file is not well-formed.
    case configSyntax = "OD2001"
    /// A key that no config has.
    case configUnknownKey = "OD2002"
    /// A value of the wrong type or out of range.
    case configValue = "OD2003"
    /// A required key is missing.
    case configMissing = "OD2004"
    /// There is no config file where one was expected.
    case configAbsent = "OD2005"
    /// A file that `envFile` names does not exist or cannot be read.
    case envFileMissing = "OD2006"
    /// A file that `envFile` names is no list of variables.
    case envFileSyntax = "OD2007"
    /// A config refers to a secret, and this version keeps none.
    case secretsAbsent = "OD2008"
    /// A config was to be written where one is.
    case configExists = "OD2009"
    /// A config that was found, not named, belongs to somebody else, or anybody may write to it.
    case configForeign = "OD2010"

    /// A config that is a program failed, or exports no config.
    case configScript = "OD2013"
    /// A config is a program, and nothing here can run it.
    case configRuntime = "OD2014"
    /// Apps that depend on each other in a circle, or on an app that there is not.
    case dependencies = "OD2016"

    /// No app, instance or namespace answers to that name.
    case noSuchTarget = "OD3001"
    /// No capability has that id.
    case noSuchPlugin = "OD3002"

    /// The program could not be executed.
    case spawnFailed = "OD4001"
    /// The system does not let the app have a user, a limit or a priority that its config asks for.
    case attributeRefused = "OD4002"
    /// What was started is not ready: it failed, or `--wait-timeout` is over.
    case notReady = "OD4003"
    /// The new run of a reload was not online: the old one goes on.
    case reloadFailed = "OD4006"
    /// The port that the instances are to share cannot be opened.
    case portRefused = "OD4007"
    /// What is to be told something does not run.
    case notRunning = "OD4008"
    /// The app does not take what is sent to its stdin.
    case stdinClosed = "OD4009"
    /// A log or a pid file would take the place of a file of od's own.
    case homeFile = "OD4017"

    /// The engine does not answer.
    case engineSilent = "OD5001"
    /// The home directory belongs to somebody else or has modes that are too open.
    case homeUnsafe = "OD5002"
    /// The socket belongs to another program.
    case foreignSocket = "OD5003"
    /// The versions of client and engine do not fit.
    case versionMismatch = "OD5004"
    /// The keeper or the engine could not be started.
    case engineStart = "OD5005"
    /// The connection ended before the answer came.
    case connectionLost = "OD5006"
    /// A message was malformed or too large.
    case protocolError = "OD5007"
    /// The home is on a network file system.
    case homeRemote = "OD5008"
    /// Keeper and engine were not replaced by other executables; all goes on as before.
    case notReplaced = "OD5009"
    /// The engine takes no more of this client for a moment.
    case tooBusy = "OD5011"
    /// The token that the daemon asks for is missing, unsafe or wrong.
    case tokenRefused = "OD5012"
    /// ssh, or od at its far end, could not be reached.
    case remoteFailed = "OD5013"
    /// A daemon runs for the home already, and there is to be one.
    case alreadyRuns = "OD5014"
    /// The machine's init system cannot be told, or refuses what it is told.
    case startupFailed = "OD5015"

    /// The state database cannot be read or written.
    case storeFailed = "OD6001"
    /// A directory or file of the home cannot be made.
    case diskFailed = "OD6002"
    /// What was printed could not be written.
    case outputFailed = "OD6003"
    /// The process file system cannot be read: there are no figures.
    case procFailed = "OD6004"

    /// There is no dump, or none that is whole.
    case dumpAbsent = "OD6005"
    /// An empty list does not replace a dump with apps.
    case dumpEmpty = "OD6006"

    /// A log file cannot be read or written.
    case logFailed = "OD7001"
    /// The last lines of a run that crashed were not kept.
    case crashLogFailed = "OD7002"
    /// A log cannot be emptied.
    case logNotEmptied = "OD7005"

    /// A mistake of ours.
    case bug = "OD9001"

    /// 2 for OD1xxx and OD2xxx, 3 for OD3xxx, 1 for the rest.
    public var exitCode: Int32 {
        switch rawValue.dropFirst(2).first {
        case "1", "2": 2
        case "3": 3
        default: 1
        }
    }
}
