import Core
import Testing

@testable import Engine

/// `ready`, `waitReady`, `listenTimeout` and `shutdownWithMessage`.
@Suite struct ReadinessKeyTests {
    private static func read(_ keys: String) throws(Failure) -> Config {
        try ConfigDraft.decode("apps:\n  - {script: a.js, \(keys)}\n", file: "/p/o.yaml", shown: "o.yaml")
    }

    private static func readiness(_ keys: String, interpreter: String? = nil) throws -> Readiness? {
        try read(keys).apps.first?.readiness(interpreter: interpreter)
    }

    @Test func whatIsSaid() throws {
        #expect(try Self.readiness("args: x") == nil && Self.readiness("waitReady: false") == nil)
        #expect(try Self.readiness("ready: systemd") == Readiness(notify: .systemd))
        #expect(try Self.readiness("ready: node, waitReady: true") == Readiness(notify: .node))
        #expect(try Self.readiness("ready: {notify: fd, fd: 5}") == Readiness(notify: .fd, descriptor: 5))
        #expect(try Self.readiness("ready: {port: 80}, listenTimeout: 5s") == Readiness(port: 80, timeout: 5000))
        #expect(try Self.readiness("ready: {log: 'up$'}, waitReady: false") == Readiness(log: "up$"))
        #expect(
            try Self.readiness("ready: {notify: systemd, watchdog: 10s}")
                == Readiness(notify: .systemd, watchdog: 10_000))
        #expect(try Self.read("shutdownWithMessage: true").apps.first?.shutdownWithMessage == true)
        #expect(try Self.readiness("waitReady: true, listenTimeout: 0") == Readiness(notify: .systemd, timeout: 1))
    }

    @Test(arguments: ["node", "nodejs", "bun"]) func nodeSaysItOnItsChannel(interpreter: String) throws {
        #expect(try Self.readiness("waitReady: true", interpreter: interpreter) == Readiness(notify: .node))
    }

    @Test func mistakes() {
        let mistakes = [
            ("ready: {}", "one of notify, port and log"), ("ready: {port: 1, log: x}", "one of notify, port and log"),
            ("ready: {port: 0}", "1 to 65535"), ("ready: {log: '('}", "a regular expression"),
            ("ready: {port: 1, watchdog: 1s}", "left out, but for notify: systemd"),
            ("ready: {port: 1, fd: 4}", "left out, but for notify: fd"), ("ready: sometimes", "node, systemd or fd"),
            ("ready: {notify: fd, fd: 2}", "3 to 1023"), ("waitReady: maybe", "true or false"),
            ("waitReady: true, ready: {port: 1}", "contradict"), ("waitReady: false, ready: node", "contradict"),
            ("waitReady: true, ready: {log: x}", "contradict"), ("ready: {prot: 1}", "did you mean ‘port’"),
        ]
        for (keys, words) in mistakes {
            let failure = #expect(throws: Failure.self) { try Self.read(keys) }
            #expect(failure?.why.contains(words) == true, "\(keys): \(failure?.why ?? "")")
        }
    }

    @Test func aTimeoutForNothing() throws {
        let warnings = try Self.read("listenTimeout: 5s").warnings
        #expect(warnings == ["‘listenTimeout’ has no effect without ‘ready’ or ‘waitReady’: o.yaml:2"])
        #expect(try Self.read("listenTimeout: 5s, waitReady: true").warnings.isEmpty)
    }
}
