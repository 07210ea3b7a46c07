import Core
import Synchronization

/// The ends of what runs have written to stderr.
final class LastWords: Sendable {
    /// A part of a log.
    struct Span: Hashable, Sendable {
        var from: UInt64
        /// Where it ends; nil: with the log.
        var end: UInt64?
    }

    /// Where the last run of each log ended: what follows is of a later one. Beyond `most` logs all are forgotten.
    private let ends = Mutex<[String: UInt64]>([:])
    private static let most = 4096
    private static let readAtOnce = 64 << 10

    /// What a run has written that ends at `end`, nil when that is not known; what comes after it is of the next one.
    ///
    /// - Parameter start: where it begins, when that is known; else it begins where the run before it ended.
    func span(of path: String, from start: UInt64? = nil, upTo end: UInt64?) -> Span {
        ends.withLock { ends in
            let from = start ?? ends[path] ?? 0
            if let end { Self.note(end, of: path, &ends) }
            // A log that was emptied begins anew.
            return Span(from: end.map { $0 < from } == true ? 0 : from, end: end)
        }
    }

    private static func note(_ end: UInt64, of path: String, _ ends: inout [String: UInt64]) {
        if ends.count >= most, ends[path] == nil { ends = [:] }
        ends[path] = end
    }

    /// The last lines of a part of a log, values of `secrets` as stars. Nothing when it cannot be read. Blocks.
    func lines(of path: String, in span: Span, hiding secrets: [String]) -> [String] {
        guard path.hasPrefix("/"), !path.hasPrefix("/dev/") else { return [] }
        do {
            let bytes = try span.end.map { try Self.bytes(of: path, from: span.from, to: $0) }
            return CrashText.lines(of: try bytes ?? tail(of: path, from: span.from), hiding: secrets)
        } catch {
            return []
        }
    }

    /// As much as is kept of what lies before `end`.
    private static func bytes(of path: String, from: UInt64, to end: UInt64) throws(Failure) -> [UInt8] {
        let most = UInt64(Defaults.crashBytes * 2)
        let reader = LogReader(path, from: max(from, end > most ? end - most : 0))
        var bytes: [UInt8] = []
        while reader.position < end {
            let slice = try reader.read(Int(min(UInt64(readAtOnce), end - reader.position)))
            // The log was emptied meanwhile: what is there now is of others.
            if slice.bytes.isEmpty || slice.isRestarted && !bytes.isEmpty { break }
            bytes += slice.bytes.prefix(Int(end > slice.offset ? end - slice.offset : 0))
        }
        return bytes
    }

    /// The last lines of the log, of which the next run may have written some already.
    private func tail(of path: String, from before: UInt64) throws(Failure) -> [UInt8] {
        let reader = LogReader(path)
        try reader.seek(toLast: Defaults.crashLines)
        let known = LogReader(path, from: max(before, reader.position))
        var bytes: [UInt8] = []
        while case let slice = try known.read(Self.readAtOnce), !slice.bytes.isEmpty {
            bytes = Array((bytes + slice.bytes).suffix(Defaults.crashBytes * 2))
        }
        ends.withLock { Self.note(known.position, of: path, &$0) }
        return bytes
    }
}
