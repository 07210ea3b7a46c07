import Core
@testable import Engine
import Testing

/// A config with mistakes of every kind: all are told in one go, each where it stands, and nothing is begun.
struct ConfigTroubleTests {
    private let folder: ConfigFolder

    init() throws {
        folder = try ConfigFolder()
        folder.write("bin/sh", "", executable: true)
        folder.write("run.sh")
    }

    private func failure(_ text: String, home: String? = "/h", only: [String]? = nil) -> Failure? {
        folder.write("c.yaml", text)
        do throws(Failure) {
            _ = try ResolvedProject.load(
                "c.yaml", in: folder.path, shell: ["PATH": folder.path + "/bin"], env: [:], only: only, home: home)
            return nil
        } catch {
            return error
        }
    }

    @Test func mistakesOfTheFileAndOfTheMachineAreToldTogether() {
        let all = failure(
            """
            apps:
              - name: one
                script: run.sh
                uid: nobody-of-that-name
                colour: red
              - script: nope.sh
                cwd: nowhere
                envFile: [no.env, neither.env]
              - name: three
                script: run.rb
                dependencies: [two]
              - name: four
                script: run.sh
                gid: no-group
                groups: [none-a, none-b]
              - name: five
                script: run.sh
                interpreter: noperl
                instances: many
            """)
        let lines = all?.why.split(separator: "\n").map(String.init) ?? []
        let expected = [
            "c.yaml:4:5: apps[0].uid: there is no user ‘nobody-of-that-name’",
            "c.yaml:5:5: apps[0].colour: no such key",
            "c.yaml:6:5: apps[1].script: there is no ‘nope.sh’", "c.yaml:7:5: apps[1].cwd: the working directory",
            "c.yaml:8:5: apps[1].envFile: there is no ‘no.env’",
            "c.yaml:8:5: apps[1].envFile: there is no ‘neither.env’",
            "c.yaml:9:5: apps[2]: it depends on ‘two’", "c.yaml:10:5: apps[2].script: there is no ‘run.rb’",
            "c.yaml:14:5: apps[3].gid: there is no group ‘no-group’",
            "c.yaml:15:5: apps[3].groups: there is no group ‘none-a’",
            "c.yaml:15:5: apps[3].groups: there is no group ‘none-b’",
            "c.yaml:18:5: apps[4].interpreter: there is no interpreter ‘noperl’", "c.yaml:19:16: apps[4].instances",
        ]
        for part in expected {
            #expect(lines.contains { $0.hasPrefix(part) }, "\(part) is not in \(all?.why ?? "nothing")")
        }
        #expect(all?.what == "‘c.yaml’ has \(expected.count) mistakes" && all?.exitCode == 2)
    }

    @Test func whatHangsOnAKeyThatCouldNotBeReadIsNoNews() {
        let why = failure("apps: [{script: nope.sh, cwd: [a]}, {name: x}]")?.why
        #expect(why?.contains("nope.sh") == false && why?.contains("‘script’ is missing") == true, "\(why ?? "")")
    }

    @Test func usersAndGroupsAreLookedForOnTheMachineThatRunsThem() {
        let unknown = "apps: [{script: run.sh, uid: nobody-of-that-name}]"
        let refused = failure(unknown)
        #expect(refused?.code == .noSuchAccount && refused?.what.contains("nobody-of-that-name") == true)
        #expect(refused?.why == "c.yaml:1:25: apps[0].uid: ‘uid’ of ‘run’ names it")
        #expect(failure(unknown, home: nil) == nil, "another machine has users of its own")
        #expect(failure("apps: [{script: run.sh, uid: 0, gid: 0, groups: [0, 4294967294]}]") == nil)
        #expect(failure("apps: [{script: run.sh, uid: 4294967294}]")?.next == "say its group: ‘gid’")
        #expect(failure("apps: [{script: run.sh, uid: 4294967294, gid: 7}]") == nil)
    }

    @Test func aMissingInterpreterKeepsNoOtherFromRunningButIsToldWithWhatDoes() {
        folder.write("a.rb")
        #expect(failure("apps: [{script: run.sh}, {script: a.rb}]") == nil)
        let both = failure("apps: [{script: nope.sh}, {script: a.rb}]")
        #expect(both?.what == "‘c.yaml’ has 2 mistakes" && both?.why.contains("needs ruby") == true)
        #expect(failure("apps: [{script: nope.sh}, {script: run.sh}]", only: ["run"]) == nil)
    }

    @Test func severalReasonsOfOneAppWithoutAFile() {
        var app = AppConfig()
        app.script = "nope.sh"
        app.cwd = "nowhere"
        let place = LaunchPlace(namespace: "shop", directory: folder.path, shell: ["PATH": "/bin"])
        let failure = #expect(throws: Failure.self) { try AppSpec(app, in: place) }
        #expect(failure?.what == "‘nope’ cannot be started, for 2 reasons")
        #expect(failure?.why.split(separator: "\n").count == 2)
    }

    /// The number by which setresuid(2) leaves everything as it is names nobody.
    @Test(arguments: ["uid", "gid"]) func noNumberMeansRoot(_ key: String) {
        #expect(Users.number("4294967295") == nil && Users.number("4294967294") == 4_294_967_294)
        var attributes = ProcessAttributes()
        if key == "uid" {
            (attributes.uid, attributes.gid) = ("4294967295", "0")
        } else {
            attributes.gid = "4294967295"
        }
        #expect(attributes.unknownAccounts(of: "a").map(\.key) == [key])
    }

    @Test func anAppThatIsChangedIsLookedAtToo() throws {
        var app = AppConfig()
        app.script = "run.sh"
        app.attributes.uid = "nobody-of-that-name"
        let shell = ["PATH": folder.path + "/bin"]
        let spec = try AppSpec(app, in: LaunchPlace(namespace: "shop", directory: folder.path, shell: shell))
        let failure = #expect(throws: Failure.self) { try spec.checkAccounts() }
        #expect(failure?.code == .noSuchAccount)
    }
}
