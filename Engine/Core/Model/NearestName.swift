/// Spelling: which known name somebody meant.
package enum NearestName {
    /// The known name that is nearest to `text`, nil when none is near. Case, `_` and `-` do not count, so that
    /// `max_restarts` finds `maxRestarts`.
    package static func of(_ text: String, among names: some Sequence<String>) -> String? {
        let wanted = folded(text)
        let limit = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for name in names {
            let distance = distance(wanted, folded(name))
            if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.lowercased().utf8.prefix(64).filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other
    /// (optimal string alignment).
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
