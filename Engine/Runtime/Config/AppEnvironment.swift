package import Core
import Glibc

/// The environment of an app, computed from declared sources: a few variables of the shell, then the config's `env`,
/// then `--env`. Nothing of ours is among them; the engine adds its documented `OD_*` set.
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
    /// Where the variables come from, in the same order as their values: a later source wins.
    static func sources(shell: [String: String], config: [String: String], flags: [String: String]) -> VariableSources {
        var sources = inherited(from: shell).mapValues { _ in VariableSource.shell }
        for name in config.keys { sources[name] = .config }
        for name in flags.keys { sources[name] = .flag }
        return VariableSources(sources)
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
