import CKernel
import Core
import Glibc
import Synchronization
import Testing

@testable import Engine

/// Another user, no child of ours, who writes to a socket and counts, until nobody reads what he counts.
private final class Flood {
    private let counted: Int32

    init(_ abstract: [UInt8]) throws {
        let script = """
            import os, socket, sys
            if os.fork():
                os._exit(0)
            os.setsid()
            os.setuid(4711)
            line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            while True:
                line.sendto(b"READY=1", b"\\0" + sys.argv[1].encode())
                os.write(1, b".")
            """
        var ends: [Int32] = [-1, -1]
        try #require(od_pipe(&ends) == 0)
        counted = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let line = ["python3", "-c", script, String(decoding: abstract, as: UTF8.self)]
        let words = line.map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawnp(&pid, "python3", &actions, nil, words + [nil], environ) == 0)
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        waitpid(pid, nil, 0)
    }

    deinit { close(counted) }

    private var total = 0

    private func count() -> Int {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let got = read(counted, &bytes, bytes.count)
        return max(0, got)
    }

    func sent(atLeast wanted: Int) -> Bool {
        for _ in 0..<30_000 where total < wanted {
            total += count()
            usleep(1000)
        }
        return total >= wanted
    }

    /// How many it could send until now.
    func all() -> Int {
        while case let more = count(), more > 0 { total += more }
        return total
    }
}

/// A watch, what it has told, and the app's ends of what it hears.
private final class Listener: Sendable {
    let watch: SignWatch
    static let id = RunID(instance: 7, run: 1)

    init() throws {
        let told = Told()
        watch = try SignWatch { told.add($0) }
        self.facts = told
    }

    private let facts: Told

    private final class Told: Sendable {
        let list = Mutex<[SignFact]>([])
        func add(_ fact: SignFact) { list.withLock { $0.append(fact) } }
    }

    deinit { watch.stop() }

    var texts: [String] {
        facts.list.withLock { list in
            list.map { fact in
                switch fact {
                case .said(_, .status(let text)): "status \(text)"
                case .said(_, .alive): "alive"
                case .said(_, .ready): "said ready"
                case .ready(_, let source): "ready \(source.map { "\($0)" } ?? "seen")"
                }
            }
        }
    }

    /// Waits until all of these were told, in this order, and nothing else.
    func hears(_ wanted: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for _ in 0..<5000 where texts != wanted { try await Task.sleep(for: .milliseconds(1)) }
        #expect(texts == wanted, sourceLocation: sourceLocation)
    }

    /// The app's end of a stream that is heard.
    func stream(_ source: SignSource, _ attention: Attention) throws -> Int32 {
        var ends: [Int32] = [-1, -1]
        try #require(od_signs_pair(&ends) == 0)
        watch.hear(Self.id, pid: getpid(), attention, [source: Descriptor(ends[0])])
        return ends[1]
    }
}

private func awaiting(_ readiness: Readiness) -> Attention { Attention(voice: Voice(), awaits: readiness) }

private func say(_ text: String, on descriptor: Int32) {
    let bytes = Array(text.utf8)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
}

@Suite struct SignWatchTests {
    @Test func nodeSaysReady() async throws {
        let listener = try Listener()
        let app = try listener.stream(.channel, awaiting(Readiness(notify: .node)))
        defer { close(app) }
        say("{\"type\":\"other\"}\n", on: app)
        say("\"ready\"\n", on: app)
        try await listener.hears(["ready channel"])
        listener.watch.taken(Listener.id, .channel)
        say("\"ready\"\n", on: app)
        // More than the socket holds goes through only when it is read.
        say("\"" + String(repeating: "x", count: 900_000) + "\"\n", on: app)
        #expect(listener.texts == ["ready channel"])
    }

    /// A reader that is killed between hearing and storing takes nothing away.
    @Test func whatIsNotTakenIsHeardAgain() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(od_signs_pair(&ends) == 0)
        let second = dup(ends[0])
        defer { close(ends[1]) }
        let attention = awaiting(Readiness(notify: .node))
        let first = try Listener()
        first.watch.hear(Listener.id, pid: getpid(), attention, [.channel: Descriptor(ends[0])])
        say("\"ready\"\n", on: ends[1])
        try await first.hears(["ready channel"])
        first.watch.forget(Listener.id)
        let next = try Listener()
        next.watch.hear(Listener.id, pid: getpid(), attention, [.channel: Descriptor(second)])
        try await next.hears(["ready channel"])
    }

    @Test func aLineOnADescriptor() async throws {
        let listener = try Listener()
        let app = try listener.stream(.line, awaiting(Readiness(notify: .fd)))
        say("almost", on: app)
        say("\n", on: app)
        try await listener.hears(["ready line"])
        listener.watch.taken(Listener.id, .line)
        close(app)
    }

    @Test func anotherIdiomDoesNotMakeItReady() async throws {
        let listener = try Listener()
        let app = try listener.stream(.channel, awaiting(Readiness(port: 1)))
        defer { close(app) }
        say("\"ready\"\n", on: app)
        listener.watch.output(Listener.id, .out, Array("anything\n".utf8))
        say("\"" + String(repeating: "x", count: 900_000) + "\"\n", on: app)
        #expect(listener.texts.isEmpty)
    }

    @Test func sdNotify() async throws {
        let listener = try Listener()
        let ours = od_signs_notify(nil)
        try #require(ours >= 0)
        listener.watch.hear(
            Listener.id, pid: getpid(), awaiting(Readiness(notify: .systemd)), [.notify: Descriptor(ours)])
        let app = try Self.connected(to: ours)
        defer { close(app) }
        say("STATUS=begins\nMAINPID=1\nX=y", on: app)
        try await listener.hears(["status begins"])
        say("READY=1\nWATCHDOG=1", on: app)
        try await listener.hears(["status begins", "ready notify", "alive"])
        listener.watch.taken(Listener.id, .notify)
        for _ in 0..<50 { say("STATUS=many", on: app) }
        for _ in 0..<5000 where !listener.texts.contains("status many") { try await Task.sleep(for: .milliseconds(1)) }
        #expect(listener.texts.count < 50, "they are told in batches")
    }

    /// systemd-notify waits until the manager has closed the descriptor of its BARRIER=1.
    @Test func descriptorsOfMessagesAreClosed() async throws {
        let listener = try Listener()
        let ours = od_signs_notify(nil)
        try #require(ours >= 0)
        listener.watch.hear(
            Listener.id, pid: getpid(), awaiting(Readiness(notify: .systemd)), [.notify: Descriptor(ours)])
        let app = try Self.connected(to: ours)
        defer { close(app) }
        var barrier: [Int32] = [-1, -1]
        try #require(od_pipe(&barrier) == 0)
        let message = Array("BARRIER=1".utf8)
        try #require(od_link_send(app, message, message.count, [barrier[1]], 1) == 0)
        close(barrier[1])
        var byte: UInt8 = 0
        // The end of the pipe: nobody has the other end any more. Until then it is empty (EAGAIN).
        for _ in 0..<5000 where read(barrier[0], &byte, 1) != 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(read(barrier[0], &byte, 1) == 0)
        close(barrier[0])
    }

    /// Children that listen, or not: our own process may have sockets of other tests.
    @Test(arguments: [true, false]) func whoListensSomewhere(_ listens: Bool) async throws {
        let script =
            "import socket, time\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\n" + (listens ? "s.listen(1)\n" : "")
            + "print('up', flush=True)\ntime.sleep(60)\n"
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let line: [String] = ["python3", "-c", script]
        let words = line.map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawnp(&pid, "python3", &actions, nil, words + [nil], environ) == 0)
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        defer {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            close(ends[0])
        }
        var byte: UInt8 = 0
        try #require(read(ends[0], &byte, 1) == 1)
        #expect(KernelPortFacts.listensSomewhere(pid) == listens)
    }

    @Test func aPort() async throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        let port = try bound(socket)
        try #require(listen(socket, 5) == 0)
        let listener = try Listener()
        listener.watch.hear(Listener.id, pid: getpid(), awaiting(Readiness(port: Int(port))), [:])
        try await listener.hears(["ready seen"])
    }

    @Test func aLineOfTheOutput() async throws {
        let listener = try Listener()
        listener.watch.hear(Listener.id, pid: getpid(), awaiting(Readiness(log: "^up [0-9]+$")), [:])
        for (channel, text) in [
            (LogChunk.Channel.out, "not up 1\nup "), (.error, "9\n"), (.out, "x\nup 7"), (.out, "7\nup 8\n"),
        ] {
            listener.watch.output(Listener.id, channel, Array(text.utf8))
        }
        try await listener.hears(["ready seen"])
    }

    @Test func strangersAreNotBelieved() {
        let kin = Kin()
        let mine = Ear(id: Listener.id, pid: getpid(), user: Int32(geteuid()))
        #expect(kin.believes(mine, sender: getpid(), user: Int32(geteuid())))
        #expect(!kin.believes(mine, sender: 1, user: 0))
        #expect(!kin.believes(mine, sender: -1, user: -1))
        #expect(!kin.believes(mine, sender: Int32.max, user: 4711), "ended, and another user's")
        #expect(kin.believes(mine, sender: Int32.max, user: Int32(geteuid())), "ended, and ours")
        #expect(kin.isStranger(4711, to: mine))
        let other = Ear(id: Listener.id, pid: Int32.max - 1, user: Int32(geteuid()))
        #expect(!kin.believes(other, sender: getpid(), user: Int32(geteuid())), "lives, and is none of it")
        #expect(![0, mine.user].contains { kin.isStranger($0, to: mine) })
    }

    /// Whoever else has a user of this machine may write to an abstract socket as fast as he can: the watch looks at it
    /// 200 times a second at most, and what the app says still comes through. Until then it counts as alive: a watchdog
    /// must not end what nobody could hear.
    @Test(.enabled(if: geteuid() == 0, "needs root")) func aFloodOfStrangersIsHeldBack() async throws {
        let listener = try Listener()
        let ours = od_signs_notify(nil)
        try #require(ours >= 0)
        var name = [CChar](repeating: 0, count: Int(OD_SIGNS_NAME_MAX))
        try #require(od_signs_name(ours, &name) == 0)
        let flood = try Flood(name.prefix { $0 != 0 }.dropFirst().map { UInt8(bitPattern: $0) })
        let began = od_pump_now()
        listener.watch.hear(
            Listener.id, pid: getpid(), awaiting(Readiness(notify: .systemd)), [.notify: Descriptor(ours)])
        let app = try Self.connected(to: ours)
        defer { close(app) }
        try #require(flood.sent(atLeast: 30))
        say("READY=1", on: app)
        for _ in 0..<5000 where Set(listener.texts) != ["alive", "ready notify"] {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(Set(listener.texts) == ["alive", "ready notify"])
        let looks = flood.all()
        let most = (od_pump_now() - began) / 5_000_000
        #expect(looks <= Int(most) + 20, "a queue of a few stands before it")
    }

    /// Everybody writes his own environment: it is believed of our users only.
    @Test func whatSomebodySaysOfHimselfIsNotEnough() throws {
        let words = [strdup("sleep"), strdup("60")]
        let environment = [strdup("OD_INSTANCE=\(Listener.id.instance).\(Listener.id.run)")]
        defer { for text in words + environment { free(text) } }
        var pid: pid_t = 0
        try #require(posix_spawnp(&pid, "sleep", nil, nil, words + [nil], environment + [nil]) == 0)
        defer {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        let kin = Kin()
        let ear = Ear(id: Listener.id, pid: Int32.max - 1, user: Int32(geteuid()))
        for _ in 0..<5000 where !kin.believes(ear, sender: pid, user: ear.user) { usleep(1000) }
        #expect(kin.believes(ear, sender: pid, user: ear.user))
        #expect(!kin.believes(ear, sender: pid, user: 4711))
    }

    /// A socket that sends to the notify socket `descriptor`.
    private static func connected(to descriptor: Int32) throws -> Int32 {
        var address = sockaddr_un()
        var size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let app = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try #require(getsockname(descriptor, $0, &size) == 0)
                try #require(connect(app, $0, size) == 0)
            }
        }
        return app
    }
}

@Suite struct SignTextTests {
    private static func with<T>(_ text: String, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test func channelLines() {
        var lines = ChannelLines()
        func ready(_ text: String) -> Bool { Self.with(text) { lines.isReady($0) } }
        #expect(ready("\"ready\"\n") && ready("{}\n\"ready\"\n") && ready("\"ready\"\n{\"a\":1"))
        #expect(!ready("\"ready\"") && !ready("\"ready!\"\n") && !ready("\n") && !ready(""))
        Self.with("{}\n\"rea") { lines.take($0) }
        #expect(ready("dy\"\n") && !ready("dx\"\n"))
        Self.with(String(repeating: "x", count: 100)) { lines.take($0) }
        #expect(!ready("\"ready\"\n") && ready("\n\"ready\"\n"))
        Self.with("x") { lines.take($0) }
        Self.with("\n" + String(repeating: "x", count: 100)) { lines.take($0) }
        #expect(!ready("\"ready\"\n"))
        Self.with("\n") { lines.take($0) }
        #expect(ready("\"ready\"\n"))
    }

    @Test func notifyMessages() {
        func read(_ text: String) -> NotifyMessage { Self.with(text) { NotifyMessage($0) } }
        #expect(read("READY=1").isReady && read("A=b\nREADY=1\n").isReady && !read("READY=0").isReady)
        #expect(!read("READY=11").isReady && !read("").isReady)
        #expect(read("WATCHDOG=1").isAlive && !read("WATCHDOG=trigger").isAlive)
        #expect(read("STATUS=two words").status == "two words" && read("STATUS=").status == "")
        #expect(read("STOPPING=1").status == "stopping" && read("STOPPING=1\nSTATUS=x").status == "x")
        #expect(read("RELOADING=1").status == "reloading")
        #expect(read("STATUS=" + String(repeating: "x", count: 5000)).status?.count == Defaults.statusLength)
    }

    @Test func longLinesAreCut() throws {
        var match = try #require(LineMatch("end$"))
        let long = Array((String(repeating: "x", count: LineMatch.most) + "end\n").utf8)
        let isLongSeen = match.matches(long, of: .out)
        let isShortSeen = match.matches(Array("end\n".utf8), of: .out)
        #expect(!isLongSeen && isShortSeen)
        #expect(LineMatch("(") == nil)
    }

    @Test func keysTellSourcesAndRunsApart() {
        let ids = [RunID(instance: 1, run: 1), RunID(instance: 1, run: 2), RunID(instance: 11, run: 1)]
        let keys = ids.flatMap { id in SignSource.allCases.map { $0.key(id) } }
        #expect(Set(keys).count == keys.count && keys.allSatisfy(SignSource.isKey))
        #expect(!SignSource.isKey(LogPump.pageKey("/a")) && !SignSource.isKey(Door.key))
    }
}
