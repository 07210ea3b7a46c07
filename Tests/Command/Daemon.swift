import ArgumentParser
@testable import Command
import Core
import Engine
import Glibc
import NIOCore
import NIOPosix
import OpenDaemon
import Synchronization
import Testing

/// A daemon whose answers are made up by the test: the real server on the real socket of a home of its own. Verbs are
/// run against it, and what they ask and print is kept.
final class TestDaemon: Sendable {
    /// What the verbs asked for, in order: `process.stop api worker`.
    var asked: [String] { notes.withLock { $0 } }
    private let notes = Mutex<[String]>([])
    let home: String
    private let lock: Int32
    private let listener: Int32

    init() throws {
        var template = Array("/tmp/od-verbs-XXXXXX".utf8CString)
        home = try #require(mkdtemp(&template).map { String(cString: $0) })
        lock = open(home + "/engine.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
        listener = try Self.listen(at: home + "/od.sock")
    }

    deinit {
        close(lock)
        for name in ["engine.lock", "od.sock", "state.db"] { unlink(home + "/" + name) }
        rmdir(home)
    }

    /// Serves `routes` until the test ends.
    func serve(_ routes: (inout Router, TestDaemon) -> Void) async throws {
        var router = Router()
        routes(&router, self)
        _ = try await Server.open(
            listener: dup(listener), on: MultiThreadedEventLoopGroup.singleton.next(), router: router
        ) { _ in HelloResult(build: "0.1.0", pid: getpid(), embedded: false) }
    }

    func note(_ what: String) { notes.withLock { $0.append(what) } }

    /// A home that has had an app before.
    func makeUsed() { close(open(home + "/state.db", O_CREAT | O_WRONLY, 0o600)) }

    /// What a verb printed and how it ended.
    struct End {
        var output: String
        var errors: String
        var error: (any Error)?

        var failure: Failure? { error as? Failure }
    }

    /// Runs a verb, given by its words, in a pipe's world: nothing is a terminal.
    func run(_ words: String..., json: Bool = false) async throws -> End {
        try await Self.run(words, json: json, home: home)
    }

    /// The same for any home.
    static func run(_ words: [String], json: Bool = false, home: String) async throws -> End {
        let files = (try Capture(), try Capture())
        var printer = Printer(
            json: json, console: Console(), output: Output(descriptor: files.0.descriptor),
            errors: Output(descriptor: files.1.descriptor))
        printer.quiet = words.contains("--quiet") || words.contains("-q")
        var end = End(output: "", errors: "")
        do {
            let command = try Od.parseAsRoot(words + (json ? ["--json"] : []))
            let verb = try #require(command as? any Verb)
            try await verb.run(Command.Session(home: home, printer: printer))
        } catch {
            end.error = error
        }
        end.output = files.0.text
        end.errors = files.1.text
        return end
    }

    private static func listen(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && chmod(path, 0o600) == 0 && Glibc.listen(descriptor, 16) == 0)
        return descriptor
    }
}

/// A file without a name that takes what is printed.
final class Capture {
    let descriptor: Int32

    init() throws {
        var template = Array("/tmp/od-output-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        unlink(template)
    }

    deinit { close(descriptor) }

    var text: String {
        lseek(descriptor, 0, SEEK_SET)
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &block, block.count), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
