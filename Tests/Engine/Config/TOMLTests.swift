import Core
import Engine
import Support
import Testing

/// TOML gives the same configs as the other formats, and every mistake its place.
struct TOMLTests {
    private func toml(_ text: String) throws(Failure) -> Config {
        try ConfigDraft.decode(text, file: "/srv/shop/opendaemon.config.toml", shown: "opendaemon.config.toml")
    }

    private func failure(_ text: String) -> Failure? {
        do throws(Failure) { _ = try toml(text) } catch { return error }
        return nil
    }

    @Test func everythingIsRead() throws {
        let config = try toml(
            #"""
            name = "shop"   # the project

            [defaults]
            killTimeout = "5s"
            env.TZ = 'UTC'
            [defaults.logRotation]
            maxFiles = 1_0

            [[apps]]
            name = "api"
            script = 'C:\no\escapes'
            args = [ "--port", 3000,  # with a comment
              "a b", true, 1.10, ]
            env = { PORT = 3000, RATE = 1.10, "A.B" = "x\ty\u00e4\U0001F600" }
            instances = +4
            [apps.limits]
            nofile = { soft = 1024, hard = 2048 }

            [[apps]]
            "name" = 'worker'
            script = """
            run \
               me """
            args = '''
            its ''a'' word'''
            restart = "never"
            [apps.env]
            SINCE = 1979-05-27 07:32:00
            MASK = 0x1F
            BITS = 0b101
            NONE = -nan
            AT = 2026-11-21T17:20:00.5+02:00
            CLOCK = 07:32:00
            DAY = 2028-02-29
            QUOTES = """"x"""""
            """#)
        #expect(config.namespace == "shop")
        let (api, worker) = (config.apps[0], config.apps[1])
        #expect(api.script == #"C:\no\escapes"#)
        #expect(api.args == ["--port", "3000", "a b", "true", "1.10"])
        #expect(api.env == ["PORT": "3000", "RATE": "1.10", "A.B": "x\tyä😀", "TZ": "UTC"])
        #expect(api.instances == 4)
        #expect(api.killTimeout == 5000)
        #expect(api.logRotation?.maxFiles == 10)
        #expect(api.attributes.limits == ["nofile": ResourceLimit(soft: 1024, hard: 2048)])
        #expect(api.place == "opendaemon.config.toml:9:3: apps[0]")
        #expect(worker.script == "run me ")
        #expect(worker.args == ["its", "a", "word"])
        #expect(
            worker.env == [
                "TZ": "UTC", "SINCE": "1979-05-27 07:32:00", "MASK": "0x1F", "BITS": "5", "NONE": "-nan",
                "AT": "2026-11-21T17:20:00.5+02:00", "CLOCK": "07:32:00", "DAY": "2028-02-29", "QUOTES": "\"x\"\"",
            ])
        #expect(worker.restart == .never)
    }

    @Test func mistakesAreAllNamed() {
        let failure = failure(
            """
            name = "7 dwarfs"
            [[apps]]
            scrpt = "a.js"
            instances = "four"
            env = { PORT = [1] }
            [apps.logRotation]
            max = 1
            [[apps]]
            script = ""
            [plugins]
            """)
        golden(
            "Commands/config-mistakes-toml.txt",
            "\(failure?.what ?? "")\n\(failure?.why ?? "")\n\(failure?.next ?? "")\n")
    }

    @Test(arguments: [
        ("a = 1\na = 2", "2:"), ("a = ", "1:"), ("[apps\n", "1:"), ("a = \"x", "1:"), ("a = 01", "1:"),
        ("[a]\n[a]", "2:"), ("a = {b = 1\n", "1:"), ("= 1", "1:"), ("a = \"\\q\"", "1:"),
        ("\"ä\" = 1\n??", "2:1: expected a key, found ‘?’"), ("ä = 1", "1:1: expected a key"),
        ("x = 1\na = \"\0\"", "2:6: expected a closing quote, found a control"),
    ])
    func syntaxHasItsPlace(_ text: String, _ start: String) {
        let failure = failure(text)
        #expect(failure?.code == .configSyntax)
        #expect(failure?.why.hasPrefix("opendaemon.config.toml:\(start)") == true, "\(failure?.why ?? "")")
    }

    @Test(arguments: [
        "a.b = 1\n[a]", "[a]\nb = 1\n[a.b]\nc = 1\n[a.b]", "[[a]]\n[a]", "a = []\n[[a]]", "[a]\n[[a]]",
        "[a.b]\n[a]\nb.c = 1", "a = {b = 1}\n[a.c]", "a = {b.c = 1, b = 2}", "[[a]]\n[b]\n[a.c]\n[a.c]",
        "[[a.b]]\n[a]\nb.c = 1", "a = 1\na.b = 2", "a = {b = 1}\na.c = 2",
    ])
    func nothingIsSaidTwice(_ text: String) {
        #expect(failure(text)?.why.contains("is given more than once") == true, "\(failure(text)?.why ?? "")")
    }

    @Test(arguments: [
        "a = 1__0", "a = +0x1", "a = 1.", "a = .5", "a = 1e", "a = 2026-13-01", "a = 2026-02-29", "a = 25:00:00",
        "a = 12:00:00Z", "a = 2026-01-01X", "a = 2026-01-01T12:00:00+2:00", "a = yes", "a = 'x' 'y'", "a = 1 b = 2",
        "a = {b = 1,}", "a = {b = 1\n}", "a = [1 2]", "a = \"\\ud800\"", "a = \"\\u12\"", "a = \"\\x41\"",
        "a = \"\"\"\\ x\"\"\"", "\"\"\"a\"\"\" = 1", "a b = 1", "a = 'x\ny'", "a = 1 # \u{1}", "a =\n1", "[[a] ]",
        "a = 1\rb = 2", "a = ''' x", "a = inff", "a = 0b2", "a = \"\"\"\"\"\"\"\"\"",
    ])
    func whatIsNoTOMLIsRefused(_ text: String) {
        #expect(failure(text)?.code == .configSyntax, "\(failure(text)?.why ?? "it was taken")")
    }

    @Test func deepTreesAreRefused() {
        let lists = "apps = " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(failure(lists)?.why.contains("nested deeper") == true)
        let keys = (0..<40).map { "a\($0)" }.joined(separator: ".") + " = 1"
        #expect(failure(keys)?.why.contains("nested deeper") == true)
    }

    @Test func anythingButAConfigIsAFailureNeverACrash() {
        var random = Seeded(seed: 11)
        let pieces = Array("[]{}=.,\"'#\\ \n\tapps name script env 1_0 0x1 true \"\"\" '''u00e4".unicodeScalars)
        for _ in 0..<3000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                text.append(pieces.randomElement(using: &random) ?? "x")
            }
            _ = failure(String(text))
        }
    }
}
