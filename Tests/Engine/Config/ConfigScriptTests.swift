import Core
import Engine
import Glibc
import Testing

/// Configs that are programs, in the node that is installed here, and in runtimes that are played.
struct ConfigScriptTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private static let path = AppEnvironment.ofThisProcess()["PATH"] ?? "/usr/bin:/bin"
    static let node = LaunchSearch(directories: ["/"], path: path).program("node")

    private func evaluate(
        _ name: String, _ text: String, path: String = Self.path, patience: Int = 60_000
    ) throws(Failure) -> ConfigNode {
        try ConfigScript.evaluate(folder.write(name, text), shown: name, path: path, patience: patience)
    }

    private func failure(
        _ name: String, _ text: String, path: String = Self.path, patience: Int = 60_000
    ) -> Failure? {
        do throws(Failure) {
            _ = try evaluate(name, text, path: path, patience: patience)
        } catch { return error }
        return nil
    }

    /// A program called `node` that is a shell script.
    private func played(_ script: String, as name: String = "node") -> String {
        folder.write("played/\(name)", "#!/bin/sh\n\(script)\n", executable: true)
        return folder.path + "/played"
    }

    @Test(
        .enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"),
        arguments: [
            ("a.js", "console.log('noise'); process.stdout.write('{'); module.exports = {a: 1, u: undefined}"),
            ("a.mjs", "export default async () => ({a: Promise.resolve(1)})"),
            ("a.cjs", "module.exports = () => ({a: 1})"),
            ("b.js", "exports.__esModule = true; exports.default = {a: 1}"),
            ("c.js", "setInterval(() => {}, 1000); module.exports = {a: 1}"),
            ("d.js", "const {defineConfig} = require('opendaemon'); module.exports = defineConfig({a: 1})"),
            ("d.mjs", "import {defineConfig} from 'opendaemon'; export default defineConfig({a: 1})"),
            ("a b.js", "module.exports = {a: require('fs').existsSync('a b.js') ? 1 : 2}"),
        ])
    func whatAProgramExportsIsTheConfig(_ name: String, _ text: String) throws {
        let root = try evaluate(name, text)
        #expect(root == .plain(.map([.init(key: "a", mark: .none, node: .plain(.number("1"), at: .none))]), at: .none))
    }

    @Test(
        .enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"),
        arguments: [
            ("a.js", "const a = 1;\nthrow new Error('boom')", "a.js:2:7: boom"),
            ("b.js", "module.exports = {\n  apps: [ {\n", "b.js:3: SyntaxError: Unexpected end of input"),
            ("c.mjs", "export default {\n  apps: [ {\n", "c.mjs:3: SyntaxError: Unexpected end of input"),
            ("d d.js", "\n  nobody()", "d d.js:2:3: ReferenceError: nobody is not defined"),
            ("e.js", "require('no-such-package')", "e.js:1:1: Cannot find module 'no-such-package'"),
            (
                "f.js", "setTimeout(() => { throw new Error('late') }, 1); module.exports = new Promise(() => {})",
                "f.js:1:26: late"
            ),
            ("g.js", "module.exports = Promise.reject('no reason')", "no reason"),
        ])
    func whatAProgramThrowsHasItsPlace(_ name: String, _ text: String, _ why: String) {
        let found = failure(name, text)
        #expect(found?.code == .configScript)
        #expect(found?.why == why)
    }

    @Test(
        .enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"),
        arguments: [
            ("a.js", "module.exports = {apps: [{script: () => 1}]}", "apps[0].script is a function"),
            ("b.js", "const a = {}; a.b = {a}; module.exports = a", "b.a is a value that contains itself"),
            ("c.js", "", "it exports nothing"), ("d.js", "module.exports = null", "it exports nothing"),
            ("e.js", "module.exports = {n: 0 / 0}", "n is NaN"),
            ("f.js", "module.exports = {x: 'y'.repeat(3e6)}", "it exports more than 1 MB"),
            ("g.js", "process.exit(0)", "it ended before it exported anything"),
        ])
    func whatNoConfigCanHaveIsNamed(_ name: String, _ text: String, _ why: String) {
        let found = failure(name, text)
        #expect(found?.code == .configScript)
        #expect(found?.why.hasPrefix(why) == true, "\(found?.why ?? "")")
    }

    @Test func anEndlessProgramIsEnded() {
        let path = played("echo $$ >\(folder.path)/pid; exec sleep 1000")
        let found = failure("a.js", "", path: path, patience: 300)
        #expect(found?.why.hasPrefix("it did not finish within") == true)
        let pid = FilePath.read(folder.path + "/pid", limit: 20).flatMap {
            Int32(String(decoding: $0, as: UTF8.self).filter(\.isNumber))
        }
        #expect(pid.map { kill($0, 0) } == -1)
    }

    /// Its children, too: it has a process group of its own.
    @Test func allOfAnEndlessProgramIsEnded() throws {
        let path = played("sleep 1000 & echo $! >\(folder.path)/child; wait")
        let found = failure("a.js", "", path: path, patience: 300)
        #expect(found?.why.hasPrefix("it did not finish within") == true)
        let text = try #require(FilePath.read(folder.path + "/child", limit: 20))
        let child = try #require(Int32(String(decoding: text, as: UTF8.self).filter(\.isNumber)))
        #expect(child > 1 && Self.isGone(child))
    }

    /// It is killed; its new parent may not have reaped it yet.
    private static func isGone(_ pid: Int32) -> Bool {
        while kill(pid, 0) == 0 {
            let state = FilePath.read("/proc/\(pid)/stat", limit: 4096).map { String(decoding: $0, as: UTF8.self) }
            guard let state, let name = state.lastIndex(of: ")") else { continue }
            if state[name...].hasPrefix(") Z") { return true }
            usleep(1000)
        }
        return true
    }

    /// What it prints is read all the same, so that it can end.
    @Test func aProgramThatPrintsWithoutEndIsHeard() throws {
        let path = played(#"head -c 300000 /dev/zero | tr '\0' ' ' >&2; printf '{"config":{"a":true}}' >&3"#)
        _ = try evaluate("a.js", "", path: path)
    }

    /// Other programs that are asked for what they are.
    @Test func whatAnotherProgramPrintsHasABound() {
        func run(_ line: String, limit: Int = 100, patience: Int = 60_000) -> ScriptRun.End {
            ScriptRun(words: ["/bin/sh", "-c", line], patience: patience, limit: limit, channel: .output).run()
        }
        #expect(run("echo a; echo b >&2; exit 3") == .ended(Array("a\nb\n".utf8), .code(3)))
        #expect(run("cat /dev/zero") == .tooLong)
        #expect(run("sleep 1000", patience: 200) == .late)
        // Not even what somebody else in this process has opened for all.
        let open = dup(1)
        defer { close(open) }
        #expect(run("[ -e /proc/self/fd/\(open) ] && echo open") == .ended([], .code(1)))
        #expect(run("[ -e /proc/self/fd/3 ] && echo open") == .ended([], .code(1)))
        let none = ScriptRun(words: ["/no/such/program"], patience: 1000, limit: 10, channel: .output)
        #expect(none.run() == .notStarted(ENOENT))
    }

    @Test func aProgramThatSaysNoEndIsEnded() {
        #expect(failure("a.js", "", path: played("exec cat /dev/zero >&3"))?.why.hasPrefix("it exports more") == true)
    }

    @Test func aRuntimeThatFailsIsNamed() {
        #expect(failure("a.js", "", path: played("exit 7"))?.why.hasPrefix("node ended with") == true)
        let next = failure("a.js", "", path: played("printf '[]' >&3"))?.next
        #expect(next?.hasPrefix("try it by hand: node /") == true)
    }

    @Test func aProgramThatIsNoneIsNamed() {
        folder.write("played/node", "#!/no/such/shell\n", executable: true)
        #expect(failure("a.js", "", path: folder.path + "/played")?.why.contains("could not be executed") == true)
    }

    @Test func withoutARuntimeTheErrorSaysSo() {
        let found = failure("a.js", "", path: folder.path)
        #expect(found?.code == .configRuntime)
        #expect(found?.why == "there is no node, no bun and no deno in PATH")
        #expect(failure("a.ts", "", path: folder.path)?.next.contains("node 22.18") == true)
    }

    /// A node without types: another runtime is tried, and without one the error names what to install.
    @Test func typesNeedARuntimeThatKnowsThem() throws {
        let path = played(#"printf '{"types":""}' >&3"#)
        let found = failure("a.ts", "", path: path)
        #expect(found?.code == .configRuntime)
        #expect(found?.next.contains("bun or deno") == true)
        _ = played(#"printf '{"config":{"apps":[]}}' >&3"#, as: "bun")
        #expect(try evaluate("a.ts", "", path: path).withoutPlaces == evaluate("a.ts", "", path: path))
    }

    /// A node that knows types when it is told to is told to.
    @Test func typesMayNeedAFlag() throws {
        let path = played(
            #"case "$1" in --strip) printf '{"config":{"a":true}}' >&3;; *) printf '{"types":"--strip"}' >&3;; esac"#)
        _ = try evaluate("a.ts", "", path: path)
    }

    @Test(.enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"))
    func aConfigIsLoadedFromAProgram() throws {
        folder.write("opendaemon.config.js", "module.exports = {name: 'shop', apps: [{script: 'a', instances: 2}]}")
        let config = try ConfigFile.load(".", in: folder.path)
        #expect(config.namespace == "shop")
        #expect(config.apps[0].place == "opendaemon.config.js: apps[0]")
        folder.write("opendaemon.config.js", "module.exports = {apps: [{script: 'a', instnaces: 2}]}")
        do throws(Failure) {
            _ = try ConfigFile.load(".", in: folder.path)
        } catch {
            #expect(error.why.hasPrefix("opendaemon.config.js: apps[0].instnaces: no such key"))
        }
    }
}
