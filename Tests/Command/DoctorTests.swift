@testable import Command
import Core
import Engine
import Glibc
import OpenDaemon
import Support
import Testing

/// `od doctor`: each finding on a machine that is made so.
struct DoctorTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/od-doctor-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        for name in ["od", "od-keeper"] { try write(name, "") }
        for name in ["od", "od-keeper"] { chmod("\(folder)/\(name)", 0o755) }
    }

    private func write(_ name: String, _ text: String) throws {
        var place = folder
        for part in name.split(separator: "/").dropLast() {
            place += "/\(part)"
            mkdir(place, 0o700)
        }
        let file = try #require(fopen("\(folder)/\(name)", "w"))
        fputs(text, file)
        fclose(file)
    }

    private func checkup(_ files: [String: String] = [:]) -> Checkup {
        Checkup(home: folder + "/home", od: Installation(od: folder + "/od")) { files[$0] }
    }

    private func finding(_ check: String, in findings: [Finding]) -> Finding? { findings.first { $0.check == check } }

    @Test func aHomeThatIsWell() throws {
        #expect(finding("home", in: checkup().homeFindings())?.what.contains("not there yet") == true)
        try write("home/logs/default/a.log", "text")
        let findings = checkup().homeFindings()
        #expect(finding("home", in: findings)?.state == .ok)
        #expect(finding("logs", in: findings)?.what.hasSuffix("in 2 files and folders") == true)
        #expect(finding("executables", in: findings)?.state == .ok)
    }

    @Test(arguments: [(mode_t(0o777), Finding.State.fail), (0o755, .warn), (0o700, .ok)])
    func theModeOfAHome(_ mode: mode_t, _ state: Finding.State) throws {
        try write("home/x", "")
        chmod(folder + "/home", mode)
        let found = finding("home", in: checkup().homeFindings())
        #expect(found?.state == state)
        #expect(state == .ok || found?.mend == "chmod 700 \(folder)/home")
        #expect(findingsChangeNothing(mode))
    }

    private func findingsChangeNothing(_ mode: mode_t) -> Bool {
        var facts = stat()
        return stat(folder + "/home", &facts) == 0 && facts.st_mode & 0o777 == mode
    }

    @Test func whatIsNoHome() throws {
        try write("home", "")
        #expect(finding("home", in: checkup().homeFindings())?.what.contains("no directory") == true)
        let other = Checkup(home: "/proc/1", od: Installation(od: folder + "/od"))
        if geteuid() != 0 { #expect(finding("home", in: other.homeFindings())?.state == .fail) }
    }

    @Test func executablesThatAreMissingOrOpen() throws {
        chmod(folder + "/od", 0o777)
        #expect(finding("executables", in: checkup().homeFindings())?.state == .warn)
        unlink(folder + "/od-keeper")
        #expect(finding("executables", in: checkup().homeFindings())?.state == .fail)
    }

    @Test func theMachine() {
        let small = checkup(["/proc/sys/fs/inotify/max_user_watches": "100\n"]).machineFindings()
        #expect(finding("inotify", in: small)?.mend == "sysctl fs.inotify.max_user_watches=524288")
        #expect(finding("cgroups", in: small)?.state == .warn)
        #expect(finding("clock", in: small)?.state != .fail)
        let large = checkup(["/proc/sys/fs/inotify/max_user_watches": "100000\n"]).machineFindings()
        #expect(finding("inotify", in: large)?.state == .ok)
    }

    @Test(
        arguments: [
            (KeptClock(isKept: true, error: 12_345), nil, .ok, "right to 12 ms at the worst"),
            (KeptClock(isKept: true, error: 0), nil, .ok, "right to 1 ms"),
            (KeptClock(isKept: false, error: 16_000_000), "", .ok, "kept by systemd-timesyncd"),
            (KeptClock(isKept: false, error: 16_000_000), nil, .warn, "nobody keeps the clock right"),
            (nil, "", .ok, "cannot be seen"),
        ] as [(KeptClock?, String?, Finding.State, String)])
    func whoKeepsTheClock(_ clock: KeptClock?, _ file: String?, _ state: Finding.State, _ words: String) {
        var checkup = checkup(file.map { ["/run/systemd/timesync/synchronized": $0] } ?? [:])
        checkup.keptClock = { clock }
        let found = finding("clock", in: checkup.machineFindings())
        #expect(found?.state == state && found?.what.contains(words) == true)
        #expect((found?.mend != nil) == (state == .warn))
    }

    @Test func theTokenOfAHome() throws {
        let path = folder + "/home/auth-token"
        try write("home/x", "")
        #expect(finding("token", in: checkup().homeFindings()) == nil)
        try write("home/auth-token", String(repeating: "k", count: 32) + "\n")
        for (mode, state, mend) in [
            (mode_t(0o600), Finding.State.ok, nil), (0o400, .ok, nil), (0o640, .fail, "chmod 600 \(path)"),
            (0o604, .fail, "chmod 600 \(path)"),
        ] as [(mode_t, Finding.State, String?)] {
            chmod(path, mode)
            let found = finding("token", in: checkup().homeFindings())
            #expect(found?.state == state && found?.mend == mend, "mode \(String(mode, radix: 8))")
            #expect(found?.what.contains("kkkk") == false, "the token itself is not shown")
        }
        chmod(path, 0o600)
        try write("home/auth-token", "short")
        #expect(finding("token", in: checkup().homeFindings())?.mend?.hasPrefix("rm \(path); (umask 077") == true)
        unlink(path)
        symlink("/etc/passwd", path)
        #expect(finding("token", in: checkup().homeFindings())?.what.contains("no plain file") == true)
    }

    @Test func theConfigOfTheFolder() throws {
        #expect(checkup().configFindings(in: folder).isEmpty)
        try write("opendaemon.config.yaml", "apps:\n  - script: /bin/sleep\n    interprter: none\n")
        let found = checkup().configFindings(in: folder)
        #expect(found.first?.state == .fail && found.first?.what.contains("interprter") == true)
        try write("opendaemon.config.yaml", "apps:\n  - script: /bin/sleep\n")
        #expect(checkup().configFindings(in: folder).first?.state == .ok)
        try write("opendaemon.config.js", "require('fs').writeFileSync('\(folder)/ran', '')")
        #expect(checkup().configFindings(in: folder).first?.what.contains("od validate runs") == true)
        #expect(access(folder + "/ran", F_OK) != 0, "nothing is run to look")
    }

    // MARK: the daemon

    private func status(version: String = Product.version, keeper: String? = Product.version) -> DaemonStatus {
        DaemonStatus(
            pid: 0, keeperPid: 0, version: version, home: "/h", startedAt: .now, uptime: 1, embedded: false,
            halted: false,
            clients: 1, apps: 0, instances: [:], engineStarts: 1, keeperVersion: keeper)
    }

    @Test func versionsThatDiffer() {
        let own = Installation(od: folder + "/od")
        func first(_ status: DaemonStatus, _ version: Int = Versions.newest) -> Finding? {
            DaemonCheckup.versions(status, protocolVersion: version, own: own).first
        }
        #expect(first(status())?.state == .ok)
        #expect(
            first(status(version: "0.0.1", keeper: nil))?.what.hasPrefix("the engine is 0.0.1, the keeper is 0.0.1")
                == true)
        #expect(first(status(keeper: "0.0.1"))?.mend == "od daemon restart: apps go on")
        #expect(first(status(), 1)?.state == .warn)
        var other = status()
        other.pid = getpid()
        #expect(first(other)?.what.contains("another file") == true)
    }

    /// PM2 #5358: the time is wrong, and so is all that is counted by it.
    @Test func aClockThatWasSetBack() {
        let now = WallTime(milliseconds: 1_000_000_000)
        #expect(DaemonCheckup.clock(nil, now: now).isEmpty)
        #expect(DaemonCheckup.clock(WallTime(milliseconds: 1_000_059_000), now: now).isEmpty)
        #expect(DaemonCheckup.clock(WallTime(milliseconds: 1_000_061_000), now: now).first?.state == .warn)
    }

    // MARK: boot

    /// PM2 #2653: the unit is of another user or another installation, and nobody says so before the reboot.
    @Test func complaint13TheUnitIsLookedAt() throws {
        var boot = BootCheckup(checkup())
        boot.places = [(folder + "/units", [folder + "/wants"])]
        boot.system = nil
        #expect(boot.findings().first?.state == .ok)
        boot.system = .systemd
        #expect(boot.findings().first?.mend == "od startup")
        let service = BootService(od: folder + "/od", home: folder + "/home", owner: .machine)
        let text = BootFile(.systemd, service, configuration: "").text
        try write("units/opendaemon.service", text)
        #expect(boot.findings().first?.what.hasSuffix("is not enabled") == true)
        try write("wants/opendaemon.service", "")
        #expect(boot.findings().first?.state == .ok)
        try write("units/opendaemon.service", text.replacing(folder + "/od", with: "/elsewhere/od"))
        #expect(boot.findings().first?.state == .fail)
        try write("units/opendaemon.service", text.replacing(folder + "/home", with: folder + "/home2"))
        #expect(boot.findings().first?.state == .warn, "it is of another home")
    }

    @Test func asText() {
        let findings: [Finding] = [
            .ok("home", "/h, mode 700"), .warn("disk", "12.0M free", mend: "df -h /h"),
            .fail("daemon", Failure(.engineSilent, "a", why: "b\nc", next: "d")),
        ]
        golden("Commands/doctor.txt", FindingListing.text(findings, colour: false))
        golden("Commands/doctor-well.txt", FindingListing.text(Array(findings.prefix(1)), colour: false))
    }

    @Test func itAsksTheDaemon() async throws {
        let daemon = try TestDaemon()
        let (healthy, sick) = (
            status(), InstanceInfo(id: 0, name: "api", instance: 0, namespace: "x", status: .errored)
        )
        try await daemon.serve { router, daemon in
            router.on(Methods.status) { _, _ in healthy }
            router.on(Methods.list) { _, _ in [sick] }
            router.on(Methods.events) { request, _ in
                daemon.note("events \(request.limit ?? 0)")
                return []
            }
        }
        let end = try await daemon.run("doctor")
        #expect(daemon.asked == ["events 1"])
        #expect(end.output.contains("mend: od why api#0"))
        #expect(try await daemon.run("doctor", json: true).output.hasPrefix(#"[{"check":"home""#))
    }
}
