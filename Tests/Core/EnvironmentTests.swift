import Core
import FoundationEssentials
import Support
import Testing

/// Where variables come from, and which of them are secret.
@Suite struct EnvironmentTests {
    private func world() -> World {
        var world = World()
        _ = world.start(
            World.spec("api") {
                $0.env = ["A": "1", "OD_NAME": "mine", "TOKEN": "t"]
                $0.envSources = VariableSources(["A": .flag, "TOKEN": .config])
                $0.instances = 2
            })
        world.pass(5)
        return world
    }

    @Test func everyVariableHasASource() throws {
        let environments = try world().kernel.environments(of: ["api#1"], show: false)
        let one = try #require(environments.first)
        #expect(environments.count == 1)
        #expect((one.id, one.name, one.instance, one.namespace) == (1, "api", 1, "default"))
        let sources = one.variables.map { "\($0.name) \($0.source.rawValue)" }
        #expect(
            sources == [
                "A flag", "NODE_APP_INSTANCE od", "OD_HOME od", "OD_ID od", "OD_INSTANCE od", "OD_NAME od",
                "OD_NAMESPACE od",
                "TOKEN config",
            ])
        #expect(one.variables.first { $0.name == "OD_NAME" }?.value == "api")
        #expect(throws: Failure.self) { try world().kernel.environments(of: ["nobody"], show: false) }
    }

    @Test func itIsWhatTheRunGot() throws {
        let world = world()
        let shown = try #require(try world.kernel.environments(of: ["api#0"], show: true).first)
        let order = try #require(world.spawns.first)
        #expect(order.environment == shown.variables.map { "\($0.name)=\($0.value ?? "")" })
    }

    @Test func secretsLeaveTheEngineOnlyWhenAskedFor() throws {
        let world = world()
        for show in [false, true] {
            let environments = try world.kernel.environments(of: ["all"], show: show)
            #expect(environments.count == 2)
            for one in environments {
                let token = try #require(one.variables.first { $0.name == "TOKEN" })
                #expect(token.secret)
                #expect(token.value == (show ? "t" : nil))
            }
        }
    }

    @Test func appsOfOlderVersionsHaveUnknownSources() throws {
        var world = World()
        _ = world.start(World.spec("api") { $0.env = ["A": "1"] })
        let variables = try #require(try world.kernel.environments(of: ["api"], show: false).first).variables
        #expect(variables.first { $0.name == "A" }?.source == .unknown)
    }

    @Test func aValueFromElsewhereIsNoOtherApp() {
        var world = world()
        let request = world.start(
            World.spec("api") {
                $0.env = ["A": "1", "OD_NAME": "mine", "TOKEN": "t"]
                $0.envSources = VariableSources(["A": .shell])
                $0.instances = 2
            })
        #expect(world.started(request)?.unchanged == [])
        #expect(VariableSources([:]).hashValue == VariableSources(["A": .shell]).hashValue)
    }

    @Test(arguments: [
        ("DB_PASSWORD", "x"), ("dbPassword", "x"), ("GITHUB_TOKEN", "x"), ("API_KEY", "x"), ("APIKEY", "x"),
        ("client.secret", "x"), ("PGPASS", "postgres://u:p@h/db"), ("DB_PASS", "x"), ("SESSION_COOKIE", "x"),
        ("AWS_ACCESS_KEY_ID", "x"), ("AUTH", "x"), ("URL", "redis://:p@h:6379"), ("ssh_private", "x"),
        ("Credentials", ""), ("MYSQL_PWD", "x"), ("SMTP_PW", "x"), ("STRIPE_SK", "x"), ("A", "ghp_0123"),
        ("A", "-----BEGIN PRIVATE KEY-----"), ("A", "Server=x; Password=abc;"), ("A", "Pwd=abc;Host=x"),
    ])
    func secret(_ name: String, _ value: String) {
        #expect(SecretVariable.isSecret(name, value))
    }

    @Test(arguments: [
        ("PATH", "/bin"), ("PWD", "/srv"), ("OLDPWD", "/"), ("KEYBOARD", "de"), ("AUTHOR", "me"), ("PORT", "3000"),
        ("URL", "https://h/a:b@c"), ("URL", "https://user@h/"), ("URL", "http://[::1]:80/x"), ("TIME", "12:30@noon"),
        ("MONKEY", "x"), ("COMPASS", "x"), ("A", "Server=x;Port=1"), ("A", "password=asked"),
    ])
    func plain(_ name: String, _ value: String) {
        #expect(!SecretVariable.isSecret(name, value))
    }

    /// What an app is started with is shown to everybody who may look, and kept in answers.
    @Test func secretArgumentsAreStars() throws {
        let words = ["--password", "abc", "--api-token=abc", "--port", "80", "postgres://u:abc@h/db", "key", "a b=c"]
        let stars = ["--password", "********", "--api-token=********", "--port", "80", "********", "key", "a b=c"]
        #expect(SecretVariable.shown(words) == stars)
        #expect(SecretVariable.shown(["env.TOKEN", "abc"]) == ["env.TOKEN", "********"])
        #expect(SecretVariable.shown(["--token", "--other", "-"]) == ["--token", "--other", "-"])
        var world = World()
        var spec = World.spec("api")
        spec.arguments = words
        _ = world.start(spec)
        #expect(world.kernel.list(at: world.now).first?.arguments == stars)
        var other = spec
        other.arguments[1] = "def"
        other.arguments[4] = "81"
        let change = try #require(other.changes(from: spec).first)
        #expect(change.key == "args" && change.old?.contains("abc") == false && change.new?.contains("def") == false)
        #expect(change.new?.contains("81") == true)
    }

    @Test func messages() throws {
        let wire = WireTests()
        try wire.check("environment-request", EnvironmentRequest(targets: ["api"], show: true))
        try wire.check(
            "environment",
            ProcessEnvironment(
                id: 3, name: "api", instance: 1, namespace: "shop",
                variables: [
                    .init(name: "A", value: "1", source: .shell, secret: false),
                    .init(name: "KEY", value: nil, source: .flag, secret: true),
                ]))
        var spec = WireTests.spec
        spec.envSources = VariableSources(["A": .config])
        let data = try JSONEncoder().encode(spec)
        #expect(try JSONDecoder().decode(AppSpec.self, from: data).envSources?.byName == ["A": .config])
        let later = try JSONDecoder().decode([VariableSource].self, from: Data(#"["vault"]"#.utf8))
        #expect(later.map(\.rawValue) == ["vault"])
    }
}
