import Core
import Engine
import Glibc
import Testing

/// The files of `od save`. PM2's complaints #2827, #2393, #3485: a dump that is empty or half is what came back.
struct DumpFilesTests {
    private let folder: ConfigFolder
    private let dumps: DumpFiles
    private let time = WallTime(milliseconds: 1_795_253_057_000)

    init() throws {
        folder = try ConfigFolder()
        dumps = DumpFiles(folder: folder.path + "/dump")
    }

    private func app(_ name: String, _ env: [String: String] = ["A": "\",\"apps\":"]) -> SavedApp {
        SavedApp(
            spec: AppSpec(name: name, script: "a", program: "/bin/a", cwd: "/", env: env), running: [0])
    }

    private func code(_ body: () throws -> Void) -> ErrorCode? {
        do { try body() } catch { return (error as? Failure)?.code }
        return nil
    }

    @Test func whatIsSavedIsRead() throws {
        let file = try dumps.write([app("api"), app("db")], at: time, force: false)
        #expect(file == folder.path + "/dump/000001.json")
        let found = try dumps.newest()
        #expect(found == DumpFiles.Found(file: file, apps: [app("api"), app("db")], broken: []))
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(stat(folder.path + "/dump", &status) == 0 && status.st_mode & 0o777 == 0o700)
    }

    @Test func fiveAreKept() throws {
        for number in 1...9 { _ = try dumps.write([app("a\(number)")], at: time, force: false) }
        #expect(try dumps.newest().apps.map(\.spec.name) == ["a9"])
        let left = (1...9).filter { FilePath.kind(of: folder.path + "/dump/00000\($0).json") == .file }
        #expect(left == [5, 6, 7, 8, 9])
    }

    @Test(arguments: ["9223372036854775807", "1000000000"]) func strangeNumbersArePassedOver(_ number: String) throws {
        _ = try dumps.write([app("api")], at: time, force: false)
        folder.write("dump/\(number).json", "{}")
        #expect(try dumps.write([app("db")], at: time, force: false).hasSuffix("/000002.json"))
        #expect(try dumps.newest().apps.map(\.spec.name) == ["db"])
    }

    @Test func anEmptyListNeverReplacesApps() throws {
        _ = try dumps.write([], at: time, force: false)
        _ = try dumps.write([app("api")], at: time, force: false)
        #expect(code { _ = try dumps.write([], at: time, force: false) } == .dumpEmpty)
        #expect(try dumps.newest().apps.count == 1)
        _ = try dumps.write([], at: time, force: true)
        #expect(try dumps.newest().apps.isEmpty)
    }

    /// Cut short, emptied, one byte turned, not JSON, another version, not readable as text, a folder.
    @Test(arguments: 0..<7)
    func aBrokenDumpIsNamedAndTheOneBeforeIsUsed(_ way: Int) throws {
        let good = try dumps.write([app("good")], at: time, force: false)
        let bad = try dumps.write([app("bad")], at: time, force: false)
        var bytes = try #require(FilePath.read(bad, limit: 1 << 20))
        switch way {
        case 0: bytes = Array(bytes.dropLast(5))
        case 1: bytes = []
        case 2: bytes[bytes.count - 10] ^= 1
        case 3: bytes = Array("x".utf8)
        case 4:
            let text =
                #"{"version":2,"sha256":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","apps":{}}"#
            bytes = Array((text + "\n").utf8)
        case 5: bytes = [0xFF, 0xFE, 0x7D, 0x0A]
        default:
            unlink(bad)
            mkdir(bad, 0o700)
        }
        if way < 6 { folder.write("dump/000002.json", bytes: bytes) }
        let found = try dumps.newest()
        #expect(found.file == good)
        #expect(found.apps.map(\.spec.name) == ["good"])
        #expect(found.broken.count == 1 && found.broken[0].hasPrefix(bad + ": "))
    }

    @Test func withoutAWholeDumpTheErrorSaysSo() throws {
        #expect(code { _ = try dumps.newest() } == .dumpAbsent)
        folder.write("dump/000001.json", "{}")
        folder.write("dump/notes.json", "{}")
        folder.write("dump/2.json", "{}")
        do {
            _ = try dumps.newest()
        } catch {
            #expect(error.why.hasSuffix("000001.json: it is not whole"))
        }
        // What is broken is no reason not to save.
        #expect(try dumps.write([app("api")], at: time, force: false).hasSuffix("/000002.json"))
    }

    @Test func aDiskThatRefusesIsAFailure() {
        folder.write("file")
        let none = DumpFiles(folder: folder.path + "/file/dump")
        #expect(code { _ = try none.write([app("api")], at: time, force: false) } == .diskFailed)
        let blocked = DumpFiles(folder: folder.path + "/file")
        #expect(code { _ = try blocked.write([app("api")], at: time, force: false) } == .diskFailed)
    }
}
