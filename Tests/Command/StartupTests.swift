@testable import Command
import Core
import Engine
import Glibc
import Support
import Synchronization
import Testing

/// `od startup`: what it writes for each init system, and what it does when one refuses.
struct StartupTests {
    private static func service(_ owner: BootService.Owner, home: String = "/home/alice/.opendaemon") -> BootService {
        BootService(od: "/usr/local/bin/od", home: home, owner: owner)
    }

    @Test(arguments: InitSystem.allCases)
    func theFileOfEachInitSystem(_ system: InitSystem) {
        let file = BootFile(system, Self.service(.user("alice")), configuration: "")
        golden("Commands/startup-\(system.rawValue).txt", "\(file.path)\n\n\(file.text)")
        #expect(file.text.contains(BootFile.mark))
    }

    @Test func aUnitOfTheUsersOwnSystemd() {
        let file = BootFile(.systemd, Self.service(.session("alice")), configuration: "/home/alice/.config")
        golden("Commands/startup-systemd-user.txt", "\(file.path)\n\n\(file.text)")
        #expect(file.enable.allSatisfy { $0.prefix(2) == ["systemctl", "--user"] })
    }

    @Test func theMachinesOwn() {
        let file = BootFile(.systemd, Self.service(.machine, home: Defaults.systemHome), configuration: "")
        #expect(file.path == "/etc/systemd/system/opendaemon.service")
        #expect(!file.text.contains("User="))
        #expect(file.text.contains("--home /var/lib/opendaemon\n"))
    }

    /// PM2 #2912 #2747 #4671: `Type=forking` with a pid file times out; here the daemon itself says when it is ready.
    @Test func complaint15NoPidFile() {
        let text = BootFile(.systemd, Self.service(.machine), configuration: "").text
        #expect(text.contains("Type=notify\n") && !text.contains("PIDFile") && !text.contains("forking"))
    }

    /// PM2 #2006 #1413 #5911: an upgrade of node breaks the unit. Nothing in it but od and its home is named.
    @Test func complaint16NoPathOfAnInterpreter() {
        for system in InitSystem.allCases {
            let text = BootFile(system, Self.service(.user("alice")), configuration: "").text
            #expect(!text.contains("node") && !text.contains("nvm") && !text.contains("PATH="), "\(system)")
        }
    }

    @Test func namesAreTheUsersAndTheHomes() {
        var service = Self.service(.user("alice"))
        #expect(service.name == "opendaemon-alice")
        service.suffix = ".stag ing"
        #expect(service.name == "opendaemon-alice-_stag_ing")
        #expect(Self.service(.machine).name == "opendaemon")
    }

    @Test func wordsAreQuoted() {
        #expect(Quoting.systemd(["/a b", "100%", "$x", "say \"y\""]) == #""/a b" 100%% $$x "say \"y\"""#)
        #expect(Quoting.shell(["od", "it's", ""]) == #"od 'it'\''s' ''"#)
        #expect(Quoting.xml("<a & b>") == "&lt;a &amp; b&gt;")
        #expect(Quoting.batch(["C:\\a b\\od", "50%"]) == "\"C:\\a b\\od\" 50%%")
    }

    @Test func whatNoFileCanHoldIsRefused() {
        let failure = #expect(throws: Failure.self) { try Self.service(.machine, home: "/a\nExecStart=/bad").check() }
        #expect(failure?.code == .badService)
        #expect(throws: Failure.self) { try Self.service(.user("a b")).check() }
        #expect(throws: Never.self) { try Self.service(.user("a.b-c")).check() }
    }

    @Test func theInitSystemIsFound() {
        #expect(InitSystem.detected { $0 == "/run/systemd/system" } == .systemd)
        #expect(InitSystem.detected { $0 == "/run/openrc/softlevel" } == .openrc)
        #expect(InitSystem.detected { $0 == "/sbin/initctl" } == .upstart)
        #expect(InitSystem.detected { $0 == "/bin/launchctl" } == .launchd)
        #expect(InitSystem.detected { $0 == "/etc/rc.subr" } == .rcd)
        #expect(InitSystem.detected { _ in false } == nil)
    }

    // MARK: writing

    /// A folder of its own, and the commands that were run there.
    private final class Machine: Sendable {
        let folder: String
        let told = Mutex<[String]>([])

        init() throws {
            var template = Array("/tmp/od-startup-XXXXXX".utf8CString)
            try #require(mkdtemp(&template) != nil)
            folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        func registration(refusing word: String? = nil) -> Registration {
            let service = StartupTests.service(.session("alice"))
            let file = BootFile(.systemd, service, configuration: folder + "/a/b")
            return Registration(system: .systemd, service: service, file: file) { [self] command in
                let line = command.joined(separator: " ")
                told.withLock { $0.append(line) }
                let isRefused = word.map { line.contains($0) } ?? false
                return Program.End(exit: .code(isRefused ? 1 : 0), output: isRefused ? "no" : "")
            }
        }

        func text(_ path: String) -> String? {
            FilePath.read(path, limit: 1 << 16).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test func itIsWrittenVerifiedAndEnabled() throws {
        let machine = try Machine()
        let registration = machine.registration()
        let path = registration.file.path
        try registration.add()
        #expect(machine.text(path) == registration.file.text)
        let unit = "opendaemon.service"
        let said = [
            "systemd-analyze --user verify \(path)", "systemctl --user daemon-reload",
            "systemctl --user enable \(unit)",
        ]
        #expect(machine.told.withLock { $0 } == said)
        try registration.start()
        #expect(machine.told.withLock { $0.last } == "systemctl --user start \(unit)")
        #expect(try registration.remove())
        #expect(machine.text(path) == nil)
        #expect(try !registration.remove())
    }

    @Test(arguments: ["verify", "enable"])
    func whatIsRefusedLeavesNothing(_ word: String) throws {
        let machine = try Machine()
        let registration = machine.registration(refusing: word)
        let failure = #expect(throws: Failure.self) { try registration.add() }
        #expect(failure?.code == .startupFailed)
        #expect(machine.text(registration.file.path) == nil)
    }

    @Test func aFileOfSomebodyElseStays() throws {
        let machine = try Machine()
        let registration = machine.registration()
        try registration.add()
        let file = try #require(fopen(registration.file.path, "w"))
        fputs("[Service]\n", file)
        fclose(file)
        #expect(throws: Failure.self) { try registration.add() }
        #expect(throws: Failure.self) { _ = try registration.remove() }
        #expect(machine.text(registration.file.path) == "[Service]\n")
    }

    @Test func aCommandThatIsNotThere() throws {
        var registration = try Machine().registration()
        registration.run = { _ in nil }
        let failure = #expect(throws: Failure.self) { try registration.add() }
        #expect(failure?.why == "there is no systemctl")
    }
}
