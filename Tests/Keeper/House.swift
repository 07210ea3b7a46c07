import CKernel
import Glibc
import Testing

/// Drives the real od-keeper through its frames. One test at a time: they count children and measure delays.
@Suite(.serialized)
enum KeeperTests {}

/// Where the binaries under test are: `OD_KEEPER_BINARY` and `OD_PROBE_BINARY`, else beside the test bundle.
enum Binaries {
    static let keeper = path("OD_KEEPER_BINARY", "od-keeper")
    static let probe = path("OD_PROBE_BINARY", "probe")

    private static func path(_ variable: String, _ name: String) -> String {
        if let value = getenv(variable) { return String(cString: value) }
        let own = link("/proc/self/exe")
        return own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/" + name
    }

    static func link(_ path: String) -> String {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
            let length = readlink(path, buffer.baseAddress!, buffer.count)
            return String(decoding: buffer.prefix(max(length, 0)), as: UTF8.self)
        }
    }
}

/// A condition did not come true, or a call failed.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ what: String) {
        description = what + " (errno \(errno))"
    }
}

/// How long a fact may take to come true on a busy machine, milliseconds.
let patience: Int32 = 60_000

/// Milliseconds on a clock that only goes forward.
func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

/// Waits until a condition holds.
func wait(_ what: String, for limit: Int32 = patience, until condition: () throws -> Bool) throws {
    let deadline = now() + Int64(limit)
    while try !condition() {
        guard now() < deadline else { throw Trouble("waited in vain: \(what)") }
        poll(nil, 0, 2)
    }
}

/// Whether a descriptor becomes readable within the limit.
func isReadable(_ fd: Int32, within limit: Int32) -> Bool {
    var look = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
    return poll(&look, 1, limit) > 0
}

/// The whole of a small file, nil when it cannot be read.
func contents(_ path: String) -> String? {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    return String(decoding: readAll(fd), as: UTF8.self)
}

/// All bytes until the end, or until nothing is there on a non-blocking descriptor.
func readAll(_ fd: Int32) -> [UInt8] {
    var result: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
        while true {
            let length = read(fd, buffer.baseAddress!, buffer.count)
            guard length > 0 else { return }
            result += buffer.prefix(length)
        }
    }
    return result
}

/// Whether a process lives: zombies do not.
func isAlive(_ pid: Int32) -> Bool {
    guard let text = contents("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return false }
    let state = text[text.index(end, offsetBy: 2)]
    return state != "Z" && state != "X"
}

/// The lines that a text has, without the end of line.
func lines(_ text: some StringProtocol) -> [Substring] {
    text.split(separator: "\n").map { Substring($0) }
}
