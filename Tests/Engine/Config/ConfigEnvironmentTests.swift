import Core
import Engine
import Glibc
import Testing

/// Where the variables of an app come from, and what `defaults` and `--env` make of them.
struct ConfigEnvironmentTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private let shell = ["PATH": "/bin", "TZ": "UTC", "AWS_KEY": "k", "AWS_REGION": "r", "EDITOR": "vi", "OD_ID": "7"]

    private func resolve(
        _ text: String, env: [String: String] = [:], block: String? = nil, only: [String]? = nil
    ) throws(Failure) -> [AppSpec] {
        folder.write("bin/app", "", executable: true)
        folder.write("c.yaml", text)
        let config = try ConfigFile.load("c.yaml", in: folder.path)
        return try ResolvedProject(config, shell: shell, env: env, block: block, only: only).apps
    }

    private func failure(_ text: String, block: String? = nil, only: [String]? = nil) -> Failure? {
        do throws(Failure) { _ = try resolve(text, block: block, only: only) } catch { return error }
        return nil
    }

    @Test func aLaterSourceWins() throws {
        folder.write("a.env", "ONE=file\nTWO=file\nTHREE=file\nFOUR=file\nFIVE=file\nFILE=file")
        folder.write("b.env", "\nFILE=later")
        let spec = try #require(
            try resolve(
                """
                defaults:
                  envFile: a.env
                  env: {TWO: default, THREE: default, SIX: default}
                apps:
                  - script: bin/app
                    envFile: [b.env, none.env?, {path: no.env, required: false}, {path: b.env}]
                    env:
                      THREE: env
                      FOUR: env
                      FIVE: env
                    env_production: {FOUR: block, FIVE: block}
                    env_other: {FOUR: other}
                """, env: ["FIVE": "flag"], block: "production"
            ).first)
        let expected = [
            "ONE": ("file", "envFile", "a.env:1"), "TWO": ("default", "defaults", "c.yaml:3"),
            "THREE": ("env", "config", "c.yaml:8"), "FOUR": ("block", "env_production", "c.yaml:11"),
            "FIVE": ("flag", "flag", nil), "SIX": ("default", "defaults", "c.yaml:3"),
            "FILE": ("later", "envFile", "b.env:2"), "PATH": ("/bin", "shell", nil), "TZ": ("UTC", "shell", nil),
        ]
        #expect(Set(spec.env.keys) == Set(expected.keys))
        for (name, (value, word, place)) in expected {
            let source = spec.envSources?.byName[name]
            #expect(spec.env[name] == value, "\(name)")
            #expect(source?.word == word && source?.place == place, "\(name): \(source?.rawValue ?? "")")
        }
    }

    @Test(arguments: [
        ("true", ["PATH", "TZ", "AWS_KEY", "AWS_REGION", "EDITOR"]), ("false", ["PATH", "TZ"]),
        ("[AWS_*]", ["PATH", "TZ", "AWS_KEY", "AWS_REGION"]), ("EDITOR NONE", ["PATH", "TZ", "EDITOR"]),
    ])
    func whatIsInherited(_ value: String, _ names: [String]) throws {
        let spec = try #require(try resolve("apps: [{script: bin/app, inheritEnv: \(value)}]").first)
        #expect(Set(spec.env.keys) == Set(names))
    }

    @Test func mistakesOfTheEnvironmentHaveTheirPlaces() {
        let failure = failure(
            """
            defaults: {name: x, env: {A: [1]}}
            apps:
              - script: bin/app
                env: {DB: {secret: db-password}, X: {secret: a, b: c}}
                envFile: [{required: true}, 5?, {path: [], needed: 1}]
                inheritEnv: {A: 1}
                env_: {}
                watch: true
                envfile: x
              - {script: bin/two, env_production: 3}
            """)
        #expect(
            failure?.why == """
                c.yaml:1:12: defaults.name: a name belongs to one app: it cannot be a default
                c.yaml:1:30: defaults.env.A: expected a text, a number, true or false, found a list
                c.yaml:4:15: apps[0].env.DB: this version keeps no secrets; put the value into a file that only you may read, \
                and name it with ‘envFile’
                c.yaml:4:41: apps[0].env.X: expected a text, a number, true or false, found a map
                c.yaml:5:15: apps[0].envFile[0]: ‘path’ is missing
                c.yaml:5:44: apps[0].envFile[2].path: expected a text, found a list
                c.yaml:5:48: apps[0].envFile[2].needed: no such key; the keys here are path, required
                c.yaml:6:17: apps[0].inheritEnv: expected true, false, or names of variables, found a map
                c.yaml:7:5: apps[0].env_: no such key; did you mean ‘env’?
                c.yaml:8:5: apps[0].watch: no such key: this version does not watch files
                c.yaml:9:5: apps[0].envfile: no such key; did you mean ‘envFile’?
                c.yaml:10:39: apps[1].env_production: expected a map of keys and values, found ‘3’
                """)
        #expect(self.failure("apps: [{script: bin/app, env: {A: {secret: x}}}]")?.code == .secretsAbsent)
        let many = (0..<65).map { "f\($0)" }.joined(separator: ", ")
        #expect(self.failure("apps: [{script: bin/app, envFile: [\(many)]}]")?.why.contains("64 files") == true)
    }

    @Test func filesThatAreNotThere() {
        let missing = failure("apps: [{script: bin/app, envFile: no.env}]")
        #expect(missing?.code == .envFileMissing)
        #expect(missing?.why.hasPrefix("c.yaml:1:26: apps[0].envFile: ‘envFile’ names it: ") == true)
        #expect(failure("apps: [{script: bin/app, envFile: bin}]")?.code == .envFileMissing)
        folder.write("bad.env", "A=1\nwhat is this")
        let bad = failure("apps: [{script: bin/app, envFile: bad.env}]")
        #expect(bad?.code == .envFileSyntax)
        #expect(bad?.why == "c.yaml:1:26: apps[0].envFile: bad.env:2:1: expected NAME=VALUE")
    }

    @Test func defaultsHoldForWhatIsNotSaid() throws {
        let specs = try resolve(
            """
            defaults: {script: bin/app, restart: never, limits: {nofile: 10, core: 1}, logRotation: {maxFiles: 3}}
            apps:
              - name: a
              - {name: b, autoRestart: true, limits: {core: 2}, logRotation: {maxAge: 0}, instances: 2}
              - {name: c, restart: on-failure}
            """)
        #expect(specs.map(\.restart.mode) == [.never, .always, .onFailure])
        #expect(specs.map(\.attributes?.limits?["nofile"]?.hard) == [10, 10, 10])
        #expect(specs.map(\.attributes?.limits?["core"]?.hard) == [1, 2, 1])
        #expect(specs.map(\.logRotation?.maxFiles) == [3, 3, 3])
        #expect(specs[1].logRotation?.maxAge == 0)
        #expect(failure("defaults: {autoRestart: false}\napps: [{script: bin/app, restart: always}]") == nil)
    }

    @Test func blocksAreChosenByName() throws {
        let text = """
            apps:
              - {name: a, script: bin/app, appendEnvToName: true, env_production: {X: 1}}
              - {name: b, script: bin/app, namespace: other, autoStart: false}
            """
        #expect(try resolve(text).map(\.name) == ["a", "b"])
        let specs = try resolve(text, block: "production")
        #expect(specs.map(\.name) == ["a-production", "b"])
        #expect(specs.map(\.namespace).last == "other")
        #expect(specs.map(\.autoStart) == [nil, false])
        let wrong = failure(text, block: "producton")
        #expect(wrong?.code == .unknownBlock)
        #expect(wrong?.why == "did you mean --env production?")
        #expect(failure(text, block: "zzz")?.why == "this config has production")
        #expect(failure("apps: [{script: bin/app}]", block: "x")?.why == "this config has no blocks")
        #expect(try resolve(text, block: "production", only: ["a-production"]).map(\.name) == ["a-production"])
        #expect(failure(text, only: ["aa"])?.code == .onlyUnknown)
        #expect(failure(text, only: ["zzz"])?.why == "its apps are a, b")
    }

    @Test func flagsOfTheEnvironment() throws {
        let (values, block) = try AppEnvironment.flags(["A=1", "production", "B=", "production"])
        #expect(values == ["A": "1", "B": ""])
        #expect(block == "production")
        #expect(throws: Failure.self) { try AppEnvironment.flags(["one", "two"]) }
        #expect(throws: Failure.self) { try AppEnvironment.flags(["a b"]) }
        #expect(throws: Failure.self) { try AppEnvironment.flags(["1=x"]) }
    }

    @Test func appsOfSeveralNamespacesMayHaveOneName() throws {
        let text = "apps: [{name: a, script: bin/app}, {name: a, script: bin/app, namespace: other}]"
        #expect(try resolve(text).map(\.namespace).count == 2)
        #expect(failure("apps: [{name: a, script: x}, {name: a, script: x}]")?.code == .configValue)
    }
}
