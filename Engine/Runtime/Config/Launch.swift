package import Core

/// What is executed for an app: an absolute program and its arguments.
package struct Launch: Hashable, Sendable {
    package var program: String
    package var arguments: [String]
    /// For display, `node`; nil when the script is executed itself.
    package var interpreter: String?

    package init(program: String, arguments: [String], interpreter: String? = nil) {
        self.program = program
        self.arguments = arguments
        self.interpreter = interpreter
    }
}

/// Finds out how to run what the user named, by looking at the disk. In this order: an interpreter that was named;
/// a file (itself when it can execute itself, else by its `#!` line or extension); a program in PATH; a command line.
package struct LaunchSearch: Sendable {
    /// Where relative paths start, in this order; absolute.
    package var directories: [String]
    /// PATH of the user's shell.
    package var path: String

    package init(directories: [String], path: String) {
        self.directories = directories
        self.path = path
    }

    /// How to run `script`. Throws OD1002, OD1003 or OD1005.
    ///
    /// - Parameter interpreter: a program, `none` for "the script itself", nil for "find out".
    package func launch(
        script: String, arguments: [String], interpreter: String? = nil, interpreterArguments: [String] = []
    ) throws(Failure) -> Launch {
        if let interpreter, interpreter != "none" {
            let file = try existing(script)
            let program = try named(interpreter)
            return Launch(
                program: program, arguments: interpreterArguments + [file] + arguments,
                interpreter: FilePath.name(of: interpreter))
        }
        if let file = file(script) {
            return interpreter == "none" ? try itself(file, arguments) : try run(file, arguments, interpreterArguments)
        }
        if let program = program(script) { return Launch(program: program, arguments: arguments) }
        if interpreter == nil, script.contains(where: \.isWhitespace) { return try commandLine(script, arguments) }
        throw missing(script)
    }

    /// The absolute path of a program in PATH; nil for what has a slash or is not there.
    package func program(_ name: String) -> String? {
        guard !name.isEmpty, !name.contains("/") else { return nil }
        return path.split(separator: ":").lazy
            .map { FilePath.absolute(String($0) + "/" + name, in: directories.first ?? "/") }
            .first(where: FilePath.isExecutable)
    }

    /// The absolute path of a script that exists; nil when there is no such file.
    package func file(_ script: String) -> String? {
        directories.lazy.map { FilePath.absolute(script, in: $0) }.first { FilePath.kind(of: $0) == .file }
    }

    private func existing(_ script: String) throws(Failure) -> String {
        guard let file = file(script) else { throw missing(script) }
        return file
    }

    private func itself(_ file: String, _ arguments: [String]) throws(Failure) -> Launch {
        guard FilePath.isExecutable(file) else { throw notExecutable(file) }
        return Launch(program: file, arguments: arguments)
    }

    private func run(_ file: String, _ arguments: [String], _ interpreterArguments: [String]) throws(Failure) -> Launch
    {
        guard let head = FilePath.read(file, limit: 256) else {
            throw Failure(
                .notExecutable, "‘\(file)’ cannot be read", why: "this user has no permission",
                next: "check it with ls -l")
        }
        let shebang = Shebang(head)
        let isBinary = head.starts(with: [0x7F, 0x45, 0x4C, 0x46]) || head.contains(0)
        if FilePath.isExecutable(file), interpreterArguments.isEmpty {
            if let shebang { try check(shebang, of: file) }
            if shebang != nil || isBinary { return Launch(program: file, arguments: arguments) }
        }
        var commands = Interpreters.commands(for: file)
        // A text without extension and `#!` that may be executed is what a shell would run as its own script.
        if commands.isEmpty, FilePath.isExecutable(file) { commands = [["sh"]] }
        if let shebang { commands = [shebang.viaEnv.map { [$0] } ?? shebang.words] }
        guard !commands.isEmpty else { throw notExecutable(file) }
        return try run(commands, file, interpreterArguments, arguments)
    }

    /// By the first of the commands whose program is installed.
    private func run(
        _ commands: [[String]], _ file: String, _ before: [String], _ after: [String]
    ) throws(Failure) -> Launch {
        for command in commands {
            guard let program = command[0].hasPrefix("/") ? command[0] : program(command[0]),
                FilePath.isExecutable(program)
            else {
                continue
            }
            let name = FilePath.name(of: command[0])
            return Launch(program: program, arguments: command.dropFirst() + before + [file] + after, interpreter: name)
        }
        throw interpreterMissing(commands.map { $0[0] }, for: FilePath.name(of: file))
    }

    private func check(_ shebang: Shebang, of file: String) throws(Failure) {
        let name = FilePath.name(of: file)
        guard FilePath.isExecutable(shebang.words[0]) else { throw interpreterMissing([shebang.words[0]], for: name) }
        if let wanted = shebang.viaEnv, !wanted.contains("/"), program(wanted) == nil {
            throw interpreterMissing([wanted], for: name)
        }
    }

    private func named(_ interpreter: String) throws(Failure) -> String {
        if let program = program(interpreter) { return program }
        if interpreter.contains("/"), let file = file(interpreter) {
            guard FilePath.isExecutable(file) else { throw notExecutable(file) }
            return file
        }
        throw interpreterMissing([interpreter], for: nil)
    }

    private func commandLine(_ text: String, _ arguments: [String]) throws(Failure) -> Launch {
        if ShellWords.needsShell(text) {
            // `$@` hands the arguments on without a shell reading them again.
            let tail = arguments.isEmpty ? [] : ["sh"] + arguments
            let command = arguments.isEmpty ? text : text + " \"$@\""
            guard let shell = program("sh") ?? (FilePath.isExecutable("/bin/sh") ? "/bin/sh" : nil) else {
                throw interpreterMissing(["sh"], for: text)
            }
            return Launch(program: shell, arguments: ["-c", command] + tail, interpreter: "sh")
        }
        guard let words = ShellWords.split(text), let first = words.first else {
            throw Failure(
                .usage, "‘\(text)’ is no command line", why: "a quote is not closed",
                next: "close it, or escape it with \\")
        }
        guard !first.contains(where: \.isWhitespace) else { throw missing(first) }
        return try launch(script: first, arguments: words.dropFirst() + arguments)
    }
}

extension LaunchSearch {
    private func missing(_ script: String) -> Failure {
        for directory in directories where FilePath.kind(of: FilePath.absolute(script, in: directory)) == .directory {
            return Failure(
                .scriptMissing, "‘\(script)’ is a folder", why: "a script or a program can be run",
                next: "name a file in it, or od up \(script) for the config in it")
        }
        let places = directories.map { FilePath.absolute(script, in: $0) }
        let searched =
            script.contains("/") || script.contains(where: \.isWhitespace)
            ? "" : ", and no program of that name in PATH"
        return Failure(
            .scriptMissing, "there is no ‘\(script)’", why: "no file \(places.joined(separator: " or "))\(searched)",
            next: near(script).map { "did you mean ‘\($0)’?" } ?? "check the name and the directory")
    }

    /// The file beside which this one would lie and whose name is most like it.
    private func near(_ script: String) -> String? {
        guard !script.contains(where: \.isWhitespace) else { return nil }
        let head = script.lastIndex(of: "/").map { script[...$0] } ?? ""
        return directories.lazy.compactMap { directory in
            let folder = FilePath.directory(of: FilePath.absolute(script, in: directory))
            let names = (try? FilePath.names(in: folder, most: Self.mostNames)) ?? []
            return NearestName.of(FilePath.name(of: script), among: names.sorted()).map { head + $0 }
        }.first
    }

    /// Files of a folder among which a name is looked for.
    private static let mostNames = 2000

    private func notExecutable(_ file: String) -> Failure {
        Failure(
            .notExecutable, "‘\(FilePath.name(of: file))’ cannot be executed",
            why: "\(file) is not executable, and neither a #! line nor its extension names an interpreter",
            next: "chmod +x it, or name an interpreter")
    }

    private func interpreterMissing(_ names: [String], for script: String?) -> Failure {
        let list = names.joined(separator: ", ")
        let what =
            script.map { "‘\($0)’ needs \(names.count > 1 ? "one of \(list)" : list)" }
            ?? "there is no interpreter ‘\(list)’"
        return Failure(
            .interpreterMissing, what,
            why: names.contains { $0.hasPrefix("/") } ? "it is not installed" : "it is not in PATH",
            next: "install it, or name another interpreter")
    }
}
