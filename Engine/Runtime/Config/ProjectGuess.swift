internal import Core

/// What the files of a folder say about the programs in it, for `od init`.
package struct ProjectGuess: Hashable, Sendable {
    /// One app as it would be written.
    package struct App: Hashable, Sendable {
        package var name: String
        /// A script or a command line.
        package var script: String
        package var args: [String] = []
        package var interpreter: String?
        package var cwd: String?
        package var env: [String: String] = [:]
        /// The file that says so.
        package var source: String

        package init(name: String, script: String, source: String) {
            self.name = name
            self.script = script
            self.source = source
        }
    }

    /// The project's name.
    package var name: String
    package var apps: [App] = []
    /// One line each: what was found and is not among the apps.
    package var remarks: [String] = []

    /// Looks at the files of a folder; nothing is run.
    ///
    /// - Parameter directory: absolute.
    package init(of directory: String) {
        name = DefaultName.project(directory: directory)
        var folder = GuessedFolder(path: directory)
        // A Procfile lists all programs of its project: what the other files say are the same ones.
        apps = folder.procfile()
        if apps.isEmpty { apps = folder.node() + folder.python() + folder.compose() }
        folder.noteOthers()
        remarks = folder.remarks
        var seen: [String: Int] = [:]
        for index in apps.indices {
            let name = apps[index].name
            seen[name, default: 0] += 1
            if let count = seen[name], count > 1 { apps[index].name = "\(name)-\(count)" }
        }
    }
}

private struct GuessedFolder {
    let path: String
    var remarks: [String] = []

    private func has(_ name: String) -> Bool { FilePath.kind(of: path + "/" + name) == .file }

    private func text(_ name: String) -> String? {
        FilePath.read(path + "/" + name, limit: ConfigLimits.bytes).map { String(decoding: $0, as: UTF8.self) }
    }

    private func tree(_ name: String, _ parse: (String) throws(ConfigProblem) -> ConfigNode) -> ConfigNode? {
        guard has(name), let text = text(name) else { return nil }
        return try? parse(text)
    }

    // MARK: Procfile

    /// `web: node server.js`, one a line; each has the PORT that it has when the file itself is started.
    func procfile() -> [ProjectGuess.App] {
        guard has("Procfile"), let text = text("Procfile") else { return [] }
        var port = Defaults.firstPort
        return text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let colon = line.firstIndex(of: ":"), !line.hasPrefix("#") else { return nil }
            let name = String(line[..<colon])
            let command = line[line.index(after: colon)...].trimmed
            guard AppName.isValid(name), !command.isEmpty else { return nil }
            defer { port += Defaults.portStep }
            // It is run once at a deployment.
            guard name != "release" else { return nil }
            var app = ProjectGuess.App(name: name, script: command, source: "Procfile")
            app.env["PORT"] = String(port)
            return app
        }
    }

    // MARK: node

    func node() -> [ProjectGuess.App] {
        guard let root = tree("package.json", JSONDocument.parse) else { return bareNode() }
        let name = DefaultName.app(script: root["name"]?.scalarText ?? FilePath.name(of: path))
        let scripts = root["scripts"]
        if let start = scripts?["start"]?.scalarText {
            let first = ShellWords.split(start)?.first
            // node itself can be started without npm, which would stand between us and the program.
            let isPlain = first == "node" && !ShellWords.needsShell(start)
            return [ProjectGuess.App(name: name, script: isPlain ? start : "npm run start", source: "package.json")]
        }
        let files = [root["main"]?.scalarText, "server.js", "app.js", "index.js"].compactMap { $0 }
        guard let main = files.first(where: has) else { return [] }
        return [ProjectGuess.App(name: name, script: main, source: "package.json")]
    }

    /// A script without a package.json: its name is its own, as `od start` would call it.
    private func bareNode() -> [ProjectGuess.App] {
        let names = ["server", "app", "index"].flatMap { name in ["js", "mjs", "cjs"].map { "\(name).\($0)" } }
        guard !has("package.json"), let file = names.first(where: has) else { return [] }
        return [ProjectGuess.App(name: DefaultName.app(script: file), script: file, source: file)]
    }

    // MARK: python

    func python() -> [ProjectGuess.App] {
        let own = [".venv/bin/python", "venv/bin/python"].first { FilePath.isExecutable(path + "/" + $0) }
        func app(_ script: String, _ args: [String] = [], from source: String) -> [ProjectGuess.App] {
            var app = ProjectGuess.App(
                name: DefaultName.app(script: FilePath.name(of: path)), script: script, source: source)
            app.args = args
            app.interpreter = own
            return [app]
        }
        // Its reloader would start the program a second time.
        if has("manage.py") { return app("manage.py", ["runserver", "--noreload"], from: "manage.py") }
        if let script = ["app.py", "main.py", "server.py"].first(where: has) { return app(script, from: script) }
        guard let root = tree("pyproject.toml", TOMLDocument.parse),
            case .map(let scripts)? = root["project"]?["scripts"]?.value, let first = scripts.first
        else { return [] }
        let folder = own.map { FilePath.absolute("..", in: "/" + $0).dropFirst() + "/" } ?? ""
        return [
            ProjectGuess.App(
                name: DefaultName.app(script: first.key), script: folder + first.key, source: "pyproject.toml")
        ]
    }

    // MARK: compose

    /// Services that are built from a folder and say their command; images are not ours to run.
    mutating func compose() -> [ProjectGuess.App] {
        let names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]
        guard let file = names.first(where: has), let root = tree(file, YAMLDocument.parse),
            case .map(let services)? = root["services"]?.value
        else { return [] }
        var apps: [ProjectGuess.App] = []
        for service in services {
            let build = service.node["build"]
            let context = build?.scalarText ?? build?["context"]?.scalarText
            guard let context, AppName.isValid(service.key),
                let command = service.node["command"].flatMap({ ConfigValue<[String]>.words.read($0) }),
                let script = command.first
            else {
                let image = service.node["image"]?.scalarText.map { " (image \($0))" } ?? ""
                remarks.append("service ‘\(service.key)’ of \(file)\(image) is left out: od runs programs, not images")
                continue
            }
            var app = ProjectGuess.App(name: service.key, script: script, source: file)
            app.args = Array(command.dropFirst())
            app.cwd = context == "." ? nil : context
            app.env = variables(service.node["environment"])
            apps.append(app)
        }
        return apps
    }

    /// A map, or a list of `NAME=value`.
    private func variables(_ node: ConfigNode?) -> [String: String] {
        var result: [String: String] = [:]
        switch node?.value {
        case .map(let pairs):
            for pair in pairs { result[pair.key] = pair.node.scalarText }
        case .list(let items):
            for text in items.compactMap(\.scalarText) {
                guard let sign = text.firstIndex(of: "=") else { continue }
                result[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
        default: break
        }
        return result
    }

    /// Files of other process managers, which start as they are.
    mutating func noteOthers() {
        let names = ["ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.config.mjs", "process.json"]
        for name in names where has(name) {
            remarks.append("\(name) is a config of PM2: od start \(name) runs it as it is")
        }
    }
}

extension ConfigNode {
    /// The value of a key of a map.
    subscript(_ key: String) -> ConfigNode? {
        guard case .map(let pairs) = value else { return nil }
        return pairs.first { $0.key == key }?.node
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension ProjectGuess {
    /// The guess as a config in YAML.
    package var yaml: String {
        var lines = ["name: \(Self.scalar(name))", "apps:"]
        for app in apps {
            lines += ["  # from \(app.source)", "  - name: \(Self.scalar(app.name))"]
            lines.append("    script: \(Self.scalar(app.script))")
            if !app.args.isEmpty {
                lines.append("    args: [\(app.args.map(Self.scalar).joined(separator: ", "))]")
            }
            if let interpreter = app.interpreter { lines.append("    interpreter: \(Self.scalar(interpreter))") }
            if let cwd = app.cwd { lines.append("    cwd: \(Self.scalar(cwd))") }
            if !app.env.isEmpty {
                lines.append("    env:")
                lines += app.env.sorted { $0.key < $1.key }.map {
                    "      \(Self.scalar($0.key)): \(Self.scalar($0.value))"
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Plain when no reader of YAML can take it for something else, else in double quotes, as JSON has them.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x2F }
            ?? false
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isSafe = text.utf8.allSatisfy {
            (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                || " ._/@=+-".utf8.contains($0)
        }
        let isWord = !words.contains(text.lowercased()) && !PlainNumber.matches(text) && text.last != " "
        return isPlain && isSafe && isWord ? text : ConfigSchema.quoted(text)
    }
}
