package import Core

/// A config while it is read: the fields of the top level, and what belongs together.
package struct ConfigDraft: Sendable {
    var name: String?
    /// What holds for every app that does not say else.
    var defaults = AppConfig()
    /// The list of apps: read last, when the defaults are known.
    var appNodes: ConfigNode?
    var apps: [AppConfig] = []

    /// Reads and checks a whole file. Throws all mistakes at once.
    ///
    /// - Parameter file: its absolute path, which gives format, folder and, by default, the project's name.
    /// - Parameter shown: the path as the user named it, for errors.
    package static func decode(_ text: String, file: String, shown: String) throws(Failure) -> Config {
        try read(try parse(text, file: file, shown: shown), file: file, shown: shown)
    }

    /// The tree of a text. Throws what is not well-formed (OD2001).
    static func parse(_ text: String, file: String, shown: String) throws(Failure) -> ConfigNode {
        do {
            return try ConfigFormat(file: file, text: text).parse(text)
        } catch {
            throw Failure([error], file: shown)
        }
    }

    /// Reads and checks a tree, however it was written. A tree that a program made is to be `withoutPlaces`.
    package static func read(_ given: ConfigNode, file: String, shown: String) throws(Failure) -> Config {
        try reading(given, file: file, shown: shown).whole()
    }

    /// The same, with its mistakes beside what could be read.
    static func reading(_ given: ConfigNode, file: String, shown: String) -> ConfigReading {
        let (root, foreign) = PM2File.inOurKeys(given, file: file)
        var draft = ConfigDraft()
        var reader = ConfigReader()
        reader.read(root, by: ConfigKeys.project, into: &draft)
        if let node = draft.appNodes {
            reader.inside("apps") { draft.readApps(node, &$0) }
        } else if reader.problems.isEmpty {
            reader.fail(.configMissing, at: root.mark, "‘apps’ is missing: a list of apps, each with a script")
        }
        let directory = FilePath.directory(of: file)
        let config = Config(
            file: file, directory: directory, namespace: draft.name ?? DefaultName.project(directory: directory),
            apps: draft.apps.map { $0.placed(in: shown) },
            warnings: reader.warnings.map { "\($0.text): \(shown)" + ($0.mark == .none ? "" : ":\($0.mark.line)") }
                + (foreign.map { ["\(shown): \($0)"] } ?? []))
        return ConfigReading(config: config, problems: reader.problems, shown: shown)
    }

    mutating func readDefaults(_ node: ConfigNode, _ reader: inout ConfigReader) {
        reader.read(node, by: ConfigKeys.defaults, into: &defaults)
        defaults.environment.become(defaults: true)
    }

    mutating func readApps(_ node: ConfigNode, _ reader: inout ConfigReader) {
        guard case .list(let items) = node.value, !items.isEmpty else {
            let found = if case .list = node.value { "an empty list" } else { node.found }
            return reader.fail(.configValue, at: node.mark, "expected a list of apps, found \(found)")
        }
        var names: [String: Int] = [:]
        let before = reader.problems.prefix(Failure.toldProblems)
        apps = items.indices.map { index in
            var app = defaults
            reader.inside("[\(index)]") { reader in
                let problems = reader.problems.count
                reader.read(items[index], by: ConfigKeys.app, into: &app)
                app.forgetDefaults(against: items[index])
                let mark = items[index].mark
                app.place = (mark == .none ? ": " : ":\(mark): ") + reader.pathText
                app.checkTogether(at: items[index], &reader, complete: reader.problems.count == problems)
                app.spots = ConfigSpots(of: items[index], at: reader.pathText, before + reader.problems[problems...])
                guard let name = app.name ?? app.script.map(DefaultName.app(script:)) else { return }
                if let other = names.updateValue(index, forKey: "\(app.namespace ?? "")/\(name)") {
                    let how = app.name == nil ? "; give this one a name" : ""
                    reader.fail(.configValue, at: items[index].mark, "apps[\(other)] is called ‘\(name)’ already\(how)")
                }
            }
            return app
        }
        checkDependencies(at: items, &reader)
    }
}

extension AppConfig {
    /// What one key alone cannot say. A missing script is no news for an app that could not be read (`complete`).
    fileprivate func checkTogether(at node: ConfigNode, _ reader: inout ConfigReader, complete: Bool) {
        if script == nil, complete {
            reader.fail(.configMissing, at: node.mark, "‘script’ is missing: what is to be run")
        }
        if let autoRestart, let restart, autoRestart != (restart != .never) {
            reader.fail(
                .configValue, at: node.mark,
                "‘autoRestart: \(autoRestart)’ and ‘restart: \(restart.rawValue)’ contradict each other")
        }
        if let restartDelay, let restartMaxDelay, restartDelay > restartMaxDelay {
            reader.fail(.configValue, at: node.mark, "‘restartDelay’ is longer than ‘restartMaxDelay’")
        }
        warnOfIdleKeys(at: node, &reader)
        checkReadiness(at: node, &reader)
        if interpreter == "none", interpreterArgs?.isEmpty == false {
            reader.fail(.configValue, at: node.mark, "‘interpreterArgs’ need an interpreter, and it is ‘none’")
        }
    }

    /// Keys that a strategy does not look at: they may wait there for another one, but nobody should wonder.
    /// `restart` and `autoRestart` say the same: what the app says goes before what the defaults say with the other.
    fileprivate mutating func forgetDefaults(against node: ConfigNode) {
        guard case .map(let pairs) = node.value else { return }
        let said = Set(pairs.map(\.key))
        if said.contains("restart"), !said.contains("autoRestart") { autoRestart = nil }
        if said.contains("autoRestart"), !said.contains("restart") { restart = nil }
    }

    private func warnOfIdleKeys(at node: ConfigNode, _ reader: inout ConfigReader) {
        let strategy = restartStrategy ?? Defaults.restartStrategy
        let idle = [
            ("restartFactor", restartFactor != nil, [.exponential, .jitter]),
            ("restartJitter", restartJitter != nil, [.linear, .exponential]),
            ("restartMaxDelay", restartMaxDelay != nil, [.linear, .exponential, .jitter]),
        ].filter { (_, isSet: Bool, users: [RestartPolicy.Strategy]) in isSet && !users.contains(strategy) }
        for (key, _, _) in idle {
            reader.warn(at: node.mark, "‘\(key)’ has no effect with ‘restartStrategy: \(strategy.rawValue)’")
        }
    }

    fileprivate func placed(in file: String) -> AppConfig {
        var copy = self
        copy.place = place.map { file + $0 }
        copy.spots?.file = file
        return copy
    }
}

/// Names for what was not given one.
package enum DefaultName {
    /// The folder's name with other characters as `-`; `p-` before one that does not begin with a letter.
    package static func project(directory: String) -> String {
        valid(FilePath.name(of: directory), prefix: "p-")
    }

    /// The file name of the script, or of a command line's first word, without extension.
    package static func app(script: String) -> String {
        let first = ShellWords.split(script)?.first { !$0.contains("=") } ?? script
        let name = FilePath.name(of: first).drop { $0 == "." }
        let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
        return valid(String(stem), prefix: "app-")
    }

    /// A name as another program has it, with other characters as `-`.
    static func app(named text: String) -> String {
        if AppName.isValid(text) { return text }
        let parts = text.unicodeScalars.split { !($0.isASCII && ($0.properties.isAlphabetic || isMark($0))) }
        return valid(parts.map { String($0) }.joined(separator: "-"), prefix: "app-")
    }

    private static func isMark(_ c: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(c) || c == "." || c == "_" || c == "-"
    }

    private static func valid(_ text: String, prefix: String) -> String {
        let clean = String(
            text.unicodeScalars.map { c -> Character in
                c.isASCII && (c.properties.isAlphabetic || ("0"..."9").contains(c) || c == "." || c == "_" || c == "-")
                    ? Character(c) : "-"
            }.prefix(AppName.maxLength - prefix.count))
        return AppName.isValid(clean) ? clean : prefix + clean
    }
}
