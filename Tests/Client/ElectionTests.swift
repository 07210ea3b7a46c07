import Core
import Engine
import Glibc
import NIOPosix
import OpenDaemon
import Testing

/// A home whose daemon is the stub; the daemon ends with the test.
private final class StubHome: Sendable {
    let scratch: Scratch
    let path: String
    let stub: String

    init() throws {
        scratch = try Scratch()
        path = scratch.path + "/home"
        stub = try #require(StubHome.find(), "client-stub is built with the tests")
    }

    func options(_ deadline: Int = 20_000, embedded: Bool = false) -> ConnectOptions {
        ConnectOptions(
            home: path, embedded: embedded, client: "tests", keeper: stub, engine: stub, deadline: deadline)
    }

    /// Lines of a file that the stub writes.
    func lines(_ name: String) -> [String] {
        guard let file = fopen(path + "/" + name, "re") else { return [] }
        defer { fclose(file) }
        var block = [UInt8](repeating: 0, count: 256 << 10)
        let count = fread(&block, 1, block.count, file)
        return String(decoding: block[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func shutDown() async throws {
        let daemon = try await OpenDaemon.connect(options())
        _ = try await daemon.call(Methods.shutdown, Nothing())
        await daemon.close()
    }

    /// Beside the test program, or in the directory that `OD_CLIENT_STUB` names.
    private static func find() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let own = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let argument = CommandLine.arguments[0]
        let folders = [own, argument].map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }
        return folders.map { $0 + "/client-stub" }.first { access($0, X_OK) == 0 }
    }
}

/// An executable shell script in the place of the keeper.
private func script(_ scratch: Scratch, _ text: String) throws -> String {
    let path = scratch.path + "/script"
    let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o700)
    try #require(write(descriptor, text, text.utf8.count) == text.utf8.count)
    close(descriptor)
    return path
}

@Suite("Starting the daemon", .serialized)
struct ElectionTests {
    @Test func theFirstClientStartsItAndTheNextFindsIt() async throws {
        let home = try StubHome()
        let first = try await OpenDaemon.connect(home.options(embedded: true))
        #expect(first.startedEngine)
        #expect(first.hello.embedded)
        let second = try await OpenDaemon.connect(home.options())
        #expect(!second.startedEngine)
        #expect(second.hello.pid == first.hello.pid)
        #expect(home.lines("starts").count == 1)
        try await home.shutDown()
    }

    @Test func theDaemonGetsADeclaredEnvironmentAndAnEmptyMask() async throws {
        let home = try StubHome()
        setenv("OD_TEST_SECRET", "1", 1)
        setenv("LC_TEST", "C", 1)
        defer {
            unsetenv("OD_TEST_SECRET")
            unsetenv("LC_TEST")
        }
        _ = try await OpenDaemon.connect(home.options())
        let names = home.lines("environment").map { $0.prefix { $0 != "=" } }
        #expect(home.lines("environment").contains("OD_HOME=\(home.path)"))
        #expect(names.contains("PATH"))
        #expect(names.contains("LC_TEST"))
        #expect(!names.contains("OD_TEST_SECRET"))
        #expect(home.lines("mask") == ["open"])
        try await home.shutDown()
    }

    @Test func fiftyTasksStartOneDaemon() async throws {
        let home = try StubHome()
        let daemons = try await withThrowingTaskGroup(of: OpenDaemon.self) { group in
            for _ in 0..<50 { group.addTask { try await OpenDaemon.connect(home.options()) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(daemons.map(\.hello.pid)).count == 1)
        #expect(daemons.count { $0.startedEngine } == 1)
        for daemon in daemons { #expect(try await daemon.call(Methods.list, Nothing()).isEmpty) }
        #expect(home.lines("starts").count == 1)
        try await home.shutDown()
    }

    @Test func fiftyProcessesStartOneDaemon() async throws {
        let home = try StubHome()
        var children: [(pid: pid_t, output: Int32)] = []
        for _ in 0..<50 { children.append(try spawnClient(home)) }
        var outputs: [String] = []
        for child in children {
            var status: Int32 = -1
            try await eventually("client \(child.pid) ends", within: 60) {
                waitpid(child.pid, &status, WNOHANG) == child.pid
            }
            #expect(Exit(waitStatus: status) == .code(0))
            var block = [UInt8](repeating: 0, count: 4096)
            let count = read(child.output, &block, block.count)
            outputs.append(String(decoding: block[..<max(0, count)], as: UTF8.self))
            close(child.output)
        }
        let words = outputs.map { $0.split(whereSeparator: \.isWhitespace) }
        #expect(words.allSatisfy { $0.count == 3 && $0[2] == "0" }, "\(outputs)")
        #expect(Set(words.map(\.first)).count == 1, "one engine for all")
        #expect(words.count { $0[1] == "1" } == 1, "one has started it")
        #expect(home.lines("starts").count == 1)
        try await home.shutDown()
    }

    private func spawnClient(_ home: StubHome) throws -> (pid: pid_t, output: Int32) {
        var pipe: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&pipe) == 0)
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
        let arguments: [String] = [home.stub, "connect", home.path, home.stub]
        let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, home.stub, &actions, nil, words, environ) == 0)
        close(pipe[1])
        return (pid, pipe[0])
    }

    @Test func aDeadDaemonsLeftoversAreNotInTheWay() async throws {
        let home = try StubHome()
        mkdir(home.path, 0o700)
        close(try bindListener(home.path + "/od.sock"))
        let daemon = try await OpenDaemon.connect(home.options())
        #expect(daemon.startedEngine)
        try await home.shutDown()
        try await eventually("it has ended") { access(home.path + "/od.sock", F_OK) != 0 }
        #expect(try await OpenDaemon.connect(home.options()).startedEngine, "and it starts again")
        try await home.shutDown()
    }

    @Test func aStarterThatDiesLeavesTheStartToTheNext() async throws {
        let home = try StubHome()
        mkdir(home.path, 0o700)
        // It holds the lock, as between its election and the keeper's start.
        let lock = open(home.path + "/engine.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let waiting = Task { try await OpenDaemon.connect(home.options()) }
        let never = ConnectOptions(home: home.path, start: .never, deadline: 50)
        #expect(try await failure { try await OpenDaemon.connect(never) }.code == .engineSilent)
        #expect(home.lines("starts").isEmpty)
        close(lock)
        #expect(try await waiting.value.startedEngine)
        try await home.shutDown()
    }

    @Test func aMissingKeeperIsNamed() async throws {
        let home = try StubHome()
        var options = home.options()
        options.keeper = home.scratch.path + "/od-keeper"
        let missing = try await failure { try await OpenDaemon.connect(options) }
        #expect(missing.code == .engineStart)
        #expect(missing.why.contains(home.scratch.path + "/od-keeper"))
        #expect(access(home.path + "/od.sock", F_OK) != 0, "no socket is left behind")
    }

    @Test func aKeeperThatFailsIsReported() async throws {
        let home = try StubHome()
        var options = home.options()
        options.keeper = try script(home.scratch, "#!/bin/sh\nexit 71\n")
        let failed = try await failure { try await OpenDaemon.connect(options) }
        #expect(failed.code == .engineStart)
        #expect(failed.why.contains("exit 71"))
        options.keeper = home.stub
        #expect(try await OpenDaemon.connect(options).startedEngine, "a later start is not hindered")
        try await home.shutDown()
    }

    @Test func aSilentEngineIsReportedInTime() async throws {
        let home = try StubHome()
        var options = home.options(300)
        // It holds lock and listener as a keeper would, for a moment, and has no engine.
        options.keeper = try script(home.scratch, "#!/bin/sh\nsleep 5 >/dev/null 2>&1 &\nexit 0\n")
        let silent = try await failure { try await OpenDaemon.connect(options) }
        #expect(silent.code == .engineSilent)
        #expect(silent.what.contains(home.path))
    }

    @Test(arguments: ["garbage", "HTTP/1.1 400 Bad Request\r\n\r\n", ""])
    func aForeignProgramOnTheSocketIsNamedSo(says: String) async throws {
        let scratch = try Scratch()
        let listener = try bindListener(scratch.path + "/od.sock")
        let thread = Thread {
            while case let socket = accept(listener, nil, nil), socket >= 0 {
                _ = send(socket, says, says.utf8.count, Int32(MSG_NOSIGNAL))
                close(socket)
            }
        }
        defer {
            shutdown(listener, Int32(SHUT_RDWR))
            thread.join()
            close(listener)
        }
        let failure = try await failure { try await OpenDaemon.connect(ConnectOptions(home: scratch.path)) }
        #expect(failure.code == .foreignSocket)
    }

    @Test func aForeignProgramThatSaysNothing() async throws {
        let scratch = try Scratch()
        let listener = try bindListener(scratch.path + "/od.sock")
        defer { close(listener) }
        let options = ConnectOptions(home: scratch.path, deadline: 100)
        #expect(try await failure { try await OpenDaemon.connect(options) }.code == .foreignSocket)
    }

    @Test func anEngineOfAnotherVersionIsRefused() async throws {
        let engine = try FakeEngine()
        let old = Failure(.versionMismatch, "client and engine do not fit", why: "w", next: "od daemon stop")
        try await engine.start(refusing: old)
        #expect(try await failure { try await engine.connect() } == old)
    }
}
