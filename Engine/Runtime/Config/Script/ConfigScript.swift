package import Core

/// Configs that are programs: JavaScript and TypeScript, run by the user's own node, bun or deno, by the client and never
/// by the engine.
package enum ConfigScript {
    package static let extensions: Set<String> = ["js", "cjs", "mjs", "ts", "cts", "mts"]

    /// Whether a file is one, by its extension.
    package static func isOne(_ file: String) -> Bool { extensions.contains(FilePath.fileExtension(of: file)) }

    /// The names that are looked for, in this order; the first is the one that the README recommends.
    package static let names = ["ts", "js", "mjs", "cjs"].map { "opendaemon.config." + $0 }

    /// What a config exports, as a tree whose nodes have no place.
    ///
    /// - Parameters:
    ///   - file: absolute.
    ///   - shown: the path as the user named it, for errors.
    ///   - path: in which runtimes are looked for; nil for the PATH of this process.
    ///   - patience: milliseconds that it may take.
    /// - Throws: OD2013 when the config fails, OD2014 when nothing here can run it.
    package static func evaluate(
        _ file: String, shown: String, path: String? = nil, patience: Int = Defaults.configPatience
    ) throws(Failure) -> ConfigNode {
        let search = LaunchSearch(directories: ["/"], path: path ?? AppEnvironment.ofThisProcess()["PATH"] ?? "")
        var refused: [String] = []
        for runtime in runtimes {
            guard let program = search.program(runtime.name) else { continue }
            var flags: [String] = []
            // Twice at most: a node that can strip types when it is told to.
            while true {
                let words = [program] + flags + runtime.arguments + [ConfigProgram.text(limit: ConfigLimits.bytes)]
                let run = ScriptRun(
                    words: words + runtime.separator + [file], patience: patience, limit: ConfigLimits.bytes + 1024)
                let answer = try answer(of: run, runtime.name, file, shown)
                if let node = answer["config"] { return node.withoutPlaces }
                if let error = answer["error"] { throw failed(error, file, shown) }
                if let value = answer["value"] { throw unfit(value, shown) }
                guard let flag = answer["types"]?.text, !flag.isEmpty, flags.isEmpty else { break }
                flags = [flag, "--no-warnings"]
            }
            refused.append(runtime.name)
        }
        throw noRuntime(for: shown, refused: refused)
    }

    private struct Runtime {
        var name: String
        var arguments: [String]
        /// Between the program text and the file.
        var separator: [String] = []
    }

    private static let runtimes = [
        Runtime(name: "node", arguments: ["-e"], separator: ["--"]), Runtime(name: "bun", arguments: ["-e"]),
        Runtime(name: "deno", arguments: ["eval"]),
    ]

    private static func answer(
        of run: ScriptRun, _ runtime: String, _ file: String, _ shown: String
    ) throws(Failure) -> ConfigNode {
        let why: String
        switch run.run() {
        case .late:
            why = "it did not finish within \(run.patience / 1000) s: a config may not wait for anything, nor loop"
        case .tooLong: why = "it exports more than \(ConfigLimits.bytes >> 20) MB"
        case .notStarted(let number): why = "\(run.words[0]) could not be executed (errno \(number))"
        case .ended(let bytes, let exit):
            if let root = try? JSONDocument.parse(String(decoding: bytes, as: UTF8.self)), case .map = root.value {
                return root
            }
            why =
                exit.isSuccess
                ? "it ended before it exported anything (process.exit?)" : "\(runtime) ended with \(exit)"
        }
        throw Failure(
            .configScript, "‘\(shown)’ could not be evaluated", why: why, next: "try it by hand: \(runtime) \(file)")
    }

    private static func failed(_ error: ConfigNode, _ file: String, _ shown: String) -> Failure {
        var place = error["place"]?.text ?? ""
        if place.hasPrefix(file + ":") { place = shown + place.dropFirst(file.count) }
        let message = error["message"]?.text ?? ""
        let absent = ["Cannot find module", "Cannot find package"].contains { message.contains($0) }
        return Failure(
            .configScript, "‘\(shown)’ could not be evaluated",
            why: place.isEmpty ? message : "\(place): \(message)",
            next: absent
                ? "install the package beside the config (npm install), or do without it"
                : "correct the file; nothing was changed")
    }

    private static func unfit(_ value: ConfigNode, _ shown: String) -> Failure {
        let path = value["path"]?.text ?? ""
        let what = value["what"]?.text ?? ""
        return Failure(
            .configScript, "‘\(shown)’ exports no config",
            why: path.isEmpty ? "it exports \(what)" : "\(path) is \(what)",
            next: "export a plain object: module.exports = { apps: [...] }, or export default { apps: [...] }")
    }

    private static func noRuntime(for shown: String, refused: [String]) -> Failure {
        let isTyped = FilePath.fileExtension(of: shown).contains("ts")
        if !refused.isEmpty {
            return Failure(
                .configRuntime, "‘\(shown)’ is TypeScript, which the \(refused[0]) in PATH does not run",
                why: "node removes types since version 22.6, and there is no bun and no deno either",
                next: "install node 22.18 or newer, bun or deno, or write the config in JavaScript, YAML or JSON")
        }
        return Failure(
            .configRuntime, "‘\(shown)’ is a program, and nothing here can run it",
            why: "there is no node, no bun and no deno in PATH",
            next:
                "install \(isTyped ? "node 22.18 or newer" : "node"), bun or deno, or write the config in YAML or JSON")
    }
}
