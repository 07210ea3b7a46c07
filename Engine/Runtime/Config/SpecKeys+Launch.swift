import Core

// What is run: script, arguments, interpreter and folder of an app that exists. What was found out when it was started
// is taken apart again, so that the other parts stay as they are.
extension SpecKeys {
    static let launchNames = ["script", "args", "interpreter", "interpreterArgs", "cwd"]

    /// Changes a part of what is run. Files are looked for on this machine.
    ///
    /// - Throws: OD1001 for values that the key does not take, OD1002 … OD1005 for what is not there.
    static func setLaunch(
        _ key: String, to value: String?, in spec: inout AppSpec, directory: String
    ) throws(Failure) {
        var app = AppConfig()
        if let value { try app.set(key, to: value, flag: key) }
        switch key {
        case "cwd": try setFolder(app.cwd, in: &spec, directory)
        case "args": try setArguments(app.args ?? [], in: &spec, directory)
        case "script": try setScript(app.script, in: &spec, directory)
        default: try setInterpreter(app, key, in: &spec, directory)
        }
    }

    private static func setFolder(_ said: String?, in spec: inout AppSpec, _ directory: String) throws(Failure) {
        let folder = FilePath.absolute(said ?? spec.config.map(FilePath.directory) ?? ".", in: directory)
        guard FilePath.kind(of: folder) == .directory else {
            throw Failure(
                .badDirectory, "the working directory of ‘\(spec.name)’ is wrong", why: "\(folder) is no directory",
                next: "make it, or name another one")
        }
        // A script beside the old folder is found where it is.
        if let file = spec.scriptFile, !spec.script.hasPrefix("/") { spec.script = file }
        spec.cwd = folder
    }

    private static func setArguments(
        _ arguments: [String], in spec: inout AppSpec, _ directory: String
    ) throws(Failure) {
        if spec.isShellLine {
            let search = LaunchSearch(directories: [spec.cwd], path: spec.path)
            spec.take(try search.launch(script: spec.script, arguments: arguments))
        } else {
            spec.arguments = spec.head + arguments
        }
    }

    private static func setScript(_ said: String?, in spec: inout AppSpec, _ directory: String) throws(Failure) {
        guard let said else {
            throw Failure(
                .usage, "an app without a script is none", why: "‘script’ says what is run",
                next: "od set \(spec.name) script FILE names another one")
        }
        let directories = spec.cwd == directory ? [directory] : [directory, spec.cwd]
        let search = LaunchSearch(directories: directories, path: spec.path)
        spec.take(try search.launch(script: said, arguments: spec.tail))
        // What lies elsewhere than in its folder is known by its whole path.
        spec.script = search.file(said).flatMap { $0 == FilePath.absolute(said, in: spec.cwd) ? nil : $0 } ?? said
    }

    /// The interpreter and what stands before the script; with another one the arguments of the old one go.
    private static func setInterpreter(
        _ app: AppConfig, _ key: String, in spec: inout AppSpec, _ directory: String
    ) throws(Failure) {
        guard let file = spec.scriptFile else {
            throw Failure(
                .usage, "‘\(spec.name)’ runs a command line, and no interpreter a script",
                why: "it is ‘\(spec.script)’", next: "od set \(spec.name) script FILE names a script")
        }
        let search = LaunchSearch(directories: [directory, spec.cwd], path: spec.path)
        let usual = try? search.launch(script: file, arguments: spec.tail)
        let isUsual = usual?.program == spec.program
        let own = isUsual ? nil : spec.interpreter == nil ? "none" : spec.program
        let interpreter = key == "interpreter" ? app.interpreter : own
        spec.take(
            try search.launch(
                script: file, arguments: spec.tail, interpreter: interpreter,
                interpreterArguments: app.interpreterArgs ?? []))
    }
}

extension AppSpec {
    /// PATH of its runs.
    fileprivate var path: String { env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" }

    /// A shell reads its command line.
    fileprivate var isShellLine: Bool {
        interpreter == "sh" && arguments.first == "-c" && script.contains(where: \.isWhitespace)
    }

    /// The words of its command line: a path with blanks is one.
    private var words: [String] {
        guard script.contains(where: \.isWhitespace), FilePath.kind(of: FilePath.absolute(script, in: cwd)) == nil
        else { return [script] }
        return ShellWords.split(script) ?? [script]
    }

    /// How many of its arguments stand for its script and what an interpreter takes before it.
    private var headCount: Int {
        let more = words.count - 1
        if isShellLine { return min(3, arguments.count) }
        guard interpreter != nil else { return min(more, arguments.count) }
        let name = FilePath.name(of: words[0])
        let place = arguments.firstIndex { $0.hasPrefix("/") && FilePath.name(of: $0) == name }
        return place.map { min($0 + 1 + more, arguments.count) } ?? min(more, arguments.count)
    }

    fileprivate var head: [String] { Array(arguments.prefix(headCount)) }

    /// What it was given as arguments.
    fileprivate var tail: [String] { Array(arguments.dropFirst(headCount)) }

    /// The absolute path of its script; nil for a command line and a program of PATH.
    fileprivate var scriptFile: String? {
        guard !isShellLine, words.count == 1 else { return nil }
        if interpreter == nil { return FilePath.name(of: program) == FilePath.name(of: script) ? program : nil }
        let name = FilePath.name(of: script)
        return arguments.first { $0.hasPrefix("/") && FilePath.name(of: $0) == name }
    }

    fileprivate mutating func take(_ launch: Launch) {
        program = launch.program
        arguments = launch.arguments
        interpreter = launch.interpreter
        var stands = cluster ?? ClusterSpec()
        stands.node = launch.isNode ? true : nil
        cluster = stands.isEmpty ? nil : stands
    }
}
