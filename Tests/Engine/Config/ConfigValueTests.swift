import Core
import Engine
import Testing

struct ConfigValueTests {
    @Test(arguments: [
        ("0", 0), ("1500", 1500), ("500ms", 500), ("10s", 10_000), ("1.5s", 1500), ("2m", 120_000), ("1h", 3_600_000),
        ("1d", 86_400_000), ("10 s", 10_000), ("0.4ms", 0), ("365d", 365 * 86_400_000),
    ])
    func durations(_ text: String, _ milliseconds: Int) {
        #expect(ConfigDuration(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "s", "-1", "-1s", "1.2.3s", "10 sec", "ten", "1e3", "366d", "99999999999999999999999", "1  s", "0x10", "١s",
    ])
    func noDurations(_ text: String) {
        #expect(ConfigDuration(text) == nil)
    }

    @Test(arguments: [
        ("0", 0), ("1024", 1024), ("512K", 524_288), ("10M", 10_485_760), ("10mb", 10_485_760), ("1GiB", 1 << 30),
        ("1.5k", 1536), ("7b", 7), ("2T", 2 << 40),
    ])
    func sizes(_ text: String, _ bytes: Int) {
        #expect(ConfigSize(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "K", "-1", "10X", "99999999999T", "1 0"])
    func noSizes(_ text: String) {
        #expect(ConfigSize(text) == nil)
    }

    @Test(arguments: [
        ("a b  c", ["a", "b", "c"]), ("", []), ("  ", []), ("'a b' c", ["a b", "c"]), ("\"a b\"c", ["a bc"]),
        ("a\\ b", ["a b"]), ("'it''s'", ["its"]), ("\"a\\\"b\\n\"", ["a\"b\\n"]), ("''", [""]),
        ("a '' b", ["a", "", "b"]),
        ("'a\\'", ["a\\"]), ("a\tb\nc", ["a", "b", "c"]), ("a\\\nb", ["ab"]), ("\"x\\\ny\"", ["xy"]), ("é'ü'", ["éü"]),
    ])
    func words(_ text: String, _ words: [String]) {
        #expect(ShellWords.split(text) == words)
    }

    /// Each character is looked at once: with a copy of the word for each, this is 500 GB.
    @Test(arguments: ["a", "\\a"]) func aWordOfAMegabyteIsAWord(_ text: String) {
        let words = ShellWords.split(String(repeating: text, count: 1_000_000))
        #expect(words?.map(\.utf8.count) == [1_000_000])
    }

    @Test(arguments: ["'", "\"a", "a\\", "it's"])
    func openQuotesAreNoWords(_ text: String) {
        #expect(ShellWords.split(text) == nil)
    }

    @Test(arguments: [
        "a | b", "a && b", "a; b", "a > f", "echo $HOME", "echo `x`", "ls *.js", "ls a?", "ls [ab]", "(a)",
        "PORT=1 node a",
        "cd ~ ", "~/x a", "a # b", "echo \"$X\"", "a\nb", "a & ",
    ])
    func needsAShell(_ text: String) {
        #expect(ShellWords.needsShell(text))
    }

    @Test(arguments: [
        "node a.js --x=1", "a 'x | y'", "a \"x | y\"", "a \\| b", "a b~c", "a b#c", "python3 -m http.server", "a '$X'",
        "./a=b c",
        "--a=b c",
    ])
    func needsNoShell(_ text: String) {
        #expect(!ShellWords.needsShell(text))
    }

    @Test(arguments: [
        ("instnces", "instances"), ("max_restarts", "maxRestarts"), ("INSTANCES", "instances"),
        ("kill-timeout", "killTimeout"),
        ("scirpt", "script"), ("nmae", "name"), ("arg", "args"),
    ])
    func nearNames(_ text: String, _ name: String) {
        #expect(NearestName.of(text, among: ConfigKeys.app.map(\.name)) == name)
    }

    @Test(arguments: ["", "x", "healthCheck", "somethingElse", String(repeating: "a", count: 10_000)])
    func noNearName(_ text: String) {
        #expect(NearestName.of(text, among: ConfigKeys.app.map(\.name)) == nil)
    }

    @Test(arguments: [
        ("/srv/shop", "shop"), ("/srv/My Shop!", "My-Shop-"), ("/srv/7dwarfs", "p-7dwarfs"), ("/", "p-"),
        ("/srv/all", "p-all"),
        ("/srv/über", "p--ber"), ("/srv/" + String(repeating: "x", count: 300), String(repeating: "x", count: 126)),
    ])
    func projectsWithoutAName(_ directory: String, _ name: String) {
        #expect(DefaultName.project(directory: directory) == name)
    }

    @Test(arguments: [
        ("./dist/server.js", "server"), ("/usr/bin/redis-server", "redis-server"),
        ("python3 -m http.server", "python3"),
        ("PORT=1 node a.js", "node"), ("a.b.js", "a.b"), (".hidden", "hidden"), ("3d.py", "app-3d"), ("all", "app-all"),
        ("my app.js", "my"), ("'my app.js' x", "my-app"),
    ])
    func appsWithoutAName(_ script: String, _ name: String) {
        #expect(DefaultName.app(script: script) == name)
    }

    @Test func pathsAreMadeAbsolute() {
        #expect(FilePath.absolute("a/../b//./c", in: "/x/y") == "/x/y/b/c")
        #expect(FilePath.absolute("../../../..", in: "/x") == "/")
        #expect(FilePath.absolute("/a/b/", in: "/x") == "/a/b")
        #expect(FilePath.directory(of: "/a/b.c") == "/a")
        #expect(FilePath.directory(of: "/a") == "/")
        #expect(FilePath.fileExtension(of: "/a.b/c") == "")
        #expect(FilePath.fileExtension(of: "/a/.bashrc") == "")
        #expect(FilePath.fileExtension(of: "/a/X.JS") == "js")
        #expect(FilePath.name(of: "/") == "")
    }
}
