/// Which programs run which scripts, by extension.
package enum Interpreters {
    /// Whether a file is a script by its extension.
    package static func know(_ path: String) -> Bool { !commands(for: path).isEmpty }

    /// The commands to try for a file, best first: a program and the arguments before the script. Empty when the
    /// extension says nothing.
    static func commands(for path: String) -> [[String]] {
        table.first { $0.extensions.contains(FilePath.fileExtension(of: path)) }?.commands ?? []
    }

    private static let table: [(extensions: [String], commands: [[String]])] = [
        (["js", "cjs", "mjs"], [["node"], ["bun"], ["deno", "run", "-A"]]),
        (["ts", "mts", "cts"], [["node"], ["bun"], ["deno", "run", "-A"]]),
        (["tsx", "jsx"], [["bun"], ["deno", "run", "-A"], ["tsx"]]),
        (["py"], [["python3"], ["python"]]),
        (["sh"], [["sh"]]),
        (["bash"], [["bash"]]),
        (["zsh"], [["zsh"]]),
        (["rb"], [["ruby"]]),
        (["pl"], [["perl"]]),
        (["php"], [["php"]]),
        (["lua"], [["lua"]]),
        (["r"], [["Rscript"]]),
        (["jar"], [["java", "-jar"]]),
        (["tcl"], [["tclsh"]]),
    ]
}

/// The `#!` line of a script.
struct Shebang: Hashable {
    /// The words after `#!`: a program with its path, and its arguments.
    let words: [String]

    /// nil when the file does not begin with `#!` and a program.
    init?(_ head: [UInt8]) {
        guard head.starts(with: [0x23, 0x21]) else { return nil }
        let line = head.dropFirst(2).prefix { $0 != 0x0A && $0 != 0x0D }
        words = line.split { $0 == 0x20 || $0 == 0x09 }.map { String(decoding: $0, as: UTF8.self) }
        if words.isEmpty { return nil }
    }

    /// The program that `env` looks for in PATH: `node` of `#!/usr/bin/env -S node --flag`; nil without `env`.
    var viaEnv: String? {
        guard FilePath.name(of: words[0]) == "env" else { return nil }
        return words.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") }
    }
}
