import CKernel
import Glibc

/// An OD_SPAWN with all that one may say, for tests; by default one that says nothing more than version 1.
struct SpawnFrame {
    var program = "/bin/sh"
    var arguments: [String] = []
    var environment: [String] = []
    var cwd = "/"
    var instance: UInt64 = 1
    var run: UInt64 = 1
    var flags: UInt32 = 0
    var more = od_spawn_more()
    var groups: [UInt32] = []
    var limits: [od_limit] = []
    var cpus: [UInt64] = []
    var passed: [od_passed] = []
    /// Attached descriptors; they stay the caller's.
    var fds: [Int32] = []
    /// What the head says of its size; nil = all of it.
    var headSize: Int?

    /// A shell that runs `script`.
    init(shell script: String) {
        arguments = ["sh", "-c", script]
    }

    /// A probe.
    init(probe arguments: [String]) {
        program = Binaries.probe
        self.arguments = ["probe"] + arguments
    }

    private var tables: [UInt8] {
        var bytes = groups.flatMap { bytesOf($0) }
        bytes += [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
        return bytes + limits.flatMap { bytesOf($0) } + cpus.flatMap { bytesOf($0) }
            + passed.flatMap { bytesOf($0) }
    }

    /// The body of the frame; `extra` bytes of a newer version behind the fixed part.
    func body(extra: [UInt8] = []) -> [UInt8] {
        let texts = [program, cwd] + arguments + environment
        let strings = texts.flatMap { (text: String) -> [UInt8] in Array(text.utf8) + [0] }
        let size = headSize ?? Int(OD_SPAWN_WHOLE) + extra.count
        let spawn = od_spawn(
            instance: instance, run: run, argc: UInt32(arguments.count), envc: UInt32(environment.count),
            length: UInt32(strings.count), head: flags | UInt32(size) << 16)
        var more = self.more
        more.groups = UInt32(groups.count)
        more.limits = UInt32(limits.count)
        more.cpus = UInt32(cpus.count)
        more.passed = UInt32(passed.count)
        let fixed = (bytesOf(spawn) + bytesOf(more)).prefix(max(size, 32))
        return Array(fixed) + extra + tables + strings
    }
}

extension World {
    @discardableResult
    func request(_ frame: SpawnFrame, extra: [UInt8] = []) throws -> UInt64 {
        try send(OD_SPAWN, body: frame.body(extra: extra), fds: frame.fds)
    }

    func spawn(_ frame: SpawnFrame, extra: [UInt8] = []) throws -> Run {
        try request(frame, extra: extra)
        return try adopt(expect(OD_SPAWNED))
    }

    /// What a spawn says on stdout until it ends; its exit is taken.
    func output(of frame: SpawnFrame, extra: [UInt8] = []) throws -> String {
        let run = try spawn(frame, extra: extra)
        let text = try run.readOut()
        try finish(expect(OD_EXITED))
        return text
    }

    /// Sends a spawn that must be refused.
    func refusal(of frame: SpawnFrame) throws -> od_refused {
        try request(frame)
        return try expect(OD_REFUSED).refusal
    }
}
