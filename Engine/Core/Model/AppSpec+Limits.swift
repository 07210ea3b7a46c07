// What an engine accepts, whoever asks: a client that is not ours must not be able to stop it.
extension AppSpec {
    /// Bytes and milliseconds of a rotation: sums of them are numbers still.
    static let largestFigure = 1 << 56
    /// Bytes of arguments and environment together; the keeper takes four megabytes.
    static let maxBytes = 2 << 20
    /// More than all codes and signals that there are.
    static let maxStopExits = 320

    /// - Throws: `OD1007` for names, `OD2003` for values out of range.
    func validate() throws(Failure) {
        guard AppName.isValid(name), AppName.isValid(namespace) else {
            throw Failure(
                .badName, "‘\(namespace.prefix(80))/\(name.prefix(80))’ is no name for an app",
                why:
                    "names start with a letter and have letters, digits, dots, dashes and underscores only; ‘all’ is taken",
                next: "choose another with --name")
        }
        try require((1...Defaults.maxInstances).contains(instances), "instances", "1 to \(Defaults.maxInstances)")
        let durations = [
            ("restartDelay", restart.delay), ("restartMaxDelay", restart.maxDelay), ("minUptime", restart.minUptime),
            ("restartWindow", restart.window), ("restartReset", restart.reset), ("coolDown", restart.coolDown),
            ("killTimeout", killTimeout),
        ]
        try require((dependencies ?? []).count <= Dependency.most, "dependencies", "\(Dependency.most) at most")
        try require((dependencies ?? []).allSatisfy(\.isValid), "dependencies", "names of apps")
        try require((1...Self.largestFigure).contains(maxMemory ?? 1), "maxMemory", "1 or more")
        for (key, value) in durations {
            try require((0...Defaults.longestDuration).contains(value), key, "0 to 365 days")
        }
        try require((1...1_000_000_000).contains(restart.maxRestarts), "maxRestarts", "1 or more")
        try require((1...100).contains(restart.factor), "restartFactor", "1 to 100")
        try require((0...100).contains(restart.jitter), "restartJitter", "0 to 100 percent")
        try require(
            restart.coolDown == 0 || restart.coolDown >= Defaults.shortestCoolDown, "coolDown", "0, or a second or more"
        )
        try require(restart.stopExitCodes.count <= Self.maxStopExits, "stopExitCodes", "\(Self.maxStopExits) at most")
        if let rotation = logRotation {
            let figures = [
                ("maxSize", rotation.maxSize), ("interval", rotation.interval), ("maxFiles", rotation.maxFiles),
                ("maxAge", rotation.maxAge), ("maxTotal", rotation.maxTotal),
            ]
            for (key, value) in figures {
                try require((0...Self.largestFigure).contains(value), "logRotation.\(key)", "0 or more")
            }
        }
        try require(cluster?.port.map((1...65_535).contains) ?? true, "port", "1 to 65535")
        for (key, name) in [("incrementVar", cluster?.incrementVar), ("instanceVar", cluster?.instanceVar)] {
            try require(
                name.map { !$0.isEmpty && !$0.utf8.contains(0x3D) && !$0.utf8.contains(0) } ?? true, key, "a name")
        }
        if let descriptor = voice.descriptor, let count = sockets?.count {
            try require(descriptor >= 3 + count, "ready.fd", "\(3 + count) or more: the shared sockets are below")
        }
        try require((1...64).contains(killSignal), "killSignal", "a signal of this machine")
        for (key, path) in [
            ("the program", program), ("cwd", cwd), ("outFile", outFile ?? "/"), ("errorFile", errorFile ?? "/"),
            ("pidFile", pidFile ?? "/"),
        ] {
            try require(path.hasPrefix("/"), key, "an absolute path")
        }
        if let problem = ready?.problem { try require(false, problem.key, problem.wanted) }
        if let problem = logs?.problem { try require(false, problem.key, problem.wanted) }
        if let problem = attributes?.problem { try require(false, problem.key, problem.wanted) }
        try require(!env.keys.contains { $0.isEmpty || $0.utf8.contains(0x3D) }, "env", "names without ‘=’")
        let texts = [program, cwd, outFile ?? "", errorFile ?? "", pidFile ?? ""] + arguments + env.keys + env.values
        try require(!texts.contains { $0.utf8.contains(0) }, "a text", "without NUL bytes")
        try require(
            texts.reduce(0) { $0 + $1.utf8.count } <= Self.maxBytes, "arguments and environment", "2 MB at most")
    }

    private func require(_ holds: Bool, _ key: String, _ wanted: String) throws(Failure) {
        guard !holds else { return }
        throw Failure(
            .configValue, "\(name): \(key) is out of range", why: "it must be \(wanted)",
            next: "correct it and try again")
    }
}
