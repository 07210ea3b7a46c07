import CKernel
import Core
import Glibc
import NIOPosix
import Synchronization
import Testing

@testable import Engine

/// `daemon.restart`, and an engine that cannot work.
struct ReplacementTests {
    private static let own = KeeperStart.ownExecutable()

    @Test func theEngineEndsForTheNext() async throws {
        let (world, keeper) = try await ControlWorld.start()
        try await keeper.greet()
        let result = try await world.control.restart(DaemonRestartRequest())
        #expect(result.pid == getpid() && result.note == nil)
        try await world.wait("it ends") { world.exitCodes == [75] }
        #expect(keeper.isSilent)
    }

    @Test func aKeeperWhoseFileHasChangedIsAskedFirst() async throws {
        let (world, keeper) = try await ControlWorld.start()
        let other = try Child(["/bin/sleep", "1000"])
        try await keeper.greet(pid: 100, spare: other.pid)
        let control = world.control
        let answer = Task { try await control.restart(DaemonRestartRequest(keeper: Self.own, engine: Self.own)) }
        let reexec = try await keeper.expect(OD_REEXEC)
        let paths = reexec.bytes.dropFirst(4).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        #expect(paths == [Self.own, Self.own])
        #expect(reexec.body(od_reexec.self).length == UInt32(reexec.bytes.count - 4))
        #expect(world.exitCodes.isEmpty)
        // The spare is another executable now; the keeper below it is new.
        keeper.send(OD_RESYNC)
        try await keeper.greet(pid: 101, spare: getpid(), keepers: 2, build: "0.2.0")
        #expect(try await answer.value.keeperVersion == "0.2.0")
        try await world.wait("it ends") { world.exitCodes == [75] }
    }

    @Test func aRefusalTouchesNothing() async throws {
        let (world, keeper) = try await ControlWorld.start()
        let other = try Child(["/bin/sleep", "1000"])
        try await keeper.greet(pid: 100, spare: other.pid)
        let control = world.control
        let answer = Task { try await control.restart(DaemonRestartRequest(keeper: Self.own, engine: Self.own)) }
        keeper.refuse(try await keeper.expect(OD_REEXEC), errno: ENOEXEC)
        let failure = await #expect(throws: Failure.self) { try await answer.value }
        #expect(failure?.code == .notReplaced)
        #expect(failure?.why.contains("Exec format error") == true)
        #expect(world.exitCodes.isEmpty)
        try await world.run("a", keeper, slot: 0, pid: 4001)
    }

    @Test func aKeeperOfTheFirstVersionStays() async throws {
        let (world, keeper) = try await ControlWorld.start(version: 1)
        let other = try Child(["/bin/sleep", "1000"])
        try await keeper.greet(pid: other.pid)
        let request = DaemonRestartRequest(keeper: Self.own, engine: Self.own)
        #expect(try await world.control.restart(request).note?.contains("too old") == true)
    }

    @Test func executablesThatOthersCanWriteAreRefused() async throws {
        var template = Array("/tmp/od-executable-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let file = folder + "/od"
        defer {
            unlink(file)
            rmdir(folder)
        }
        try write([35], to: file)
        for (mode, word) in [(mode_t(0o777), "others can write"), (0o775, "others can write"), (0o644, "ermission")] {
            // Root may execute nothing that is executable for nobody either.
            chmod(file, mode)
            let failure = #expect(throws: Failure.self) { try Executable.check(file) }
            #expect(
                failure?.code == .notReplaced && failure?.why.contains(word) == true, "\(String(describing: failure))")
        }
        chmod(file, 0o755)
        #expect(throws: Never.self) { try Executable.check(file) }
        for path in ["od", folder, folder + "/none"] {
            #expect(throws: Failure.self) { try Executable.check(path) }
        }
        #expect(Executable.areSame(file, folder + "/../" + String(folder.split(separator: "/")[1]) + "/od"))
        #expect(!Executable.areSame(file, "/bin/sh") && !Executable.areSame(file, folder + "/none"))
    }

    @Test func anEngineThatCannotWorkStillObeysTheEnd() async throws {
        let (socket, engineEnd) = try ControlWorld.link()
        let keeper = PlayedKeeper(socket: socket)
        let ends = Ends()
        let home = HomePaths("/tmp/od-no-such-home")
        let failure = Failure(.storeFailed, "damaged", why: "for a test", next: "mend it")
        let engine = RefusedEngine(
            loop: MultiThreadedEventLoopGroup.singleton.next(), home: home, link: KeeperLink(socket: engineEnd), failure
        ) { code in ends.codes.withLock { $0.append(code) } }
        try await engine.open(listener: Self.listener())
        let id = RunID(instance: 3, run: 1)
        let streams = try PlayedStreams()
        try await keeper.greet(runs: [(PlayedKeeper.facts(id, pid: 4001), 0, streams)])
        #expect(try await keeper.expect(OD_DECLINE).head.slot == 0)
        keeper.send(OD_PULSE, seq: 6)
        #expect(try await keeper.expect(OD_BEAT).head.seq == 6)
        await engine.stop()
        let signal = try await keeper.expect(OD_SIGNAL)
        #expect(signal.body(od_signal.self).signal == SIGTERM)
        keeper.send(
            OD_EXITED, slot: 0, seq: 1, body: PlayedKeeper.bytes(PlayedKeeper.facts(id, pid: 4001, ended: SIGTERM)))
        keeper.refuse(try await keeper.expect(OD_LEAVE), errno: EBUSY)
        _ = try await keeper.expect(OD_LEAVE)
        keeper.send(OD_LEFT)
        for _ in 0..<PlayedKeeper.patience where ends.codes.withLock({ $0.isEmpty }) {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(ends.codes.withLock { $0 } == [0])
    }

    private static func listener() throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // No name at all: the kernel makes one up.
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 2) }
        }
        try #require(bound == 0 && listen(descriptor, 4) == 0)
        return descriptor
    }

    private final class Ends: Sendable {
        let codes = Mutex<[Int32]>([])
    }
}
