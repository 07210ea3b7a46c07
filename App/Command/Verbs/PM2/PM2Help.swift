internal import Core
internal import Engine

/// The tables of `od help pm2`.
enum PM2Help {
    /// Two columns; a long first cell has the second below it.
    static func table(_ rows: [(String, String)]) -> String {
        let width = 30
        return rows.map { first, second in
            let gap =
                first.count > width - 2
                ? "\n" + String(repeating: " ", count: width + 2) : String(repeating: " ", count: width - first.count)
            return "  " + first + gap + second + "\n"
        }.joined()
    }

    /// PM2's attributes and our keys.
    static func attributes() -> String {
        let known = Set(ConfigKeys.app.map(\.name))
        return table(
            PM2Attribute.all.map { attribute in
                let ours =
                    if let key = attribute.key { known.contains(key) ? key : "-" } else {
                        attribute.taking == .idle ? "needs nothing" : "-"
                    }
                let text = attribute.note.isEmpty || ours == "-" ? ours : "\(ours)  (\(attribute.note))"
                return (attribute.names.joined(separator: ", "), text)
            })
    }
}
