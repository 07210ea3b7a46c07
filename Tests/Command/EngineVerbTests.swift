import ArgumentParser
@testable import Command
import Core
import Engine
import Glibc
import OpenDaemon
import Support
import Testing

/// `od env`, `od ping`, `od daemon logs`, and how loud verbs are.
struct EngineVerbTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static let environment = ProcessEnvironment(
        id: 0, name: "api", instance: 0, namespace: "default",
        variables: [
            .init(name: "API_KEY", value: nil, source: .config, secret: true),
            .init(name: "OD_ID", value: "0", source: .od, secret: false),
            .init(name: "PORT", value: "30\u{1B}[2J00", source: .flag, secret: false),
            .init(name: "TERM", value: "x", source: VariableSource(rawValue: "vault"), secret: false),
        ])

    @Test func envShowsSourcesAndHidesSecrets() async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.environment) { request, _ in
                daemon.note("\(request.targets) \(request.show)")
                return [Self.environment]
            }
        }
        let end = try await daemon.run("env", "api")
        golden("Commands/env.txt", end.output)
        #expect(!end.output.contains("\u{1B}"))
        _ = try await daemon.run("env", "api", "--show")
        let json = try await daemon.run("env", "api", json: true)
        #expect(json.output.contains(#"{"name":"API_KEY","secret":true,"source":"config"}"#))
        #expect(daemon.asked == ["[\"api\"] false", "[\"api\"] true", "[\"api\"] false"])
        #expect(try await daemon.run("env").failure?.code == .usage)
    }

    @Test func pingSaysHowLongTheWayIs() async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.ping) { _, _ in
                daemon.note("ping")
                return Nothing()
            }
        }
        #expect(try await daemon.run("ping").output.hasPrefix("engine 0.1.0, pid \(getpid()), answered in "))
        #expect(try await daemon.run("ping", json: true).output.hasPrefix("{\"milliseconds\":"))
        #expect(daemon.asked == ["ping", "ping"])
    }

    @Test func pingStartsNothing() async throws {
        let home = "/tmp/od-no-home-\(getpid())"
        let session = Command.Session(home: home, printer: Printer(json: false, console: Console()))
        let failure = await #expect(throws: Failure.self) { try await Ping.parse([]).run(session) }
        #expect(failure?.code == .engineSilent)
        #expect(access(home, F_OK) != 0)
    }

    private func write(_ name: String, _ text: String) {
        let file = open("\(daemon.home)/\(name)", O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        _ = Glibc.write(file, bytes, bytes.count)
        close(file)
    }

    @Test func theEnginesLogNeedsNoEngine() async throws {
        #expect(try await daemon.run("daemon", "logs").failure?.code == .logFailed)
        write("engine.log", "c\nd\n")
        write("engine.log.old", "a\nb\n")
        defer { for name in ["engine.log", "engine.log.old"] { unlink("\(daemon.home)/\(name)") } }
        #expect(try await daemon.run("daemon", "logs").output == "a\nb\nc\nd\n")
        #expect(try await daemon.run("daemon", "logs", "-n", "3").output == "b\nc\nd\n")
        #expect(try await daemon.run("daemon", "logs", "-n", "0").output == "")
        #expect(try await daemon.run("daemon", "logs", "-n", "1", json: true).output == "{\"line\":\"d\"}\n")
        #expect(try await daemon.run("daemon", "logs", "-n", "-1").error != nil)
    }

    @Test func whatIsGraveEnoughIsLetThrough() {
        let time = "2026-05-01T12:00:00.000Z"
        let all = [
            "\(time) info one", "\(time) warn two", "\(time) of an older engine", "Fatal error: three",
            "\(time) error four",
        ]
        func passed(_ level: LogLevel?) -> [String] {
            var gate = EngineLogGate(level: level)
            // Cut anywhere, as a file that grows.
            let text = all.map { $0 + "\n" }.joined()
            let bytes = text.utf8.flatMap { gate.pass([$0]) }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        #expect(passed(nil) == all && passed(.debug) == all && passed(.info) == all)
        #expect(passed(.warn) == [all[1], all[3], all[4]])
        #expect(passed(.error) == [all[3], all[4]])
        let head = EngineLogGate.head(of: Array(all[1].utf8)[...])
        #expect(head.time == WallTime(time) && head.level == .warn)
    }

    @Test func theLastLinesOfAText() {
        func last(_ count: Int, _ text: String) -> String {
            String(decoding: LogTail.last(count, of: Array(text.utf8)), as: UTF8.self)
        }
        #expect(last(1, "a\nb") == "b")
        #expect(last(1, "a\nb\n") == "b\n")
        #expect(last(2, "a\nb\n") == "a\nb\n")
        #expect(last(9, "a\n\n") == "a\n\n")
        #expect(last(1, "\n\n") == "\n")
        #expect(last(3, "") == "")
    }

    @Test func aFileThatIsReplacedOrCutIsNoticed() throws {
        write("engine.log", "one\n")
        defer { for name in ["engine.log", "engine.log.old"] { unlink("\(daemon.home)/\(name)") } }
        let path = "\(daemon.home)/engine.log"
        guard var tail = LogTail(path: path) else { throw Failure(.bug, "no file", why: path, next: "") }
        let first = tail.read()
        #expect(first == Array("one\n".utf8))
        let nothing = tail.read().isEmpty && !tail.isReplaced
        #expect(nothing)
        rename(path, path + ".old")
        // Between the rename and the new file nothing has the name.
        let early = tail.isReplaced
        write("engine.log", "two\n")
        let replaced = tail.isReplaced
        #expect(!early && replaced)
        guard var next = LogTail(path: path) else { throw Failure(.bug, "no file", why: path, next: "") }
        let second = next.read()
        #expect(second == Array("two\n".utf8))
        truncate(path, 0)
        write("engine.log", "x\n")
        let third = next.read()
        #expect(third == Array("x\n".utf8))
        symlink(path + ".old", path + ".link")
        defer { unlink(path + ".link") }
        let linked = LogTail(path: path + ".link")
        let isRefused = linked == nil
        #expect(isRefused)
    }

    private func serveStops() async throws {
        try await daemon.serve { router, _ in
            router.on(Methods.stop) { _, _ in
                [InstanceInfo(id: 0, name: "api", instance: 0, namespace: "default", status: .stopped)]
            }
            router.on(Methods.list) { _, _ in
                [InstanceInfo(id: 0, name: "api", instance: 0, namespace: "default", status: .stopped)]
            }
        }
    }

    /// Runs a verb with a printer as the flags make it, and gives what it printed.
    private func printed(_ words: String..., quiet: Bool = false, verbose: Bool = false) async throws -> [String] {
        var pipes: [[Int32]] = []
        for _ in 0..<2 {
            var ends: [Int32] = [0, 0]
            try #require(pipe(&ends) == 0)
            pipes.append(ends)
        }
        var printer = Printer(json: false, console: Console(), quiet: quiet, verbose: verbose)
        printer.output = Output(descriptor: pipes[0][1])
        printer.errors = Output(descriptor: pipes[1][1])
        let verb = try #require(try Od.parseAsRoot(words) as? any Verb)
        try await verb.run(Command.Session(home: daemon.home, printer: printer))
        return pipes.map { ends in
            close(ends[1])
            var block = [UInt8](repeating: 0, count: 65_536)
            let count = read(ends[0], &block, block.count)
            close(ends[0])
            return String(decoding: block.prefix(max(count, 0)), as: UTF8.self)
        }
    }

    @Test func quietVerbsSayOnlyWhatWasAskedFor() async throws {
        try await serveStops()
        #expect(try await printed("stop", "api", quiet: true) == ["", ""])
        #expect(try await printed("list", quiet: true)[0].contains("api"))
        #expect(try await printed("stop", "api")[0].hasPrefix("stopped api\n"))
    }

    @Test func verboseVerbsSayWhatTheyDo() async throws {
        try await serveStops()
        let ends = try await printed("stop", "api", verbose: true)
        #expect(ends[0].hasPrefix("stopped api\n"))
        #expect(ends[1].contains("od: connected to engine 0.1.0, pid \(getpid()), of \(daemon.home) in "))
        #expect(ends[1].contains("od: stopping took "))
    }

    @Test func globalsReachThePrinter() throws {
        let verb = try #require(try Od.parseAsRoot(["stop", "a", "-q", "--verbose"]) as? Stop)
        let session = try Command.Session(verb.globals)
        #expect(session.printer.quiet && session.printer.verbose && !session.printer.json)
    }
}
