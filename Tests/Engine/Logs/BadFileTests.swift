import CKernel
import Core
import Engine
import Glibc
import Testing

/// Files that others cut, move or fill up, and files that are none.
@Suite struct BadFileTests {
    private let world: PumpWorld
    private let run: TestRun
    private var path: String { world.path("out.log") }

    init() throws {
        world = try PumpWorld()
        run = try TestRun(1)
    }

    @Test func aFileThatWasCutGoesOnAtItsNewEnd() throws {
        try world.start(run)
        run.out.write("one\n")
        #expect(eventually { text(path) == "one\n" })
        try #require(truncate(path, 0) == 0)
        run.out.write("two\n")
        #expect(eventually { text(path) == "two\n" })
        try #require(truncate(path, 2) == 0)
        run.out.write("three\n")
        #expect(eventually { text(path) == "twthree\n" })
    }

    @Test func aFileThatWasRenamedIsFollowedByANewOne() throws {
        try world.start(run)
        run.out.write("one\n")
        #expect(eventually { text(path) == "one\n" })
        try #require(rename(path, path + ".1") == 0)
        // The path is looked at once a second.
        var sent = 0
        #expect(
            eventually {
                sent += 1
                run.out.write("\(sent)\n")
                return size(path) > 0
            })
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(text(path + ".1") + text(path) == "one\n" + (1...sent).map { "\($0)\n" }.joined())
    }

    @Test func aFileThatWasRemovedIsMadeAgainAtOnce() throws {
        try world.start(run)
        run.out.write("one\n")
        #expect(eventually { text(path) == "one\n" })
        try #require(unlink(path) == 0)
        run.out.write("two\n")
        #expect(eventually { text(path) == "two\n" })
    }

    @Test func devNullTakesAll() throws {
        try world.open("/dev/null")
        try world.attach(run, out: "/dev/null", error: "/dev/null")
        run.out.write([UInt8](repeating: 0x78, count: 3_000_000))
        run.exit()
        #expect(eventually { world.isDrained(run) })
        #expect(world.facts.all == [.drained(run.id)])
    }

    @Test func aFifoGetsTheBytesAndItsReaderMayBeSlow() throws {
        try #require(mkfifo(path, 0o600) == 0)
        let fifo = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        defer { close(fifo) }
        try world.start(run)
        let bytes = Lines.all("app", count: 8000)
        try #require(bytes.count > 400_000)
        let writer = try Child([try torturePath(), "write", "app", "8000", "0"], output: run.out.end)
        run.exit()
        var found: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 10_000)
        #expect(
            eventually {
                let count = read(fifo, &buffer, buffer.count)
                if count > 0 { found += buffer[..<count] }
                return found.count >= bytes.count
            })
        #expect(found == bytes)
        #expect(writer.wait() == 0)
        #expect(eventually { world.isDrained(run) })
    }

    /// The file is none: the app goes on, and the fact is told once.
    @Test func withoutAFileTheAppGoesOn() throws {
        try #require(mkdir(path, 0o700) == 0)
        defer { rmdir(path) }
        try world.start(run)
        run.out.write([UInt8](repeating: 0x0A, count: 2_000_000))
        #expect(world.facts.all.contains { if case .blocked(path, _) = $0 { true } else { false } })
        run.error.write("fine\n")
        #expect(eventually { text(world.path("err.log")) == "fine\n" })
        rmdir(path)
        run.out.write("last\n")
        run.exit()
        #expect(eventually { world.isDrained(run) })
        // A mark, then what was still in the spool.
        let found = text(path)
        let mark = try #require(found.split(separator: "\n").first { $0.hasPrefix("[od] ") })
        let dropped = try #require(Int(mark.split(separator: " ")[1]))
        #expect(found.hasSuffix("\nlast\n"))
        #expect(dropped + found.utf8.count - mark.utf8.count - 1 == 2_000_005)
        #expect(world.facts.all.contains(.unblocked(path: path, dropped: UInt64(dropped))))
        #expect(world.facts.all.filter { if case .blocked = $0 { true } else { false } }.count == 1)
    }

    @Test func aSymbolicLinkIsNotFollowed() throws {
        try write("precious\n", to: world.path("precious"))
        try #require(symlink(world.path("precious"), path) == 0)
        try world.start(run)
        run.out.write("evil\n")
        #expect(eventually { world.facts.all.contains { if case .blocked = $0 { true } else { false } } })
        #expect(text(world.path("precious")) == "precious\n")
    }
}

/// A disk without room: a small file system of its own, which takes root.
@Suite(.enabled(if: getuid() == 0, "a full disk needs root, to mount a small tmpfs")) struct FullDiskTests {
    private final class Mount {
        let folder: Folder

        init() throws {
            folder = try Folder()
            try #require(mount("tmpfs", folder.path, "tmpfs", 0, "size=256k") == 0, "mount: \(errno)")
        }

        deinit { umount2(folder.path, 2) }
    }

    @Test(arguments: [false, true]) func aFullDiskCostsOnlyWhatIsCounted(isShared: Bool) throws {
        let mount = try Mount()
        let world = try PumpWorld()
        let run = try TestRun(1)
        let path = "\(mount.folder.path)/out.log"
        let error = isShared ? path : world.path("err.log")
        for name in Set([path, error]) { try world.open(name) }
        try world.attach(run, out: path, error: error)
        // More than disk, spool and pipe hold together: the app is not held up.
        let count = 40_000
        run.out.write(Lines.all("app", count: count))
        #expect(world.facts.all.contains { if case .blocked(path, _) = $0 { true } else { false } })
        #expect(size(path) <= 262_144)
        // There is room again.
        let before = contents(path)
        try #require(truncate(path, 0) == 0)
        run.out.write("last\n")
        run.exit()
        // Room for what the spool holds comes bit by bit. Only a full file is cut: nobody writes to it then.
        var pieces = [before]
        #expect(
            eventually {
                if size(path) > 261_000 {
                    pieces.append(contents(path))
                    truncate(path, 0)
                }
                return world.isDrained(run)
            })
        pieces.append(contents(path))
        // The cut file ended within a line, and the mark begins the next one.
        let kept = pieces.reduce(into: [UInt8]()) { kept, piece in
            kept += piece.starts(with: Array("[od] ".utf8)) && kept.last != 0x0A ? [0x0A] + piece : piece
        }
        try check(kept, count: count)
    }

    /// Every line is there once, or counted in a mark; marks stand between lines.
    private func check(_ bytes: [UInt8], count: Int) throws {
        let all = Lines.all("app", count: count) + Array("last\n".utf8)
        var dropped = 0
        var found: [UInt8] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix("[od] ") {
                dropped += try #require(Int(text.split(separator: " ")[1]))
            } else {
                found += line + [0x0A]
            }
        }
        #expect(dropped > 0)
        // A line that was cut in two by the lack of room got a newline in between.
        #expect((0...3).contains(found.count + dropped - all.count), "\(found.count) + \(dropped) of \(all.count)")
        #expect(found.suffix(5) == Array("last\n".utf8)[...])
    }
}

@_silgen_name("mount") private func mount(
    _ source: UnsafePointer<CChar>, _ target: UnsafePointer<CChar>, _ type: UnsafePointer<CChar>, _ flags: UInt,
    _ data: UnsafePointer<CChar>
) -> Int32
@_silgen_name("umount2") @discardableResult private func umount2(_ target: UnsafePointer<CChar>, _ flags: Int32)
    -> Int32
