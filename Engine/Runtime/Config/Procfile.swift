internal import Core

/// Procfiles, as Heroku and foreman have them: one app a line, `NAME: COMMAND`.
///
/// As with foreman each app has a PORT of its own: 5000 for the first, 100 more for each that follows, and the variables
/// of a file `.env` beside it, whose PORT is the first one when it has one. https://ddollar.github.io/foreman/
package enum Procfile {
    /// Whether a file is one, by its name: `Procfile`, `Procfile.dev`.
    package static func isOne(_ file: String) -> Bool {
        let name = FilePath.name(of: file)
        return name == "Procfile" || name.hasPrefix("Procfile.")
    }

    /// A config in our keys, every value at its place. Throws the first line that is neither an app, a comment nor empty.
    ///
    /// - Parameter environment: the text of the file `.env` beside it; nil when there is none.
    static func parse(_ text: String, environment: String?) throws(ConfigProblem) -> ConfigNode {
        var apps: [ConfigNode] = []
        let base = environment.flatMap(port) ?? Defaults.firstPort
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let mark = ConfigMark(line: index + 1, column: 1)
            let words = line.drop { $0.isWhitespace }
            if words.isEmpty || words.hasPrefix("#") { continue }
            guard let colon = words.firstIndex(of: ":"), colon > words.startIndex,
                words[..<colon].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
            else { throw ConfigProblem(.configSyntax, at: mark, "expected NAME: COMMAND") }
            let command = words[words.index(after: colon)...].trimmed
            guard !command.isEmpty else {
                throw ConfigProblem(.configMissing, at: mark, "‘\(words[..<colon])’ has no command")
            }
            let port = base + apps.count * Defaults.portStep
            apps.append(app(String(words[..<colon]), command, port: port, hasFile: environment != nil, mark))
        }
        let root = ConfigMark(line: 1, column: 1)
        guard !apps.isEmpty else { throw ConfigProblem(.configMissing, at: root, "no app is in it: NAME: COMMAND") }
        return .plain(
            .map([ConfigPair(key: "apps", mark: root, node: .plain(.list(apps), at: root))]), at: root)
    }

    private static func app(
        _ name: String, _ command: String, port: Int, hasFile: Bool, _ mark: ConfigMark
    ) -> ConfigNode {
        func pair(_ key: String, _ value: ConfigNode.Value) -> ConfigPair {
            ConfigPair(key: key, mark: mark, node: .plain(value, at: mark))
        }
        var pairs = [
            pair("name", .string(DefaultName.app(named: name))), pair("script", .string(command)),
            pair("env", .map([pair("PORT", .number(String(port)))])),
        ]
        // Each instance of an app has a port of its own, too.
        for (key, value) in [("incrementVar", "PORT"), ("envFile", ".env")] where key != "envFile" || hasFile {
            if ConfigKeys.accepts(.plain(.string(value), at: mark), as: key) { pairs.append(pair(key, .string(value))) }
        }
        return .plain(.map(pairs), at: mark)
    }

    /// PORT of a file of variables.
    private static func port(_ text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].trimmed == "PORT" else { continue }
            return Int(parts[1].trimmed.filter { $0 != "\"" && $0 != "'" })
        }
        return nil
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
