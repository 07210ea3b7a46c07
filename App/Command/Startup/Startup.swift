internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
internal import FoundationEssentials
internal import OpenDaemon

/// What `od startup` and `od unstartup` share.
struct StartupOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "systemd, openrc, launchd, upstart, rcd or nssm; without it the one that this machine has.",
            valueName: "init"),
        completion: .list(InitSystem.allCases.map(\.rawValue)))
    var initSystem: String?

    @Option(help: ArgumentHelp("Whose daemon, as root: his home, his rights.", valueName: "name"))
    var user: String?

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    /// The init system; `printed`: nothing but its file is wanted, so that it need not be here.
    func chosen(printed: Bool) throws(Failure) -> InitSystem {
        let here = InitSystem.detected()
        guard let initSystem else {
            guard let here else {
                throw Failure(
                    .startupFailed, "no init system was found",
                    why: "neither systemd nor OpenRC has started this machine; many containers have none",
                    next: "od startup systemd --print shows a unit; in a container: od daemon start --foreground")
            }
            return here
        }
        guard let system = InitSystem(rawValue: initSystem) else {
            throw Failure(
                .usage, "‘\(initSystem)’ is no init system that od knows",
                why: "they are \(InitSystem.allCases.map(\.rawValue).joined(separator: ", "))", next: "od help startup")
        }
        guard printed || system == here else {
            throw Failure(
                .startupFailed, "\(system.rawValue) does not run this machine",
                why: here.map { "\($0.rawValue) does" } ?? "no init system was found",
                next: "od startup \(system.rawValue) --print shows the file for another machine")
        }
        return system
    }
}

/// Who is served, by the options and who asks.
struct BootWish {
    let registration: Registration
    /// The daemon runs, started by somebody else.
    let session: Session
    let notes: [String]

    /// - Throws: OD1001, OD5015 with the line for sudo where root is needed.
    init(
        _ options: StartupOptions, _ globals: Globals, _ session: Session, verb: String, printed: Bool
    ) throws(Failure) {
        try session.requireLocal("the machine that od is to start with")
        let system = try options.chosen(printed: printed)
        guard options.user == nil || !globals.system else {
            throw Failure(
                .usage, "--user and --system exclude each other", why: "the machine's own daemon is root's",
                next: "leave one of them out")
        }
        let isRoot = geteuid() == 0
        let me = Self.user(named: nil)
        let named: (name: String, home: String)? =
            if let name = options.user {
                try { () throws(Failure) in
                    guard let found = Self.user(named: name) else {
                        throw Failure(
                            .usage, "there is no user ‘\(name)’", why: "the user database does not know the name",
                            next: "getent passwd lists users")
                    }
                    return found
                }()
            } else { nil }
        let whom = named ?? me
        let usual =
            globals.system ? Defaults.systemHome : named.map { $0.home + "/.opendaemon" } ?? ConnectOptions.defaultHome
        let home = globals.home == nil ? usual : session.home
        let ofUser = whom.map { $0.home + "/.opendaemon" }
        let canHaveOwn = system == .systemd || system == .launchd
        let owner: BootService.Owner
        if globals.system || named == nil && isRoot {
            owner = .machine
        } else if let named {
            owner = named.name == "root" ? .machine : .user(named.name)
        } else {
            let name = me?.name ?? "\(geteuid())"
            owner = canHaveOwn && (printed || Self.hasOwnManager) ? .session(name) : .user(name)
        }
        let isUsual = home == usual && (globals.system || home == ofUser)
        let service = BootService(
            od: KeeperExecutable.own, home: home, owner: owner, suffix: isUsual ? nil : FilePath.name(of: home))
        try service.check()
        if !printed, !service.isOfSession, !isRoot {
            var line = ["sudo", service.od, verb, system.rawValue]
            if globals.system {
                line.append("--system")
            } else {
                line += ["--user", service.user ?? "root", "--home", home]
            }
            throw Failure(
                .startupFailed, "root has to do this", why: "\(system.rawValue) reads what only root writes",
                next: Quoting.shell(line))
        }
        let configuration =
            AppEnvironment.ofThisProcess()["XDG_CONFIG_HOME"]
            ?? ((me?.home ?? "") + (system == .launchd ? "/Library" : "/.config"))
        self.session = Session(home: home, printer: session.printer)
        registration = Registration(
            system: system, service: service, file: BootFile(system, service, configuration: configuration))
        notes = Self.notes(service, system)
    }

    /// The user's own systemd answers.
    private static var hasOwnManager: Bool {
        AppEnvironment.ofThisProcess()["XDG_RUNTIME_DIR"].map { FilePath.kind(of: $0 + "/systemd/private") != nil }
            ?? false
    }

    private static func user(named name: String?) -> (name: String, home: String)? {
        guard let entry = name.map({ getpwnam($0) }) ?? getpwuid(geteuid()) else { return nil }
        return (String(cString: entry.pointee.pw_name), String(cString: entry.pointee.pw_dir))
    }

    private static func notes(_ service: BootService, _ system: InitSystem) -> [String] {
        var notes: [String] = []
        if case .session(let name) = service.owner, system == .systemd,
            FilePath.kind(of: "/var/lib/systemd/linger/\(name)") == nil
        {
            notes.append(
                "it starts when \(name) logs in, and ends with the last log-out; with the machine after: "
                    + "sudo loginctl enable-linger \(name)")
        }
        if service.owner == .machine, service.home != Defaults.systemHome,
            let caller = AppEnvironment.ofThisProcess()["SUDO_USER"], caller != "root"
        {
            notes.append("this is the daemon of root; that of \(caller): od startup --user \(caller)")
        }
        notes.append("no PATH is written down: each app has the one it was started with (od env NAME shows it)")
        return notes
    }

    /// Apps that come back, as the daemon that runs has them; nil when none runs or it cannot be asked.
    func apps() async -> [String]? {
        guard session.daemonRuns else { return nil }
        var list: [InstanceInfo]?
        if case .user(let name) = registration.service.owner, geteuid() == 0 {
            // Its home lets nobody else in, not even root.
            let line = Quoting.shell(registration.service.words("list", "--json"))
            let end = Program.run("su", ["-s", "/bin/sh", name, "-c", line])
            list = end.flatMap { try? JSONDecoder().decode([InstanceInfo].self, from: Data($0.output.utf8)) }
        } else if let client = try? await session.connect(start: .never) {
            list = try? await client.call(Methods.list, Nothing())
            await client.close()
        }
        let wanted = list?.filter { $0.status != .stopped && $0.status != .created }
        return wanted.map { Set($0.map { "\($0.namespace)/\($0.name)" }).sorted() }
    }
}

/// The file of this process.
enum KeeperExecutable {
    static var own: String { Installation.ofThisProcess().od }
}

struct Startup: Verb {
    static let configuration = CommandConfiguration(
        commandName: "startup",
        abstract: "Lets the daemon and its apps start with the machine.",
        usage: "od startup [INIT] [--user NAME | --system] [OPTIONS]",
        discussion: """
            A user gets a unit of his own systemd where he has one; root writes the machine's: for himself, for \
            --user NAME, or for --system. What runs when the machine goes down comes back: nothing has to be saved. \
            Stopping the service stops the apps, reloading it lets another od take over.
            """)

    @OptionGroup var globals: Globals
    @OptionGroup var options: StartupOptions
    @Flag(help: "Print the file, and do nothing.") var print = false

    /// What `--json` prints. `commands` are those that were run, or would be.
    struct Report: Encodable {
        var initSystem: InitSystem
        var service: String
        var file: String
        var text: String
        var commands: [[String]]
        var done: Bool
        var started: Bool
        var apps: [String]?
        var notes: [String]
    }

    func run(_ session: Session) async throws {
        let wish = try BootWish(options, globals, session, verb: "startup", printed: print || options.dryRun)
        let registration = wish.registration
        let file = registration.file
        if print, !globals.json { return session.printer.output.write(file.text) }
        let runs = wish.session.daemonRuns
        var report = Report(
            initSystem: registration.system, service: registration.service.name, file: file.path, text: file.text,
            commands: file.enable, done: false, started: false, apps: await wish.apps(), notes: wish.notes)
        if runs {
            let stop = Quoting.shell(registration.service.words("daemon", "stop"))
            let now = file.start.map { ", or now: \(stop) && \(Quoting.shell($0))" } ?? ""
            report.notes.append(
                "the daemon that runs goes on as it is; the service takes over with the next boot\(now)")
        } else if let start = file.start {
            report.commands.append(start)
        }
        if !print, !options.dryRun {
            try registration.add()
            report.done = true
            if !runs {
                try registration.start()
                report.started = file.start != nil
            }
        }
        session.printer.startup(report)
    }
}

struct Unstartup: Verb {
    static let configuration = CommandConfiguration(
        commandName: "unstartup",
        abstract: "Takes back what od startup did; what runs goes on.",
        usage: "od unstartup [INIT] [--user NAME | --system] [OPTIONS]")

    @OptionGroup var globals: Globals
    @OptionGroup var options: StartupOptions

    func run(_ session: Session) async throws {
        let registration = try BootWish(options, globals, session, verb: "unstartup", printed: false).registration
        if options.dryRun {
            let commands = registration.file.disable + [["rm", registration.file.path]] + registration.file.forget
            return session.printer.done(commands.map { Quoting.shell($0) }.joined(separator: "\n"))
        }
        session.printer.done(
            try registration.remove()
                ? "removed \(registration.file.path); the daemon goes on until it is stopped"
                : "there is no \(registration.file.path)")
    }
}

extension Printer {
    func startup(_ report: Startup.Report) {
        if json { return value(report) }
        if !quiet {
            let verb = report.done ? "wrote" : "would write"
            output.write("\(verb) \(report.file)\n")
            for command in report.commands {
                output.write("\(report.done ? "ran" : "would run") \(Quoting.shell(command))\n")
            }
            if let apps = report.apps {
                output.write(
                    apps.isEmpty
                        ? "no app runs now; those that run when the machine goes down come back with it\n"
                        : "come back with the machine: \(apps.joined(separator: ", "))\n")
            }
        }
        report.notes.forEach { warning($0) }
    }
}
