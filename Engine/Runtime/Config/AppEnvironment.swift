package import Core
import Glibc

/// The environment of an app, computed from declared sources, of which a later one wins: variables of the shell, files
/// of `envFile`, `env`, the block `env_NAME` of `--env NAME`, `--env NAME=VALUE`. Nothing of ours is among them; the
/// engine adds its documented `OD_*` set.
package enum AppEnvironment {
    /// The variables that an app inherits from `shell`: `Defaults.inheritedVariables` and `LC_*`.
    ///
    /// - Parameter user: whom the app runs as; then those that describe a person are his, and the engine adds them.
    package static func inherited(from shell: [String: String], forUser user: String? = nil) -> [String: String] {
        shell.filter {
            Defaults.inheritedVariables.contains($0.key) && !(user != nil && personal.contains($0.key))
                || $0.key.hasPrefix("LC_")
        }
    }

    /// Variables that say who one is.
    static let personal: Set<String> = ["HOME", "USER", "LOGNAME", "SHELL"]

    /// The variables of an app and where each comes from; OD2006 and OD2007 for the files that it names.
    static func variables(
        of app: AppConfig, in place: LaunchPlace, _ troubles: inout AppTroubles
    ) -> (values: [String: String], sources: VariableSources) {
        let config = app.environment
        var values = inherited(from: place.shell, forUser: app.attributes.uid)
        if let more = config.inherited { values.merge(place.shell.filter { more.contains($0.key) }) { $1 } }
        // What belongs to the daemon of who starts the app is not its own.
        for name in ["OD_INSTANCE", "OD_ID", "OD_NAME", "OD_NAMESPACE", "NODE_APP_INSTANCE"] { values[name] = nil }
        var sources = values.mapValues { _ in VariableSource.shell }
        func add(_ name: String, _ value: String, _ source: VariableSource) {
            values[name] = value
            sources[name] = source
        }
        for file in config.files {
            let variables = troubles.look("envFile") { () throws(Failure) in
                try EnvFile.load(file, in: place.directory)
            }
            for variable in variables ?? [] {
                add(variable.name, variable.value, VariableSource("envFile", at: "\(file.path):\(variable.line)"))
            }
        }
        let block = place.block.flatMap { config.blocks[$0] } ?? [:]
        for (word, variables) in [
            ("config", config.variables ?? [:]), (ConfigKeys.blockPrefix + (place.block ?? ""), block),
        ] {
            for (name, variable) in variables {
                let spot = place.file.flatMap { variable.line > 0 ? "\($0):\(variable.line)" : nil }
                add(name, variable.value, VariableSource(variable.isDefault ? "defaults" : word, at: spot))
            }
        }
        for (name, value) in place.env { add(name, value, .flag) }
        return (values, VariableSources(sources))
    }

    /// The variables of this process. Entries without `=` are left out.
    package static func ofThisProcess() -> [String: String] {
        var result: [String: String] = [:]
        var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
        while let here = entry, let pointer = here.pointee {
            let text = String(cString: pointer)
            if let sign = text.firstIndex(of: "=") {
                result[String(text[..<sign])] = String(text[text.index(after: sign)...])
            }
            entry = here + 1
        }
        return result
    }

    /// `[A-Za-z_][A-Za-z0-9_]*`, what every shell and language can read.
    package static func isName(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, !isDigit(first) else { return false }
        return bytes.allSatisfy {
            isDigit($0) || $0 == 0x5F || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Reads all `--env` of a command: `NAME=VALUE` sets a variable, `NAME` chooses the blocks `env_NAME`.
    package static func flags(_ texts: [String]) throws(Failure) -> (values: [String: String], block: String?) {
        var values: [String: String] = [:]
        var block: String?
        for text in texts {
            guard text.contains("=") else {
                guard block == nil || block == text, AppName.isValid(text) else {
                    throw Failure(
                        .usage, "--env does not understand ‘\(text)’",
                        why: block.map { "one block is chosen already: \($0)" }
                            ?? "it takes NAME=VALUE, or the NAME of a block env_NAME",
                        next: "for example --env PORT=3000, or --env production")
                }
                block = text
                continue
            }
            let (name, value) = try assignment(text)
            values[name] = value
        }
        return (values, block)
    }

    /// Reads `K=V` of `--env`.
    package static func assignment(_ text: String) throws(Failure) -> (name: String, value: String) {
        guard let sign = text.firstIndex(of: "="), isName(String(text[..<sign])) else {
            throw Failure(
                .usage, "--env does not understand ‘\(text)’", why: "it takes NAME=VALUE",
                next: "for example --env PORT=3000")
        }
        return (String(text[..<sign]), String(text[text.index(after: sign)...]))
    }
}
