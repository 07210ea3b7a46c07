import Core
import Engine
import Support
import Testing

/// One model behind two formats, and every mistake with its place.
struct ConfigDecoderTests {
    private func yaml(_ text: String) throws(Failure) -> Config {
        try ConfigDraft.decode(text, file: "/srv/shop/opendaemon.config.yaml", shown: "opendaemon.config.yaml")
    }

    private func json(_ text: String) throws(Failure) -> Config {
        try ConfigDraft.decode(text, file: "/srv/shop/opendaemon.config.json", shown: "opendaemon.config.json")
    }

    /// The failure that a config must give.
    private func failure(_ decode: () throws(Failure) -> Config) -> Failure? {
        do throws(Failure) { _ = try decode() } catch { return error }
        return nil
    }

    static let everyKey = """
        name: shop
        apps:
          - name: api
            script: ./server.js
            args: [--port, 3000, "a b", true]
            interpreter: node
            interpreterArgs: "--max-old-space-size=512 --import './x y.mjs'"
            cwd: sub
            env: {PORT: 3000, RATE: 1.10, DEBUG: true, EMPTY: "", NAME: väl ue}
            instances: 4
            autoRestart: true
            restart: on-failure
            restartStrategy: fixed
            restartDelay: 0
            maxRestarts: 3
            minUptime: 2s
            killSignal: SIGINT
            killTimeout: 1.5m
            outFile: logs/out.log
            errorFile: /var/log/err.log
            mergeLogs: true
            version: "2.1"
            description: takes orders
        """

    @Test func everyKeyIsRead() throws {
        let config = try yaml(Self.everyKey)
        #expect(config.namespace == "shop")
        #expect(config.directory == "/srv/shop")
        let app = try #require(config.apps.first)
        #expect(app.name == "api")
        #expect(app.script == "./server.js")
        #expect(app.args == ["--port", "3000", "a b", "true"])
        #expect(app.interpreter == "node")
        #expect(app.interpreterArgs == ["--max-old-space-size=512", "--import", "./x y.mjs"])
        #expect(app.cwd == "sub")
        #expect(app.env == ["PORT": "3000", "RATE": "1.10", "DEBUG": "true", "EMPTY": "", "NAME": "väl ue"])
        #expect(app.instances == 4)
        #expect(app.autoRestart == true)
        #expect(app.restart == .onFailure)
        #expect(app.restartStrategy == .fixed)
        #expect(app.restartDelay == 0)
        #expect(app.maxRestarts == 3)
        #expect(app.minUptime == 2000)
        #expect(app.killSignal == 2)
        #expect(app.killTimeout == 90_000)
        #expect(app.outFile == "logs/out.log")
        #expect(app.errorFile == "/var/log/err.log")
        #expect(app.mergeLogs == true)
        #expect(app.version == "2.1")
        #expect(app.description == "takes orders")
        #expect(config.warnings.isEmpty)
    }

    @Test func noKeyIsForgottenByThisTest() {
        // What processes are made is in ConfigAttributesTests, their environment in ConfigEnvironmentTests, how they
        // tell that they are ready in ReadinessKeyTests, what they share in ClusterKeyTests, what they wait for in
        // ConfigDependencyTests.
        let tables =
            ConfigKeys.attributes + ConfigKeys.environment + ConfigKeys.readiness + ConfigKeys.cluster
            + ConfigKeys.order
        let elsewhere = ["logRotation"] + tables.map(\.name)
        for key in ConfigKeys.app where !elsewhere.contains(key.name) {
            let known = Self.everyKey + RestartKeyTests.everyKey + LogKeyTests.everyKey
            #expect(known.contains("\(key.name): "), "\(key.name)")
        }
    }

    @Test func jsonMeansTheSame() throws {
        let text = #"""
            {"name": "shop", "apps": [{"name": "api", "script": "./server.js", "args": ["--port", 3000, "a b", true],
            	"interpreter": "node", "interpreterArgs": "--max-old-space-size=512 --import './x y.mjs'", "cwd": "sub",
              "env": {"PORT": 3000, "RATE": 1.10, "DEBUG": true, "EMPTY": "", "NAME": "v\u00e4l ue"}, "instances": 4,
              "autoRestart": true, "restart": "on-failure", "restartStrategy": "fixed", "restartDelay": 0,
              "maxRestarts": 3,
              "minUptime": "2s", "killSignal": "SIGINT", "killTimeout": "1.5m", "outFile": "logs/out.log",
              "errorFile": "\/var\/log\/err.log", "mergeLogs": true, "version": "2.1",
              "description": "takes orders"}]}
            """#
        var other = try yaml(Self.everyKey).apps
        (other[0].place, other[0].spots) = (nil, nil)
        var apps = try json(text).apps
        (apps[0].place, apps[0].spots) = (nil, nil)
        #expect(apps == other)
    }

    @Test func mistakesOfYAMLAreAllNamed() {
        let failure = failure {
            () throws(Failure) in
            try yaml(
                """
                name: 7 dwarfs
                app: []
                apps:
                  - name: api
                    scrpt: server.js
                    instances: four
                    max_restarts: 3
                    restart: sometimes
                    minUptime: soon
                    killSignal: SIGNOPE
                    mergeLogs: yes
                    env: {PORT: [1], "A=B": x, GOOD: 1, NOTHING: }
                    args: "it's open"
                  - script: ""
                  - just text
                  - {script: a.js, autoRestart: false, restart: always}
                  - {script: b.js, interpreter: none, interpreterArgs: -x}
                  - {script: lib/a.py}
                  - {script: [], logRotation: {maxSize: big, max: 1}}
                plugins: {}
                """)
        }
        #expect(failure?.code == .configValue)
        #expect(failure?.exitCode == 2)
        golden(
            "Commands/config-mistakes.txt", "\(failure?.what ?? "")\n\(failure?.why ?? "")\n\(failure?.next ?? "")\n")
    }

    @Test(arguments: [
        ("{\n  \"apps\": [],\n}", "3:1", "expected a key in double quotes, found ‘}’"),
        ("{\"apps\": [1, ]}", "1:14", "expected a value, found ‘]’"),
        ("{\"apps\": [1 2]}", "1:13", "expected ‘,’ or ‘]’, found ‘2’"),
        ("{'apps': []}", "1:2", "expected a key in double quotes, found ‘'’"),
        ("{apps: []}", "1:2", "expected a key in double quotes, found ‘a’"),
        ("{\"a\": 1, \"a\": 2}", "1:10", "‘a’ is given more than once in this map"),
        ("{\"a\": \"x\ty\"}", "1:9", "a control character in a text: write it as an escape like \\t or \\n"),
        ("{\"a\": 01}", "1:8", "expected ‘,’ or ‘}’, found ‘1’"),
        ("{\"a\": .5}", "1:7", "expected a value, found ‘.’"),
        ("{\"a\": 1.}", "1:9", "expected a digit, found ‘}’"),
        ("{\"a\": 1e}", "1:9", "expected a digit, found ‘}’"),
        ("{\"a\": \"\\x41\"}", "1:9", "no escape of JSON, found ‘x’"),
        ("{\"a\": \"\\ud800\"}", "1:10", "half of a surrogate pair"),
        ("{\"a\": \"\\u12g4\"}", "1:12", "expected four hexadecimal digits, found ‘g’"),
        ("{\"a\" 1}", "1:6", "expected ‘:’ after the key, found ‘1’"),
        ("{\"a\": tru}", "1:7", "expected a value, found ‘t’"),
        ("{\"a\": \"open", "1:12", "expected a closing ‘\"’, found the end of the file"),
        ("{} // done", "1:4", "expected the end of the file, found ‘/’"),
        ("{\"é\": ?}", "1:7", "expected a value, found ‘?’"),
    ])
    func jsonIsStrict(_ text: String, _ mark: String, _ message: String) {
        let failure = failure { () throws(Failure) in try json(text) }
        #expect(failure?.code == .configSyntax)
        #expect(failure?.why == "opendaemon.config.json:\(mark): \(message)")
    }

    @Test(arguments: [
        ("apps:\n  - script: a\n\tname: b", "3:1", "a tab cannot indent YAML"),
        ("apps: [", "2:1", "did not find expected node content"),
        ("a: 1\na: 2", "1:1", "‘a’ is given more than once in this map"),
        ("a: b: c", "1:5", "mapping values are not allowed in this context"),
        ("a: 1\n---\nb: 2", "2:1", "but found another document"),
        ("a: *nobody", "1:4", "found undefined alias"),
        ("? [a]\n: 1", "1:3", "a key is a name, not a list or a map"),
        ("apps: x\n<<: 3", "2:5", "<< merges maps, found ‘3’"),
        ("a: \"\u{1}\"", "1:5", "control characters are not allowed"),
    ])
    func yamlSyntaxHasItsPlace(_ text: String, _ mark: String, _ message: String) {
        let failure = failure { () throws(Failure) in try yaml(text) }
        #expect(failure?.code == .configSyntax)
        #expect(failure?.why.hasPrefix("opendaemon.config.yaml:\(mark): \(message)") == true, "\(failure?.why ?? "")")
    }

    @Test func surrogatesAndAstralTextAreOneCharacter() throws {
        let config = try json(#"{"apps": [{"script": "a.js", "args": ["\ud83d\ude00", "😀"]}]}"#)
        #expect(config.apps[0].args == ["😀", "😀"])
    }

    @Test func mergedMapsGiveWhatIsNotSaid() throws {
        let config = try yaml(
            """
            apps:
              - &base {name: a, script: a.js, instances: 2, env: {A: 1}}
              - {<<: *base, name: b, env: {B: 2}}
              - {<<: [*base, {killTimeout: 5s}], name: c}
            """)
        #expect(config.apps.map(\.name) == ["a", "b", "c"])
        #expect(config.apps.map(\.instances) == [2, 2, 2])
        #expect(config.apps[1].env == ["B": "2"])
        #expect(config.apps[2].killTimeout == 5000)
    }

    @Test func emptyFilesAndMissingAppsAreMistakes() {
        #expect(failure { () throws(Failure) in try yaml("") }?.code == .configValue)
        #expect(failure { () throws(Failure) in try json("") }?.code == .configValue)
        #expect(failure { () throws(Failure) in try yaml("name: x") }?.code == .configMissing)
        #expect(failure { () throws(Failure) in try yaml("apps: []") }?.code == .configValue)
        #expect(failure { () throws(Failure) in try yaml("apps:\n  - name: x") }?.code == .configMissing)
        #expect(
            failure { () throws(Failure) in try yaml("- a") }?.why.contains("expected a map of keys and values") == true
        )
    }

    @Test func logRotationIsRead() throws {
        let config = try yaml(
            """
            apps:
              - script: a.js
                logRotation:
                  maxSize: 10M
                  interval: 1d
                  maxFiles: 3
                  maxAge: 0
                  maxTotal: 2G
                  compress: false
            """)
        var rotation = RotationConfig()
        rotation.maxSize = 10 << 20
        rotation.interval = 86_400_000
        rotation.maxFiles = 3
        rotation.maxAge = 0
        rotation.maxTotal = 2 << 30
        rotation.compress = false
        #expect(config.apps[0].logRotation == rotation)
        #expect(config.warnings.isEmpty)
    }

    @Test func hugeTreesAreRefusedInShortTime() {
        let start = ContinuousClock().now
        let levels = (1...30).map {
            "l\($0): &l\($0) [\(Array(repeating: "*l\($0 - 1)", count: 9).joined(separator: ", "))]"
        }
        let bomb = "l0: &l0 [x]\n" + levels.joined(separator: "\n") + "\napps: *l30"
        #expect(failure { () throws(Failure) in try yaml(bomb) }?.code == .configSyntax)
        for key in ["? *l30\n: 1", "*l30 : 1", "[*l30]: 1", "{a: *l30}: 1", "? [*l30]\n: 1"] {
            let text = "l0: &l0 [x]\n" + levels.joined(separator: "\n") + "\n" + key
            #expect(failure { () throws(Failure) in try yaml(text) }?.why.contains("aliases") == true, "\(key)")
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(failure { () throws(Failure) in try yaml("apps: \(deep)") }?.code == .configSyntax)
        #expect(failure { () throws(Failure) in try json("{\"apps\": \(deep)") }?.why.contains("nested deeper") == true)
        let blocks = String(repeating: "- ", count: 900) + "x"
        #expect(failure { () throws(Failure) in try yaml(blocks) }?.why.contains("nested deeper") == true)
        #expect(ContinuousClock().now - start < .seconds(60))
    }

    @Test func anythingButAConfigIsAFailureNeverACrash() {
        var random = Seeded(seed: 7)
        let pieces = Array(
            "{}[]:,\"'-?*&!|>%@`#~ \n\t\\u01aé\u{0}<apps name script env null true 12 1e5".unicodeScalars)
        for _ in 0..<4000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                text.append(pieces.randomElement(using: &random) ?? "x")
            }
            _ = failure { () throws(Failure) in try yaml(String(text)) }
            _ = failure { () throws(Failure) in try json(String(text)) }
        }
    }

    @Test func aCutConfigIsAFailureNeverACrash() {
        for length in 0..<Self.everyKey.count {
            _ = failure { () throws(Failure) in try yaml(String(Self.everyKey.prefix(length))) }
        }
    }
}
