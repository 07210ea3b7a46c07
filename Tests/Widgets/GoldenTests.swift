import Glibc
import Support
import Testing

/// The helper that the other tests lean on.
@Suite struct GoldenTests {
    @Test func aMissingFileIsAFailure() {
        #expect(Snapshots.here.check("Widgets/never-recorded", "text", recording: false) != nil)
    }

    @Test func aDifferenceNamesTheLines() throws {
        let golden = try #require(Snapshots.here.check("Widgets/box.canvas", "not this\n", recording: false))
        #expect(golden.contains("1 +not this"))
        #expect(Snapshots.difference(from: "a\nb\n", to: "a\nc\nd\n") == "2 -b\n2 +c\n3 -\n3 +d\n4 +")
    }

    @Test func recordsAndThenAgrees() throws {
        let folder = Snapshots(folder: "/tmp/od-golden-\(UInt64.random(in: 0 ... .max))")
        defer { for path in ["/a/b.canvas", "/a", ""] { remove(folder.folder + path) } }
        #expect(folder.check("a/b.canvas", "● text\n", recording: true) == nil)
        #expect(folder.check("a/b.canvas", "● text\n", recording: false) == nil)
        #expect(folder.check("a/b.canvas", "■ text\n", recording: false) != nil)
    }

    @Test func aPlaceThatCannotBeWrittenIsAFailure() {
        #expect(Snapshots(folder: "/dev/null").check("x", "", recording: true) != nil)
    }

    @Test func theSameSeedGivesTheSameNumbers() {
        var (a, b, c) = (Seeded(seed: 7), Seeded(seed: 7), Seeded(seed: 8))
        let first = (0..<8).map { _ in a.next() }
        #expect(first == (0..<8).map { _ in b.next() })
        #expect(first != (0..<8).map { _ in c.next() })
    }
}
