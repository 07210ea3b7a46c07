import CKernel
import Core
import Synchronization

/// A file of a log: one that was put aside, or the one that is written.
struct LogPiece: Hashable, Sendable {
    var path: String
    /// nil for the file that is written.
    var number: UInt64?
    var isCompressed = false
    /// Bytes of log in it; of the file that is written, those that were there when we looked.
    var length: UInt64
    /// Position of its first byte in the whole log (`LogIndex`).
    var base: UInt64 = 0
    /// Of the last byte.
    var modified: WallTime

    var end: UInt64 { base + length }
    /// What becomes of it some time.
    var compressed: LogPiece {
        guard !isCompressed else { return self }
        var compressed = self
        compressed.path += LogParts.gzip
        compressed.isCompressed = true
        return compressed
    }

    /// Where its marks are.
    var index: String { LogIndex.path(of: isCompressed ? String(path.dropLast(LogParts.gzip.count)) : path) }
}

/// The old files of a log: `LOG.N`, or `LOG.N.gz`, with a number that rises.
enum LogParts {
    static let gzip = ".gz"
    static let unfinished = ".gz.part"
    /// More are not looked at: the most that `maxFiles` allows, each with all that may lie beside it.
    private static let most = 65_536

    /// Keeps a file from getting another name while its folder is read. A folder with many names is read in parts: one
    /// that is replaced by another just then is in none of them under either name.
    private final class Listing: Sendable {
        let turn = Mutex(())
    }

    /// Folders share a few: one that hangs holds up few others.
    private static let listings = (0..<64).map { _ in Listing() }

    private static func listing(beside path: String) -> Listing {
        listings[FilePath.directory(of: path).hashValue & (listings.count - 1)]
    }

    /// Gives a file another name in its folder, while nobody reads the folder. As `od_replace`.
    static func rename(_ path: String, to other: String) -> Int32 {
        listing(beside: path).turn.withLock { _ in
            path.withCString { from in other.withCString { od_replace(from, $0) } }
        }
    }

    struct Found: Hashable {
        var number: UInt64
        var kind: UInt32
        var size: UInt64
        var modified: Int64
    }

    /// Everything that lies beside the log under its name and a number, in the order of numbers.
    static func find(_ log: String) -> [Found] {
        // Most logs have few parts.
        for capacity in [64, most] {
            let parts = [od_part](unsafeUninitializedCapacity: capacity) { buffer, count in
                let found = listing(beside: log).turn.withLock { _ in
                    log.withCString { od_find_parts($0, buffer.baseAddress, capacity) }
                }
                count = Int(max(0, found))
            }
            guard parts.count < capacity || capacity == most else { continue }
            return parts.map { Found(number: $0.number, kind: $0.kind, size: $0.size, modified: $0.modified) }
                .sorted { ($0.number, $0.kind) < ($1.number, $1.kind) }
        }
        return []
    }

    static func path(_ log: String, _ number: UInt64, compressed: Bool = false) -> String {
        "\(log).\(number)" + (compressed ? gzip : "")
    }

    /// The old files of a log, oldest first, each once: where both are there, the compressed one is whole and counts.
    static func old(of log: String) -> [LogPiece] {
        var pieces: [LogPiece] = []
        for found in find(log) where found.kind == OD_PART_PLAIN.rawValue || found.kind == OD_PART_GZIP.rawValue {
            let isCompressed = found.kind == OD_PART_GZIP.rawValue
            let path = path(log, found.number, compressed: isCompressed)
            let piece = LogPiece(
                path: path, number: found.number, isCompressed: isCompressed,
                length: isCompressed ? GzipFile.length(path) : found.size,
                modified: WallTime(milliseconds: found.modified))
            if pieces.last?.number == found.number { pieces.removeLast() }
            pieces.append(piece)
        }
        return pieces
    }

    /// All files of a log with their positions; `last` is the one that is written.
    static func chain(of log: String, last: LogPiece) -> [LogPiece] {
        var pieces = old(of: log) + [last]
        for at in pieces.indices.dropLast().reversed() {
            let next = pieces[at + 1].base
            let base = LogIndex.read(pieces[at].index, headerOnly: true)?.base
            pieces[at].base = base ?? (next > pieces[at].length ? next - pieces[at].length : 0)
        }
        return pieces
    }
}
