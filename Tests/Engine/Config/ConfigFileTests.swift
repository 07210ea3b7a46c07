import Core
import Engine
import Glibc
import Testing

struct ConfigFileTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private func failure(_ path: String) -> Failure? {
        do throws(Failure) { _ = try ConfigFile.load(path, in: folder.path) } catch { return error }
        return nil
    }

    @Test func theFirstNameWins() {
        #expect(ConfigFile.find(in: folder.path) == nil)
        for name in ConfigFile.names.reversed() {
            let file = folder.write(name, "{\"opendaemon\": {}}")
            #expect(ConfigFile.find(in: folder.path) == file)
        }
    }

    @Test func aPackageFileIsAConfigWhenItHasTheField() throws {
        folder.write("package.json", "{\"name\": \"x\"}")
        #expect(ConfigFile.find(in: folder.path) == nil)
        #expect(failure(".")?.code == .configAbsent)
        #expect(failure("package.json")?.code == .configMissing)
        folder.write("package.json", "no JSON")
        #expect(ConfigFile.find(in: folder.path) == nil)
        folder.write("package.json", "[]")
        #expect(failure("package.json")?.why == "package.json:1:1: ‘opendaemon’ is missing: a map with the list ‘apps’")
        folder.write("package.json", "{\n  \"opendaemon\": {\"apps\": [{\"script\": 1, \"skript\": 2}]}\n}")
        #expect(ConfigFile.find(in: folder.path) == folder.path + "/package.json")
        #expect(failure(".")?.why.hasPrefix("package.json:2:41: apps[0].skript: no such key; did you mean") == true)
    }

    @Test func aFileWithoutAnEndingIsWhatItBeginsAs() throws {
        folder.write(".opendaemonrc", "# ours\napps: [{script: a}]")
        #expect(try ConfigFile.load(".", in: folder.path).apps.count == 1)
        folder.write(".opendaemonrc", "  {\"apps\": [{\"script\": \"a\"}]}")
        #expect(try ConfigFile.load(".", in: folder.path).apps.count == 1)
    }

    /// Whoever may write to /tmp would decide what is run as the next one who types `od` there.
    @Test func aForeignConfigIsNotTakenUnasked() throws {
        let file = folder.write("opendaemon.config.yaml", "apps: [{script: a}]")
        #expect(try ConfigFile.trusted(in: folder.path) == file)
        chmod(file, 0o666)
        #expect(failure(".")?.code == .configForeign)
        #expect(throws: Failure.self) { try ConfigFile.trusted(in: folder.path) }
        #expect(failure("opendaemon.config.yaml") == nil, "it was named")
        chmod(file, 0o664)
        #expect(failure(".") == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func aConfigOfAnotherUserIsNotTakenUnasked() throws {
        let file = folder.write("opendaemon.config.yaml", "apps: [{script: a}]")
        chown(file, 65534, 65534)
        #expect(failure(".")?.why.contains("user 65534") == true)
        setenv("SUDO_UID", "65534", 1)
        defer { unsetenv("SUDO_UID") }
        #expect(failure(".") == nil, "who called sudo works in his own folder")
    }

    /// What members of a group may write, root does not run.
    @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
    func aConfigThatAGroupMayWriteIsNotTakenUnaskedByRoot() throws {
        let file = folder.write("opendaemon.config.yaml", "apps: [{script: a}]")
        chown(file, 0, 65534)
        chmod(file, 0o664)
        #expect(failure(".")?.why.contains("group 65534 may write to it") == true)
        chmod(file, 0o644)
        #expect(failure(".") == nil)
        chown(folder.path, 0, 65534)
        chmod(folder.path, 0o775)
        #expect(failure(".")?.why.contains("group 65534 may write to its folder") == true)
        chown(folder.path, 0, 0)
        #expect(failure(".") == nil)
    }

    /// A link to a config of ours, put into another's folder: its relative paths would lead to his programs.
    @Test(.enabled(if: geteuid() == 0, "only root can give a link away"))
    func aLinkIsNoWayAroundTheOwner() throws {
        folder.write("ours/opendaemon.config.yaml", "apps: [{script: a}]")
        folder.write("theirs/a", "", executable: true)
        let (theirs, link) = (folder.path + "/theirs", folder.path + "/theirs/opendaemon.config.yaml")
        try #require(symlink("../ours/opendaemon.config.yaml", link) == 0)
        #expect(failure("theirs") == nil, "root made the link")
        lchown(link, 65534, 65534)
        #expect(failure("theirs")?.why.contains("the link belongs to user 65534") == true)
        #expect(failure("theirs")?.code == .configForeign)
        #expect(failure("theirs/opendaemon.config.yaml") == nil, "it was named")
        lchown(link, 0, 0)
        chown(theirs, 65534, 65534)
        #expect(failure("theirs")?.why.contains("its folder belongs to user 65534") == true)
        #expect(throws: Failure.self) { try ConfigFile.trusted(in: theirs) }
    }

    @Test func aFolderThatAnybodyMayWriteToIsNotTrusted() {
        let file = folder.write("open/opendaemon.config.yaml", "apps: [{script: a}]")
        chmod(folder.path + "/open", 0o777)
        #expect(failure("open")?.why.contains("anybody may write to its folder") == true)
        chmod(folder.path + "/open", 0o1777)
        #expect(failure("open") == nil, "what is ours stays so there, as in /tmp")
        chmod(file, 0o666)
        #expect(failure("open")?.why.contains("anybody may write to it,") == true)
    }

    @Test func aFolderMeansTheConfigInIt() throws {
        folder.write("shop/opendaemon.config.yaml", "apps: [{script: a.js}]")
        let config = try ConfigFile.load("shop", in: folder.path)
        #expect(config.namespace == "shop")
        #expect(config.file == folder.path + "/shop/opendaemon.config.yaml")
        #expect(config.directory == folder.path + "/shop")
        #expect(config.apps[0].place == "shop/opendaemon.config.yaml:1:8: apps[0]")
    }

    @Test func aByteOrderMarkIsNoText() throws {
        folder.write("c.json", "\u{FEFF}{\"apps\": [{\"script\": \"a\"}]}")
        #expect(try ConfigFile.load("c.json", in: folder.path).apps.count == 1)
        folder.write("c.yaml", "\u{FEFF}apps: [{script: a}]")
        #expect(try ConfigFile.load("c.yaml", in: folder.path).apps.count == 1)
    }

    @Test func whatCannotBeReadIsAFailure() {
        #expect(failure("nope.yaml")?.code == .scriptMissing)
        #expect(failure(".")?.code == .configAbsent)
        folder.write("big.yaml", String(repeating: "#", count: ConfigLimits.bytes + 1))
        #expect(failure("big.yaml")?.why == "big.yaml:1:1: longer than 1 MB")
        folder.write("latin.yaml", bytes: Array("apps:\n  - script: caf".utf8) + [0xE9, 0x0A])
        #expect(failure("latin.yaml")?.why == "latin.yaml:2:1: this line is no UTF-8")
        mkfifo(folder.path + "/pipe.yaml", 0o600)
        #expect(failure("pipe.yaml")?.why.contains("no regular file") == true)
    }

    @Test(arguments: [
        ("a.yaml", true), ("a.toml", true), ("a.yml", true), ("x/a.json", true), (".opendaemonrc", true),
        ("a.js", false),
        ("yaml", false),
    ])
    func configsAreKnownByTheirNames(_ path: String, _ isConfig: Bool) {
        #expect(ConfigFile.isConfig(path) == isConfig)
    }

    private func resolve(_ text: String) throws(Failure) -> ResolvedProject {
        folder.write("bin/sh", "", executable: true)
        folder.write("run.sh")
        folder.write("c.yaml", text)
        return try ResolvedProject(
            try ConfigFile.load("c.yaml", in: folder.path), shell: ["PATH": folder.path + "/bin"], env: ["E": "1"])
    }

    @Test func aMissingInterpreterLeavesTheOthers() throws {
        folder.write("a.rb")
        let project = try resolve("apps: [{script: run.sh}, {script: a.rb}, {name: z, script: ./run.sh}]")
        #expect(project.apps.map(\.name) == ["run", "z"])
        #expect(project.apps.map(\.env["E"]) == ["1", "1"])
        #expect(project.missing == ["a"])
        #expect(project.failures.map(\.code) == [.interpreterMissing])
        #expect(project.failures[0].why == "c.yaml:1:27: apps[1].script: it is not in PATH")
    }

    @Test func everythingElseStopsAllOfThem() {
        let failure = #expect(throws: Failure.self) {
            try resolve("apps: [{script: run.sh}, {script: nope.js}, {script: run.sh, name: y, cwd: nope}]")
        }
        #expect(failure?.code == .scriptMissing)
        #expect(failure?.what == "‘c.yaml’ has 2 mistakes")
        #expect(failure?.why.contains("c.yaml:1:27: apps[1].script: there is no ‘nope.js’: no file") == true)
        #expect(failure?.why.contains("c.yaml:1:71: apps[2].cwd: the working directory of ‘y’") == true)
    }

    @Test func onlyDeclaredVariablesOfTheShellArePassedOn() {
        let shell = ["PATH": "/bin", "LC_TIME": "C", "TZ": "UTC", "AWS_SECRET": "x", "LD_PRELOAD": "y", "OD_HOME": "z"]
        #expect(AppEnvironment.inherited(from: shell) == ["PATH": "/bin", "LC_TIME": "C", "TZ": "UTC"])
    }

    @Test func theEnvironmentOfThisProcessIsComplete() throws {
        setenv("OD_TEST_VARIABLE", "a=b", 1)
        defer { unsetenv("OD_TEST_VARIABLE") }
        #expect(AppEnvironment.ofThisProcess()["OD_TEST_VARIABLE"] == "a=b")
    }

    @Test func assignmentsAreRead() throws {
        #expect(try AppEnvironment.assignment("A=b=c") == ("A", "b=c"))
        #expect(try AppEnvironment.assignment("_A1=") == ("_A1", ""))
        for text in ["A", "=x", "1A=x", "A B=x", ""] {
            #expect(throws: Failure.self) { try AppEnvironment.assignment(text) }
        }
    }
}
