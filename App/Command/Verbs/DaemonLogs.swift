internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
internal import Widgets

struct DaemonLogs: Verb {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Shows what the engine itself has to say; works without one, too.",
        usage: "od daemon logs [OPTIONS]",
        discussion: """
            It is the file engine.log in the home, and engine.log.old before it; \
            at \(Format.bytes(UInt64(Defaults.engineLogSize))) the one becomes the other. Logs of apps: od logs.
            """)

    /// Milliseconds between two looks at the file with `-f`.
    private static let pause = 200

    @OptionGroup var globals: Globals

    @Flag(name: [.short, .long], help: "Go on with what is added, until ^C.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many of the last lines.", valueName: "n"))
    var lines = Defaults.logLines

    @Option(
        help: ArgumentHelp(
            "Only what is so grave: error (od cannot do its work), warn (an app, a client or the machine is not well), "
                + "info.", valueName: "level"),
        transform: Logs.level)
    var level: LogLevel?

    func validate() throws {
        guard lines >= 0 else { throw ValidationError("--lines takes a number from 0") }
    }

    func run(_ session: Session) async throws {
        try session.requireLocal("the file that od daemon logs reads")
        let path = session.home + "/engine.log"
        guard var reader = LogTail(path: path) else {
            throw Failure(
                .logFailed, "there is no log of an engine", why: "\(path): \(String(cString: strerror(errno)))",
                next: "od daemon start starts an engine; --home DIR names another home")
        }
        var text = reader.read()
        if text.count < Defaults.engineLogSize { text = (LogTail(path: path + ".old")?.readAll() ?? []) + text }
        var gate = EngineLogGate(level: level)
        session.printer.engineLog(LogTail.last(lines, of: gate.pass(text)))
        while follow {
            try await Task.sleep(for: .milliseconds(Self.pause))
            session.printer.engineLog(gate.pass(reader.read()))
            // Another file under the name: what was written to the old one before is read by now.
            if reader.isReplaced, let next = LogTail(path: path) {
                session.printer.engineLog(gate.pass(reader.read()))
                reader = next
                session.printer.engineLog(gate.pass(reader.read()))
            }
        }
    }
}

/// A growing file, read from its beginning to its present end, and on.
struct LogTail: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var offset: off_t = 0

    /// nil, with `errno`, when the file cannot be opened.
    init?(path: String) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// What was added since the last call. A file that became shorter is read anew.
    mutating func read() -> [UInt8] {
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_size < offset { offset = 0 }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = pread(descriptor, &block, block.count, offset), count > 0 {
            bytes += block[..<count]
            offset += off_t(count)
        }
        return bytes
    }

    consuming func readAll() -> [UInt8] { read() }

    /// Whether another file has the name now.
    var isReplaced: Bool {
        var mine = stat()
        var named = stat()
        guard fstat(descriptor, &mine) == 0, lstat(path, &named) == 0 else { return false }
        return mine.st_ino != named.st_ino || mine.st_dev != named.st_dev
    }

    /// The last `count` lines of a text; an end without a line feed counts as a line.
    static func last(_ count: Int, of text: [UInt8]) -> [UInt8] {
        guard count > 0 else { return [] }
        var left = count
        for index in text.indices.reversed().dropFirst() where text[index] == 0x0A {
            left -= 1
            if left == 0 { return Array(text[(index + 1)...]) }
        }
        return text
    }
}

/// Lets through what is grave enough of `engine.log`.
///
/// A line of an older engine names no level and counts as `info`; one without a time is what the runtime says at a crash,
/// an `error`.
struct EngineLogGate {
    let level: LogLevel?
    /// The beginning of a line whose end has not come.
    private var open: [UInt8] = []

    init(level: LogLevel?) {
        self.level = level
    }

    /// The lines of a text that goes on where the last one ended; without a level all of it.
    mutating func pass(_ text: [UInt8]) -> [UInt8] {
        guard let level else { return text }
        open += text
        let end = open.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        defer { open.removeFirst(end) }
        return open[..<end].split(separator: 0x0A).filter { (Self.head(of: $0).level ?? .error) >= level }
            .flatMap { $0 + [0x0A] }
    }

    /// The time and the level that a line begins with.
    static func head(of line: ArraySlice<UInt8>) -> (time: WallTime?, level: LogLevel?) {
        let words = line.prefix(64).split(separator: 0x20, maxSplits: 2)
        guard let first = words.first, let time = WallTime(String(decoding: first, as: UTF8.self)) else {
            return (nil, nil)
        }
        let level = words.dropFirst().first.flatMap { LogLevel(rawValue: String(decoding: $0, as: UTF8.self)) }
        return (time, level ?? .info)
    }
}

extension Printer {
    private struct Line: Encodable {
        var line: String
        var time: WallTime?
        var level: LogLevel?
    }

    /// Whole lines of the engine: `{"line": …}` each with `--json`, and only what is safe on a terminal.
    func engineLog(_ bytes: [UInt8]) {
        guard json || console.outputIsTerminal else { return output.write(bytes: bytes) }
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: true) {
            if json {
                let head = EngineLogGate.head(of: line)
                let text = JSONText.of(
                    Line(line: String(decoding: line, as: UTF8.self), time: head.time, level: head.level))
                output.write(bytes: Array((text + "\n").utf8))
            } else {
                output.write(Text.sanitize(line) + "\n")
            }
        }
    }
}
