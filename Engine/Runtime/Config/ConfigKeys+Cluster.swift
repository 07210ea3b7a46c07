internal import CKernel
internal import Core

/// How the instances of an app stand beside each other, and their stdin.
extension ConfigKeys {
    package static let cluster: [ConfigKey<AppConfig>] = [
        ConfigKey(
            "execMode", .execMode, \.cluster.mode,
            "cluster: the instances share sockets that outlive them; fork: each has its own; default: cluster for "
                + "several instances with a port, or of node"),
        ConfigKey(
            "port", .whole(1...65_535), \.cluster.port,
            "the TCP port that the instances share; it is PORT in their environment, too"),
        ConfigKey(
            "reusePort", .flag, \.cluster.reusePort, "the app opens the port itself, with SO_REUSEPORT"),
        ConfigKey(
            "incrementVar", .variable, \.cluster.incrementVar,
            "a variable that is one more in each further instance, like PORT"),
        ConfigKey(
            "instanceVar", .variable, \.cluster.instanceVar,
            "the variable with the number of the instance; default: NODE_APP_INSTANCE"),
        ConfigKey(
            "stdin", .word, \.stdin, "null: at its end; pipe: od send and od attach write to it; default: null"),
    ]
}

extension ConfigValue where T == Int {
    /// A count; `max` and 0 are the CPUs that may be used, -1 is one less, but one at least.
    static var instances: ConfigValue<Int> {
        let most = Defaults.maxInstances
        return ConfigValue(
            type: "number or max", expected: "a whole number from 1 to \(most), max, 0 or -1",
            schema: .anyOf([.whole(-1...most), .words(["max", "0", "-1"])])
        ) { node in
            switch node.scalarText {
            case "max", "0": return min(UsableCPUs.count, most)
            case "-1": return min(max(UsableCPUs.count - 1, 1), most)
            case let text:
                guard case .number = node.value, let number = text.flatMap(Int.init), (1...most).contains(number) else {
                    return nil
                }
                return number
            }
        }
    }
}

extension ConfigValue where T == ClusterSpec.Mode {
    /// Also as PM2 writes it: `cluster_mode`, `fork_mode`.
    static var execMode: ConfigValue<ClusterSpec.Mode> {
        ConfigValue(
            type: "fork or cluster", expected: "fork or cluster",
            schema: .words(["fork", "cluster", "fork_mode", "cluster_mode"])
        ) { node in
            node.scalarText.flatMap { text in
                ClusterSpec.Mode(rawValue: text.hasSuffix("_mode") ? String(text.dropLast(5)) : text)
            }
        }
    }
}

extension ConfigValue where T == String {
    /// The name of a variable.
    static var variable: ConfigValue<String> {
        ConfigValue(
            type: "name", expected: "the name of a variable: letters, digits and ‘_’",
            schema: .pattern("^[A-Za-z_][A-Za-z0-9_]*$")
        ) { node in
            node.scalarText.flatMap { AppEnvironment.isName($0) ? $0 : nil }
        }
    }
}

/// CPUs that this process may use, and so the apps too unless they are given others.
enum UsableCPUs {
    static var count: Int { max(1, Int(od_usable_cpus())) }
}

extension ClusterSpec {
    /// What was said, checked against the program; nil when nothing was said and nothing follows.
    ///
    /// - Throws: OD2003 for what contradicts itself.
    init?(_ app: AppConfig, _ launch: Launch, env: [String: String], name: String) throws(Failure) {
        self = app.cluster
        if launch.isNode { node = true }
        func fail(_ why: String, _ next: String) -> Failure {
            Failure(.configValue, "the instances of ‘\(name)’ cannot be started", why: why, next: next)
        }
        if mode == .cluster, port == nil, reusePort != true, node != true {
            throw fail(
                "‘execMode: cluster’ needs to know the port that they share: only of node it can be learned",
                "add ‘port: 3000’, or ‘reusePort: true’ if the app does that itself")
        }
        if mode == .fork, port != nil, (app.instances ?? 1) > 1, reusePort != true, incrementVar == nil {
            throw fail(
                "‘execMode: fork’ lets each of them open port \(port ?? 0) itself, which only one can",
                "take ‘execMode’ out, or add ‘incrementVar: PORT’")
        }
        if let variable = incrementVar {
            let first = env[variable] ?? (variable == "PORT" ? port.map(String.init) : nil)
            guard first.flatMap(Int.init) != nil else {
                throw fail(
                    "‘incrementVar: \(variable)’ counts up from a number, and \(variable) is "
                        + (first.map { "‘\($0)’" } ?? "not set"), "set \(variable) in ‘env’")
            }
        }
        if isEmpty { return nil }
    }
}

extension Launch {
    /// The program is node, or a script that says so in its first line.
    var isNode: Bool {
        let names = ["node", "nodejs"]
        if let interpreter { return names.contains(interpreter) }
        if names.contains(FilePath.name(of: program)) { return true }
        guard let head = FilePath.read(program, limit: 256), let shebang = Shebang(head) else { return false }
        return names.contains(FilePath.name(of: shebang.viaEnv ?? shebang.words[0]))
    }
}
