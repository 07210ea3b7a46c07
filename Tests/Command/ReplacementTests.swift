import ArgumentParser
@testable import Command
import Core
import Engine
import Glibc
import OpenDaemon
import Synchronization
import Testing

/// `od daemon restart` and `od update` against a daemon that is played, and a folder that is no installation.
struct ReplacementTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static func status(pid: Int32, version: String, keeper: String?) -> DaemonStatus {
        DaemonStatus(
            pid: pid, keeperPid: 70, version: version, home: "/h", startedAt: WallTime(milliseconds: 0), uptime: 1,
            embedded: false, halted: false, clients: 1, apps: 0, instances: [:], engineStarts: 1,
            keeperVersion: keeper)
    }

    @Test(arguments: [false, true])
    func aRestartWaitsForAnotherEngine(_ json: Bool) async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.status) { [asked = Counter()] _, _ in
                // The old engine may answer once more before it ends.
                asked.next() < 3
                    ? Self.status(pid: 5, version: "0.1.0", keeper: "0.1.0")
                    : Self.status(pid: 6, version: "0.2.0", keeper: "0.1.0")
            }
            router.on(Methods.restartDaemon) { request, _ in
                daemon.note(
                    "\(request.keeper?.hasSuffix("/od-keeper") == true) \(request.engine?.hasPrefix("/") == true)")
                return DaemonRestartResult(pid: 5, version: "0.1.0", keeperVersion: "0.1.0", note: "too old")
            }
        }
        let end = try await daemon.run("daemon", "restart", json: json)
        #expect(end.error == nil)
        #expect(daemon.asked == ["true true"])
        if json {
            #expect(end.output.contains("\"engine\":[{\"pid\":5,\"version\":\"0.1.0\"},{\"pid\":6,"))
        } else {
            #expect(
                end.output
                    == "engine 0.1.0 (pid 5) replaced by 0.2.0 (pid 6)\nkeeper 0.1.0 (pid 70) stays\n")
            #expect(end.errors == "od: too old\n")
        }
    }

    @Test func aRefusalIsTold() async throws {
        try await daemon.serve { router, _ in
            router.on(Methods.status) { _, _ in Self.status(pid: 5, version: "0.1.0", keeper: nil) }
            router.on(Methods.restartDaemon) { _, _ in
                throw Failure(.notReplaced, "not replaced", why: "for a test", next: "nothing")
            }
        }
        let end = try await daemon.run("daemon", "restart")
        #expect(end.failure?.code == .notReplaced && end.output.isEmpty)
    }

    @Test(arguments: [[], ["x", "--back"]])
    func anUpdateNeedsOneThing(_ words: [String]) async throws {
        let command = try Od.parseAsRoot(["update"] + words)
        let verb = try #require(command as? any Verb)
        let failure = await #expect(throws: Failure.self) {
            try await verb.run(Command.Session(home: daemon.home, printer: Printer(json: false, console: Console())))
        }
        #expect(failure?.code == .usage)
    }

    /// Folders with scripts in the place of executables.
    @Test func whatDoesNotRunIsNotInstalled() async throws {
        let root = try Folder()
        let place = Installation(od: root.path + "/place/od")
        try root.script("place/od", "echo od 0.0.1")
        try root.script("place/od-keeper", "exit 64")
        try root.script("good/od", "echo od 0.0.2")
        try root.script("good/od-keeper", "exit 64")
        try root.script("silent/od", "exit 0")
        try root.script("silent/od-keeper", "exit 64")
        try root.script("odd/od", "echo od 0.0.2")
        try root.script("odd/od-keeper", "exit 0")
        try root.script("half/od", "echo od 0.0.2")
        for bad in ["silent", "odd", "half", "none", "place/od"] {
            let failure = await #expect(throws: Failure.self) {
                try await place.install(.release(root.path + "/" + bad))
            }
            #expect(failure?.code == .notReplaced, "\(bad)")
        }
        await #expect(throws: Failure.self) { try await place.install(.previous) }
        #expect(root.entries("place") == ["od", "od-keeper"])
        #expect(try await place.install(.release(root.path + "/good")).new == "od 0.0.2")
        #expect(root.entries("place") == ["od", "od-keeper", "od-keeper.previous", "od.previous"])
        #expect(Program.run(place.od, ["version"])?.output == "od 0.0.2\n")
        #expect(try await place.install(.previous).new == "od 0.0.1")
        #expect(try await place.install(.previous).new == "od 0.0.2")
        #expect(Program.run("/no/such/program", []) == nil)
    }
}

private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// A folder that goes with its owner.
private final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/od-update-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit { _ = Program.run("rm", ["-rf", path]) }

    func script(_ name: String, _ text: String) throws {
        let file = path + "/" + name
        mkdir(FilePath.directory(of: file), 0o700)
        let descriptor = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0o755)
        defer { close(descriptor) }
        let bytes = Array("#!/bin/sh\n\(text)\n".utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func entries(_ name: String) -> [String] {
        Program.run("ls", ["-A", path + "/" + name])?.output.split(separator: "\n").map(String.init) ?? []
    }
}
