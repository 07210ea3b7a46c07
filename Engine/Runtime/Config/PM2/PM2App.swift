internal import Core

/// One app of a file of PM2.
struct PM2App {
    private let node: ConfigNode
    private let directory: String
    private let home: String
    /// `cwd` as it will be; nil when the app has none.
    private let cwd: String?
    private var pairs: [ConfigPair] = []

    init(_ node: ConfigNode, directory: String, home: String) {
        self.node = node
        self.directory = directory
        self.home = home
        cwd = node["cwd"]?.scalarText.map { Self.expanded($0, home) }
    }

    /// The app in our keys. What cannot be taken over is noted.
    func translated(_ remarks: inout PM2Remarks) -> ConfigNode {
        guard case .map(let given) = node.value else { return node }
        var copy = self
        let said = given.filter { if case .null = $0.node.value { false } else { true } }
        let label = copy.takeName(&remarks)
        for pair in said {
            // PM2 takes no notice of these where it executes the script itself.
            if Self.interpreterArguments.contains(pair.key), runsItself {
                remarks.note(pair.key, of: label, isKnown: true)
            } else if let attribute = PM2Attribute.named(pair.key) {
                copy.take(pair, attribute, label, &remarks)
            } else if copy.isOurs(pair.key) {
                copy.put(pair.key, pair.key.hasPrefix("env_") ? pair.node.asVariables : pair.node, at: pair.mark)
            } else {
                remarks.note(pair.key, of: label, isKnown: false)
            }
        }
        copy.takeTogether(said)
        let isOver = ["false", "0"].contains(node["autorestart"]?.text ?? "")
        if isOver, let schedule = node["cron_restart"] ?? node["cron"], !schedule.isOff {
            remarks.say("\(label) runs once now and never again: there is no cron_restart, and autorestart is false")
        }
        return ConfigNode(.map(copy.pairs), at: node.mark)
    }

    private static let interpreterArguments = ["interpreter_args", "node_args"]

    private var runsItself: Bool { (node["interpreter"] ?? node["exec_interpreter"])?.text == "none" }

    /// A key of ours has it; `env_NAME` too, where blocks are known.
    private func isOurs(_ key: String) -> Bool {
        ConfigKeys.app.contains { $0.name == key } || key.hasPrefix("env_") && ConfigKeys.hasEnvironmentBlocks
    }

    private func has(_ key: String) -> Bool { pairs.contains { $0.key == key } }

    private mutating func put(_ key: String, _ value: ConfigNode, at mark: ConfigMark? = nil) {
        guard !has(key) else { return }
        pairs.append(ConfigPair(key: key, mark: mark ?? value.mark, node: value))
    }

    private mutating func put(_ key: String, _ value: ConfigNode.Value) {
        put(key, .plain(value, at: node.mark))
    }

    // MARK: one attribute

    private mutating func take(
        _ pair: ConfigPair, _ attribute: PM2Attribute, _ label: String, _ remarks: inout PM2Remarks
    ) {
        guard let key = attribute.key else {
            if case .none = attribute.taking, !pair.node.isOff { remarks.note(pair.key, of: label, isKnown: true) }
            return
        }
        guard isOurs(key) else {
            if !pair.node.isOff, !isPM2sOwn(pair) { remarks.note(pair.key, of: label, isKnown: true) }
            return
        }
        switch attribute.taking {
        case .same: put(key, pair.node, at: pair.mark)
        case .number: put(key, pair.node.asNumber, at: pair.mark)
        case .flag: put(key, pair.node.asFlag, at: pair.mark)
        case .path, .log: put(key, file(pair.node, isLog: attribute.taking == .log), at: pair.mark)
        case .own: takeOwn(pair, label, &remarks)
        case .none, .idle: break
        }
    }

    /// A value that only repeats what holds without it.
    private func isPM2sOwn(_ pair: ConfigPair) -> Bool {
        switch (pair.key, pair.node.text) {
        case ("exec_mode", "fork"), ("exec_mode", "fork_mode"), ("treekill", "true"), ("autostart", "true"),
            ("instance_var", "NODE_APP_INSTANCE"), ("namespace", "default"):
            true
        default: false
        }
    }

    private mutating func takeOwn(_ pair: ConfigPair, _ label: String, _ remarks: inout PM2Remarks) {
        switch pair.key {
        case "script", "exec": put("script", script(pair.node), at: pair.mark)
        case "cwd": put("cwd", .plain(.string(cwd ?? ""), at: pair.node.mark), at: pair.mark)
        case "exec_mode": takeMode(pair, label, &remarks)
        case "increment_var":
            // PM2 counts up from 0 where there is no number: nothing that an app could use.
            if number(of: pair.node.text) == nil {
                remarks.say("increment_var of \(label) is left out: it has no variable \(pair.node.text) with a number")
            } else {
                put("incrementVar", pair.node, at: pair.mark)
            }
        case "instances": takeInstances(pair, label, &remarks)
        case "env", "port": takeVariables()
        case "max_restarts":
            // With 0 PM2 gives up at the first quick exit, and so do we with 1.
            let number = pair.node.asNumber
            put("maxRestarts", number.text == "0" ? .plain(.number("1"), at: number.mark) : number, at: pair.mark)
        case "time": if !pair.node.isOff { put("logDateFormat", .string(PM2Attribute.timeFormat)) }
        default: break  // The name, and delays, which say something only together.
        }
    }

    private mutating func takeInstances(_ pair: ConfigPair, _ label: String, _ remarks: inout PM2Remarks) {
        let number = pair.node.asNumber
        let isOne = ConfigKeys.accepts(number, as: "instances")
        let isAll = ["max", "0"].contains(number.text) || number.text.hasPrefix("-")
        if isOne || !isAll {
            put("instances", number, at: pair.mark)
        } else if ConfigKeys.accepts(.plain(.string("max"), at: number.mark), as: "instances") {
            put("instances", .plain(.string("max"), at: number.mark), at: pair.mark)
        } else {
            remarks.note("instances: \(number.text)", of: label, isKnown: true)
        }
    }

    /// PM2 runs what is no node program as `fork`, whatever the file says.
    private mutating func takeMode(_ pair: ConfigPair, _ label: String, _ remarks: inout PM2Remarks) {
        let text = pair.node.text
        let mode = text.hasSuffix("_mode") ? String(text.dropLast("_mode".count)) : text
        if mode == "cluster", isNoNode {
            remarks.note(pair.key, of: label, isKnown: true)
        } else {
            put("execMode", .plain(.string(mode), at: pair.node.mark), at: pair.mark)
        }
    }

    /// Surely no program of node: another interpreter, another ending, a command line.
    private var isNoNode: Bool {
        if let interpreter = node["interpreter"] ?? node["exec_interpreter"] {
            return !interpreter.text.contains("node") && interpreter.text != "bun"
        }
        let script = (node["script"] ?? node["exec"])?.text ?? ""
        return script.contains(where: \.isWhitespace) || Interpreters.know(script) && !ConfigScript.isOne(script)
    }

    /// The number that a variable of the app is; nil when it is none.
    private func number(of variable: String) -> Int? {
        let value = node["env"]?[variable] ?? (variable == "PORT" ? node["port"] : nil)
        return value.flatMap { Int($0.text) }
    }

    // MARK: what belongs together

    private mutating func takeTogether(_ said: [ConfigPair]) {
        let keys = Set(said.map(\.key))
        if let delay = node["exp_backoff_restart_delay"], !delay.isOff {
            put("restartStrategy", .string("exponential"))
            put("restartDelay", delay.asNumber)
            put("restartFactor", .number(PM2Attribute.backoffFactor))
        } else {
            put("restartStrategy", .string("fixed"))
            put("restartDelay", node["restart_delay"]?.asNumber ?? .plain(.number("0"), at: node.mark))
        }
        // Several instances of a node program are a cluster, unless the file says another mode.
        if isOurs("execMode"), !keys.contains("exec_mode"), keys.contains("instances"), runsInNode {
            put("execMode", .string("cluster"))
        }
        for (key, value) in PM2Attribute.defaults where isOurs(key) { put(key, value) }
    }

    private var runsInNode: Bool {
        if let interpreter = node["interpreter"] ?? node["exec_interpreter"] {
            return interpreter.text.contains("node")
        }
        let script = (node["script"] ?? node["exec"])?.text ?? ""
        return ["js", "cjs", "mjs"].contains(FilePath.fileExtension(of: script))
    }

    // MARK: names, paths, variables

    /// - Returns: how the app is called in remarks.
    private mutating func takeName(_ remarks: inout PM2Remarks) -> String {
        let script = (node["script"] ?? node["exec"])?.scalarText ?? ""
        let prefix = node["name_prefix"]?.scalarText ?? ""
        let given = node["name"]?.scalarText
        let name = prefix + (given ?? DefaultName.app(script: script))
        let valid = DefaultName.app(named: name)
        if given != nil || !prefix.isEmpty {
            if valid != name { remarks.rename(name, to: valid) }
            put("name", .plain(.string(valid), at: node["name"]?.mark ?? node.mark))
        }
        return valid
    }

    /// PM2 looks for a script in the app's own folder only. Ours looks there too, but in the file's folder first.
    private func script(_ node: ConfigNode) -> ConfigNode {
        guard let text = node.scalarText else { return node }
        let path = Self.expanded(text, home)
        guard let cwd, !path.hasPrefix("/") else { return path == text ? node : .plain(.string(path), at: node.mark) }
        let own = FilePath.absolute(path, in: FilePath.absolute(cwd, in: directory))
        let other = FilePath.absolute(path, in: directory)
        guard own != other, FilePath.kind(of: own) == .file, FilePath.kind(of: other) == .file else { return node }
        return .plain(.string(own), at: node.mark)
    }

    private func file(_ node: ConfigNode, isLog: Bool) -> ConfigNode {
        guard let text = node.scalarText else { return node }
        if isLog, text == "NULL" || text == "/dev/null" { return .plain(.string("/dev/null"), at: node.mark) }
        let path = Self.expanded(text, home)
        guard let cwd, !path.hasPrefix("/") else { return .plain(.string(path), at: node.mark) }
        return .plain(.string(FilePath.absolute(path, in: FilePath.absolute(cwd, in: directory))), at: node.mark)
    }

    private static func expanded(_ path: String, _ home: String) -> String {
        path.hasPrefix("~/") ? home + path.dropFirst(1) : path
    }

    /// `env` and `port` are one map here, wherever they stand in the file.
    private mutating func takeVariables() {
        guard !has("env") else { return }
        var variables: [ConfigPair] = []
        if let env = node["env"] {
            guard case .map(let given) = env.asVariables.value else { return put("env", env) }
            variables = given
        }
        if let port = node["port"], !variables.contains(where: { $0.key == "PORT" }) {
            variables.append(ConfigPair(key: "PORT", mark: port.mark, node: port))
        }
        put("env", .plain(.map(variables), at: node["env"]?.mark ?? node.mark))
    }
}

extension ConfigNode {
    /// A node whose text is that of its value.
    package static func plain(_ value: Value, at mark: ConfigMark) -> ConfigNode {
        switch value {
        case .bool(let flag): ConfigNode(value, at: mark, text: flag ? "true" : "false")
        case .number(let text), .string(let text): ConfigNode(value, at: mark, text: text)
        case .null, .list, .map: ConfigNode(value, at: mark)
        }
    }

    /// The value of a flag.
    static func ofFlag(_ text: String) -> ConfigNode {
        switch text {
        case "true", "false": .plain(.bool(text == "true"), at: .none)
        default: .plain(PlainNumber.matches(text) ? .number(text) : .string(text), at: .none)
        }
    }

    /// `false`, an empty text, an empty list: what asks for nothing.
    var isOff: Bool {
        switch value {
        case .null, .bool(false), .string(""), .list([]), .map([]): true
        case .number(let text): text == "0"
        case .bool, .string, .list, .map: false
        }
    }

    /// A text that looks like a number is one.
    var asNumber: ConfigNode {
        if case .string(let text) = value, PlainNumber.matches(text) { .plain(.number(text), at: mark) } else { self }
    }

    /// A text that says true or false is that.
    var asFlag: ConfigNode {
        switch value {
        case .string("true"), .number("1"): .plain(.bool(true), at: mark)
        case .string("false"), .number("0"): .plain(.bool(false), at: mark)
        default: self
        }
    }

    /// The value of a variable: lists and maps are JSON.
    var asVariable: ConfigNode {
        switch value {
        case .null: .plain(.string("null"), at: mark)
        case .list, .map: .plain(.string(json), at: mark)
        case .bool, .number, .string: self
        }
    }

    /// A map of variables.
    var asVariables: ConfigNode {
        guard case .map(let pairs) = value else { return self }
        return .plain(
            .map(pairs.map { ConfigPair(key: $0.key, mark: $0.mark, node: $0.node.asVariable) }), at: mark)
    }

    /// The value as JSON in one line.
    var json: String {
        switch value {
        case .null: "null"
        case .bool, .number: text
        case .string(let text): JSONString.quoted(text)
        case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .map(let pairs):
            "{" + pairs.map { JSONString.quoted($0.key) + ":" + $0.node.json }.joined(separator: ",") + "}"
        }
    }
}

/// Texts in JSON (RFC 8259, section 7). A quoted text is the same in YAML 1.2.
enum JSONString {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension ConfigKeys {
    /// Whether a value is right for a key of an app.
    static func accepts(_ node: ConfigNode, as key: String) -> Bool {
        guard let entry = app.first(where: { $0.name == key }) else { return false }
        var reader = ConfigReader()
        var scratch = AppConfig()
        entry.read(node, &reader, &scratch)
        return reader.problems.isEmpty
    }

    /// Whether apps may have `env_NAME`.
    static let hasEnvironmentBlocks = app.contains { $0.name == "env_NAME" }
}
