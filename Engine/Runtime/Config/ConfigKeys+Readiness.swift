package import Core

/// `ready` as written; nil is "not said".
package struct ReadyConfig: Hashable, Sendable {
    package var notify: Readiness.Notify?
    package var fd: Int?
    package var port: Int?
    package var log: String?
    package var watchdog: Int?

    package init() {}
}

/// How an app tells that it is ready, and how it is asked to end.
extension ConfigKeys {
    package static let readiness: [ConfigKey<AppConfig>] = [
        ConfigKey(
            "waitReady", .flag, \.waitReady,
            "it says itself that it is ready: on node's channel (node), else with sd_notify"),
        ConfigKey(
            "ready", type: "word or map", schema: readySchema,
            "by what it becomes ready: node, systemd, fd; or a map of notify, port, log; see below"
        ) { node, reader, app in
            app.ready = readReady(node, &reader)
        },
        ConfigKey(
            "listenTimeout", .duration, \.listenTimeout,
            "so long may it take to become ready; default: \(Defaults.listenTimeout / 1000) s"),
        ConfigKey(
            "shutdownWithMessage", .flag, \.shutdownWithMessage,
            "the message shutdown on node's channel asks for a graceful end, not killSignal"),
    ]

    /// `ready`.
    package static let readyKeys: [ConfigKey<ReadyConfig>] = [
        ConfigKey(
            "notify", .word, \.notify, "it says so: node (process.send), systemd (sd_notify) or fd (a line on it)"),
        ConfigKey(
            "fd", .whole(Int(Readiness.descriptors.lowerBound)...Int(Readiness.descriptors.upperBound)), \.fd,
            "number of the descriptor for notify: fd; default: \(Defaults.notifyDescriptor)"),
        ConfigKey("port", .whole(1...65535), \.port, "a process of it listens on this TCP port"),
        ConfigKey("log", .pattern, \.log, "it writes a line that matches this regular expression"),
        ConfigKey(
            "watchdog", .duration, \.watchdog, "with notify: systemd: silent for longer (WATCHDOG=1), it has failed"),
    ]

    /// One of the idioms, each with what goes with it.
    private static let readySchema: ConfigSchema = {
        func notify(_ word: Readiness.Notify, _ more: [(String, ConfigSchema)] = []) -> ConfigSchema {
            .record([("notify", .words([word.rawValue]))] + more, required: ["notify"])
        }
        let descriptors = Int(Readiness.descriptors.lowerBound)...Int(Readiness.descriptors.upperBound)
        return .anyOf([
            .words(Readiness.Notify.allCases.map(\.rawValue)), notify(.node),
            notify(.systemd, [("watchdog", ConfigValue<Int>.duration.schema)]),
            notify(.fd, [("fd", .whole(descriptors))]),
            .record([("port", .whole(1...65535))], required: ["port"]),
            .record([("log", .text)], required: ["log"]),
        ])
    }()

    private static func readReady(_ node: ConfigNode, _ reader: inout ConfigReader) -> ReadyConfig? {
        var ready = ReadyConfig()
        guard case .map = node.value else {
            let word: ConfigValue<Readiness.Notify> = .word
            ready.notify = reader.value(word, of: node)
            return ready.notify == nil ? nil : ready
        }
        let before = reader.problems.count
        reader.read(node, by: readyKeys, into: &ready)
        guard reader.problems.count == before else { return nil }
        if let problem = ready.readiness(timeout: Defaults.listenTimeout).problem {
            reader.fail(.configValue, at: node.mark, "‘\(problem.key)’ must be \(problem.wanted)")
            return nil
        }
        return ready
    }
}

extension ConfigValue where T == String {
    /// A regular expression for the lines of a log.
    static var pattern: ConfigValue<String> {
        ConfigValue(
            type: "text", expected: "a regular expression, like ‘listening on’", schema: .text
        ) { node in
            node.scalarText.flatMap { Readiness.isPattern($0) ? $0 : nil }
        }
    }
}

extension ReadyConfig {
    func readiness(timeout: Int) -> Readiness {
        Readiness(
            notify: notify, descriptor: fd.map { Int32($0) }, port: port, log: log, timeout: timeout,
            watchdog: watchdog)
    }
}

extension AppConfig {
    /// What one key about readiness alone cannot say.
    func checkReadiness(at node: ConfigNode, _ reader: inout ConfigReader) {
        if let waitReady, let ready, waitReady != (ready.notify != nil) {
            let what = ready.notify.map { "ready: \($0.rawValue)" } ?? (ready.port != nil ? "ready.port" : "ready.log")
            reader.fail(
                .configValue, at: node.mark, "‘waitReady: \(waitReady)’ and ‘\(what)’ contradict each other")
        }
        if listenTimeout != nil, ready == nil, waitReady != true {
            reader.warn(at: node.mark, "‘listenTimeout’ has no effect without ‘ready’ or ‘waitReady’")
        }
    }

    /// What the app tells of its readiness; `interpreter` is what runs it. nil: that it is executed is enough.
    func readiness(interpreter: String?) -> Readiness? {
        let timeout = max(1, listenTimeout ?? Defaults.listenTimeout)
        if let ready { return ready.readiness(timeout: timeout) }
        guard waitReady == true else { return nil }
        let isNode = interpreter == "node" || interpreter == "nodejs" || interpreter == "bun"
        return Readiness(notify: isNode ? .node : .systemd, timeout: timeout)
    }
}
