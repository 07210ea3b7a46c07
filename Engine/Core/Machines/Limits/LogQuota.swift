// The limit for the old log files of all apps together.
//
//     noted, within the limit ───────────────> nothing
//     noted, above it or nothing is known ───> all are to be looked at ───> looked: the oldest go, of whatever app,
//                                                                           until a twentieth of the limit is free

/// Keeps count of the old log files of all apps, and says when which of them go.
///
/// The count is brought up to date by the logs of one app at a time: all files are looked at only when the limit may
/// be passed. That a twentieth becomes free makes the looks rare.
package struct LogQuota: Hashable, Sendable {
    /// What is to be done after a look at all files.
    package struct Verdict: Hashable, Sendable {
        /// These are to be removed, oldest first.
        package var excess: [LogPart]
        /// It is the first time under this limit that some are.
        package var isNews: Bool
    }

    /// Bytes; 0: any number.
    package private(set) var limit: Int
    /// Bytes of the old files of each log that is known.
    private var sizes: [String: Int] = [:]
    /// Their sum; nil before the first look.
    package private(set) var total: Int?
    /// Files that were to be removed since the engine began, and their bytes.
    package private(set) var removedFiles = 0
    package private(set) var removedBytes = 0
    private var hasTold = false

    package init(limit: Int = Defaults.allLogsMaxTotal) {
        self.limit = limit
    }

    /// Another limit holds from now on.
    package mutating func set(limit: Int) {
        guard limit != self.limit else { return }
        self.limit = limit
        hasTold = false
    }

    /// What the old files of some logs have now, in bytes. Returns whether all files are to be looked at.
    package mutating func noted(_ found: [String: Int]) -> Bool {
        guard var sum = total else { return true }
        for (log, size) in found {
            sum = Self.add(sum - (sizes[log] ?? 0), size)
            sizes[log] = size
        }
        total = sum
        return limit > 0 && sum > limit
    }

    /// All old files that there are. What is to be removed counts as removed.
    package mutating func looked(at parts: [LogPart]) -> Verdict {
        sizes = [:]
        for part in parts { sizes[part.path] = Self.add(sizes[part.path] ?? 0, part.size) }
        var sum = parts.reduce(0) { Self.add($0, $1.size) }
        defer { total = sum }
        guard limit > 0, sum > limit else { return Verdict(excess: [], isNews: false) }
        let target = limit - limit / 20
        let old = parts.sorted { ($0.modified, $0.path, $0.number) < ($1.modified, $1.path, $1.number) }
        let excess = old.prefix { part in
            guard sum > target else { return false }
            sum = max(0, sum - part.size)
            sizes[part.path, default: 0] -= part.size
            removedFiles += 1
            removedBytes = Self.add(removedBytes, part.size)
            return true
        }
        defer { hasTold = true }
        return Verdict(excess: Array(excess), isNews: !hasTold)
    }

    /// A file with holes may say any size.
    private static func add(_ sum: Int, _ size: Int) -> Int { min(sum, .max - size) + size }
}
