import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// What the engine said, with the descriptors that came along; they are closed with it.
final class EngineFrame {
    let head: od_frame
    let bytes: [UInt8]
    let descriptors: [Int32]

    init(_ frame: [UInt8], _ descriptors: [Int32]) {
        head = frame.withUnsafeBytes { $0.loadUnaligned(as: od_frame.self) }
        bytes = Array(frame.dropFirst(MemoryLayout<od_frame>.size))
        self.descriptors = descriptors
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    var kind: UInt32 { UInt32(head.kind) }

    func body<Body: BitwiseCopyable>(_: Body.Type) -> Body {
        bytes.withUnsafeBytes { $0.loadUnaligned(as: Body.self) }
    }
}

/// The pipes and spools of a run that a played keeper holds, and the ends by which a test writes its output.
final class PlayedStreams {
    let out: Int32
    let error: Int32
    /// In the order of od_slot_fd.
    private let held: [Int32]

    init() throws {
        var (outEnds, errorEnds): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        try #require(od_pipe(&outEnds) == 0 && od_pipe(&errorEnds) == 0)
        held = [open("/dev/null", O_RDONLY), outEnds[0], errorEnds[0], od_spool("out"), od_spool("error")]
        (out, error) = (outEnds[1], errorEnds[1])
    }

    deinit {
        for number in held { close(number) }
        endOutput()
    }

    var descriptors: [Int32] { held }

    func write(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { Glibc.write(out, $0.baseAddress, $0.count) } }

    /// The program has closed its output.
    private func endOutput() {
        close(out)
        close(error)
    }

    /// Whether anybody but us can read what is written; a reader of ours is closed for the question.
    var isRead: Bool {
        var look = pollfd(fd: out, events: 0, revents: 0)
        close(held[1])
        _ = poll(&look, 1, 0)
        return look.revents & Int16(POLLERR) == 0
    }
}

/// The keeper's end of a link, played by a test.
final class PlayedKeeper {
    static let boot = "boot-1"
    /// Until a fact that is waited for is given up; milliseconds.
    static let patience = 60_000

    private var socket: Int32
    private let version: UInt16

    /// - Parameter socket: the keeper's end, ours now.
    init(socket: Int32, version: UInt16 = UInt16(OD_LINK_VERSION)) {
        self.socket = socket
        self.version = version
    }

    deinit { hangUp() }

    /// Keeper and spare are dead.
    func hangUp() {
        if socket >= 0 { close(socket) }
        socket = -1
    }

    /// The next frame.
    func next() async throws -> EngineFrame {
        var buffer = [UInt8](repeating: 0, count: Int(OD_FRAME_MAX))
        var descriptors = [Int32](repeating: -1, count: Int(OD_LINK_FDS_MAX))
        for _ in 0..<Self.patience {
            var (count, cut): (UInt32, UInt32) = (0, 0)
            let length = od_link_recv(socket, &buffer, buffer.count, &descriptors, &count, &cut)
            if length > 0 { return EngineFrame(Array(buffer[..<Int(length)]), Array(descriptors[..<Int(count)])) }
            try #require(length == -Int64(EAGAIN), "the engine is gone: \(length)")
            try await Task.sleep(for: .milliseconds(1))
        }
        throw Failure(.bug, "the engine says nothing", why: "", next: "")
    }

    /// The next frame but for those that only say what was read or written.
    func expect(_ kind: od_kind, sourceLocation: SourceLocation = #_sourceLocation) async throws -> EngineFrame {
        while true {
            let frame = try await next()
            let quiet = [OD_ACK, OD_RELEASE, OD_STORE, OD_DROP].filter { $0 != kind }
            if quiet.contains(where: { $0.rawValue == frame.kind }) { continue }
            try #require(frame.kind == kind.rawValue, sourceLocation: sourceLocation)
            return frame
        }
    }

    /// No frame is there. To be asked when the engine would have said it before what was heard last.
    var isSilent: Bool {
        var look = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&look, 1, 0) == 0
    }

    func send(_ kind: od_kind, slot: UInt32 = 0, seq: UInt64 = 0, body: [UInt8] = [], descriptors: [Int32] = []) {
        let head = od_frame(version: version, kind: UInt16(kind.rawValue), slot: slot, seq: seq)
        let frame = Self.bytes(head) + body
        let result = od_link_send(socket, frame, frame.count, descriptors, UInt32(descriptors.count))
        #expect(result == 0)
    }

    static func bytes<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

    // MARK: what a keeper says

    /// Answers an OD_HELLO, which is waited for.
    ///
    /// - Parameter runs: to list, each in the slot of its index.
    func greet(
        pid: Int32 = 100, spare: Int32 = 99, holding: UInt64 = 7, keepers: UInt32 = 1, build: String = "0.1.0",
        runs: [(facts: od_slot, exit: UInt64, streams: PlayedStreams?)] = []
    ) async throws {
        let hello = try await expect(OD_HELLO).head.seq
        var welcome = od_welcome()
        welcome.pid = pid
        welcome.spare = spare
        welcome.holding = holding
        welcome.keepers = keepers
        Self.put(Self.boot, into: &welcome.boot_id)
        Self.put(build, into: &welcome.build)
        let old = MemoryLayout<od_welcome>.offset(of: \od_welcome.holding) ?? 0
        send(OD_WELCOME, seq: hello, body: version == 1 ? Array(Self.bytes(welcome).prefix(old)) : Self.bytes(welcome))
        for (index, run) in runs.enumerated() {
            send(
                OD_SLOT, slot: UInt32(index), seq: run.exit, body: Self.bytes(run.facts),
                descriptors: run.streams?.descriptors ?? [])
        }
        send(OD_LISTED, seq: hello)
    }

    private static func put<T>(_ text: String, into field: inout T) {
        withUnsafeMutableBytes(of: &field) { $0.copyBytes(from: text.utf8) }
    }

    /// A run that executes. `ended`: its status, as waitpid(2) gives it.
    static func facts(_ id: RunID, pid: Int32, ended status: Int32? = nil, ticks: UInt64 = 77) -> od_slot {
        var facts = od_slot()
        facts.instance = id.instance
        facts.run = id.run
        facts.pid = pid
        facts.started = od_now()
        facts.start_ticks = ticks
        facts.state = status == nil ? OD_RUN_RUNNING.rawValue : OD_RUN_GONE.rawValue
        facts.exited = status == nil ? 0 : od_now()
        facts.status = status ?? 0
        return facts
    }

    /// Answers an OD_SPAWN or OD_ADOPT.
    func spawned(_ frame: EngineFrame, slot: UInt32, pid: Int32, _ streams: PlayedStreams) {
        send(
            OD_SPAWNED, slot: slot, seq: frame.head.seq, body: Self.bytes(Self.facts(Self.run(frame), pid: pid)),
            descriptors: streams.descriptors)
    }

    func refuse(_ frame: EngineFrame, stage: od_stage = OD_AT_NONE, errno: Int32) {
        var refused = od_refused()
        let begins = [OD_SPAWN.rawValue, OD_ADOPT.rawValue].contains(frame.kind)
        (refused.instance, refused.run) = begins ? (Self.run(frame).instance, Self.run(frame).run) : (0, 0)
        refused.kind = frame.kind
        refused.stage = stage.rawValue
        refused.error = errno
        send(OD_REFUSED, seq: frame.head.seq, body: Self.bytes(refused))
    }

    /// The run that an OD_SPAWN or OD_ADOPT is about: both begin alike.
    static func run(_ frame: EngineFrame) -> RunID {
        let body = frame.body((UInt64, UInt64).self)
        return RunID(instance: body.0, run: body.1)
    }
}
