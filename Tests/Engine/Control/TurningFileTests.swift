@testable import Engine
import Glibc
import Testing

/// The engine's own log never grows far beyond its bound.
struct TurningFileTests {
    private let folder: ConfigFolder
    private let file: TurningFile
    private let descriptor: Int32

    init() throws {
        folder = try ConfigFolder()
        descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC)
        file = TurningFile(path: folder.path + "/engine.log", descriptors: [descriptor], limit: 100)
    }

    private func size(_ name: String) -> Int? {
        var status = stat()
        return lstat(folder.path + "/" + name, &status) == 0 ? Int(status.st_size) : nil
    }

    private func write(_ count: Int) { file.write([UInt8](repeating: 0x61, count: count - 1) + [0x0A]) }

    @Test func aFullFileBecomesTheOldOne() {
        defer { close(descriptor) }
        file.open()
        write(60)
        write(40)
        #expect(size("engine.log") == 100 && size("engine.log.old") == nil)
        write(10)
        #expect(size("engine.log") == 10 && size("engine.log.old") == 100)
        for _ in 0..<50 { write(30) }
        #expect((size("engine.log") ?? 101) <= 100 && (size("engine.log.old") ?? 101) <= 100)
        // What alone is longer than the bound is written all the same.
        write(500)
        #expect(size("engine.log") == 500)
        write(5)
        #expect(size("engine.log") == 5 && size("engine.log.old") == 500)
    }

    @Test func whatOthersWroteCounts() {
        defer { close(descriptor) }
        folder.write("engine.log", String(repeating: "x", count: 95))
        file.open()
        #expect(size("engine.log") == 95)
        write(10)
        #expect(size("engine.log") == 10 && size("engine.log.old") == 95)
        folder.write("engine.log", String(repeating: "x", count: 100))
        file.open()
        #expect(size("engine.log") == 0 && size("engine.log.old") == 100)
    }

    @Test func aLinkIsNotFollowed() {
        defer { close(descriptor) }
        let target = folder.write("target", "")
        symlink(target, folder.path + "/engine.log")
        file.open()
        write(10)
        #expect(size("target") == 0)
    }

    @Test func aFIFOInItsPlaceHoldsNobodyUp() {
        defer { close(descriptor) }
        #expect(mkfifo(file.path, 0o600) == 0)
        file.open()
        write(10)
        let reader = open(file.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(reader) }
        file.open()
        write(10)
        var byte: UInt8 = 0
        // End of file: nobody has it open for writing.
        #expect(read(reader, &byte, 1) == 0)
    }
}
