import CKernel
import Core
import Engine
import Glibc
import Synchronization
import Testing

/// A folder of its own for a test, and the files in it.
final class Folder {
    let path: String

    init(below parent: String = "/tmp") throws {
        var template = Array("\(parent)/od-test-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] { Self.names(path) }

    static func names(_ path: String) -> [String] {
        guard let dir = opendir(path) else { return [] }
        defer { closedir(dir) }
        var names: [String] = []
        while let entry = readdir(dir) {
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// All bytes of a file, empty when there is none.
func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
    }
}

/// All files of a log that are not compressed, oldest first.
func logPieces(_ path: String) -> [[UInt8]] {
    let numbers = partNumbers(path)
    return numbers.map { contents("\(path).\($0)") } + [contents(path)]
}

/// Numbers of the files of a log that were put aside.
func partNumbers(_ path: String) -> [Int] {
    guard let slash = path.lastIndex(of: "/") else { return [] }
    let name = path[path.index(after: slash)...] + "."
    return Folder.names(String(path[..<slash])).filter { $0.hasPrefix(name) }.compactMap {
        Int($0.dropFirst(name.count))
    }
    .sorted()
}

/// Bytes in all of them.
func logSize(_ path: String) -> Int { size(path) + partNumbers(path).reduce(0) { $0 + size("\(path).\($1)") } }

func size(_ path: String) -> Int {
    var info = stat()
    return stat(path, &info) == 0 ? Int(info.st_size) : -1
}

func text(_ path: String) -> String { String(decoding: contents(path), as: UTF8.self) }

/// The Glibc module leaves it out. A pipe that is close-on-exec from its first moment: no child of a test that runs at
/// the same time may hold its other end open.
@_silgen_name("pipe2") private func pipe2(_ ends: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int32

/// What a keeper holds of one stream: a pipe and a spool, and here also the end that an app writes to.
final class Stream {
    let pipe: Int32
    let spool: Int32
    private(set) var end: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        let made = pipe2(&ends, O_CLOEXEC)
        try #require(made == 0)
        (pipe, end) = (ends[0], ends[1])
        try #require(fcntl(pipe, F_SETFL, O_NONBLOCK) == 0)
        spool = od_pump_memfd("test-spool", 0)
        try #require(spool >= 0)
    }

    deinit {
        closeEnd()
        close(pipe)
        close(spool)
    }

    /// The app's side goes away.
    func closeEnd() {
        if end >= 0 { close(end) }
        end = -1
    }

    /// Writes all of it; waits when the pipe is full.
    func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(end, $0.baseAddress! + done, bytes.count - done) }
            guard count > 0 else { return }
            done += count
        }
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    /// As the keeper does while there is no engine.
    func drainAsKeeper(_ most: Int) { _ = od_pump_splice(pipe, spool, most) }

    /// Pages that the spool has, in bytes.
    var held: Int {
        var info = stat()
        return fstat(spool, &info) == 0 ? Int(info.st_blocks) * 512 : -1
    }

    /// Copies of the descriptors, to be given away.
    func source(_ path: String) -> StreamSource {
        StreamSource(pipe: od_pump_duplicate(pipe), spool: od_pump_duplicate(spool), path: path)
    }
}

/// A run: two streams.
final class TestRun {
    let id: RunID
    let out: Stream
    let error: Stream

    init(_ instance: UInt64, _ run: UInt64 = 1) throws {
        id = RunID(instance: instance, run: run)
        out = try Stream()
        error = try Stream()
    }

    /// The app exits.
    func exit() {
        out.closeEnd()
        error.closeEnd()
    }
}

/// A log pump and what it told; pages live here, as in a keeper.
final class PumpWorld {
    let folder: Folder
    private(set) var pump: LogPump
    private(set) var pages: [String: Int32] = [:]
    let facts = Facts()

    final class Facts: Sendable {
        private let list = Mutex<[LogFact]>([])

        func add(_ fact: LogFact) { list.withLock { $0.append(fact) } }
        var all: [LogFact] { list.withLock { $0 } }
    }

    init(below parent: String = "/tmp") throws {
        folder = try Folder(below: parent)
        let facts = facts
        pump = try LogPump { facts.add($0) }
    }

    deinit {
        pump.stop()
        for page in pages.values { close(page) }
    }

    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    func open(_ path: String) throws {
        if pages[path] == nil { pages[path] = try LogPump.newPage() }
        try #require(pump.open(path, page: od_pump_duplicate(try #require(pages[path]))))
    }

    func attach(_ run: TestRun, out: String, error: String) throws {
        try #require(pump.attach(run.id, out: run.out.source(out), error: run.error.source(error)))
    }

    /// A run that writes to `out.log` and `err.log`, or both to one.
    func start(_ run: TestRun, out: String = "out.log", error: String = "err.log") throws {
        for name in Set([out, error]) { try open(path(name)) }
        try attach(run, out: path(out), error: path(error))
    }

    /// The engine ends in good order and another one starts.
    func restart() throws {
        pump.stop()
        let facts = facts
        pump = try LogPump { facts.add($0) }
    }

    func isDrained(_ run: TestRun) -> Bool { facts.all.contains(.drained(run.id)) }
}
