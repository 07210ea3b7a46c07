internal import Core
internal import Engine
internal import OpenDaemon

/// What can stand where the cursor is, from the words before it. Pure.
struct Completer {
    struct Candidate: Hashable {
        var word: String
        /// For shells that show one.
        var note = ""
    }

    /// The shell itself completes these better.
    enum Native: String, Hashable {
        case files = ":files"
        case folders = ":folders"
    }

    /// What the engine must be asked for.
    enum Asked: Hashable {
        case targets, projects
    }

    /// One answer, in parts that may be empty.
    struct Answer: Hashable {
        var candidates: [Candidate] = []
        var native: Native?
        var asked: Asked?
    }

    let tree: CommandTree.Command

    /// - Parameters:
    ///   - words: those before the cursor, without the program's name.
    ///   - prefix: what stands of the word at the cursor.
    func answer(_ words: [String], prefix: String) -> Answer {
        var command = tree
        var operands = 0
        var rest = words[...]
        while let word = rest.popFirst() {
            // What stands behind it belongs to a program.
            if word == "--" { return Answer(native: .files) }
            if word.hasPrefix("-") {
                guard let option = option(word, of: command), option.kind == "option", !word.contains("=") else {
                    continue
                }
                if rest.popFirst() == nil { return values(of: option) }
            } else if operands == 0, let part = command.part(word) {
                command = part
            } else {
                operands += 1
            }
        }
        if prefix.hasPrefix("-") { return flags(of: command, prefix) }
        if let parts = command.subcommands, !parts.isEmpty {
            guard operands == 0 else { return Answer() }
            return Answer(candidates: parts.map { Candidate(word: $0.commandName, note: $0.abstract ?? "") })
        }
        guard let last = command.operands.last, operands < command.operands.count || last.isRepeating else {
            return Answer()
        }
        return values(of: command.operands[min(operands, command.operands.count - 1)])
    }

    private func option(_ word: String, of command: CommandTree.Command) -> CommandTree.Argument? {
        let name = word.prefix { $0 != "=" }
        return command.options.first { ($0.names ?? []).contains { $0.text == name } }
    }

    /// The flags of a verb, or the values of one that has its sign of equality already.
    private func flags(of command: CommandTree.Command, _ prefix: String) -> Answer {
        if let sign = prefix.firstIndex(of: "="), let option = option(prefix, of: command) {
            var answer = values(of: option)
            answer.candidates = answer.candidates.map {
                Candidate(word: prefix[...sign] + $0.word, note: $0.note)
            }
            return answer
        }
        return Answer(
            candidates: command.options.flatMap { option in
                (option.names ?? []).map { Candidate(word: $0.text, note: option.abstract ?? "") }
            })
    }

    private func values(of argument: CommandTree.Argument) -> Answer {
        if let list = argument.completionKind?.list {
            return Answer(candidates: list.values.map { Candidate(word: $0) })
        }
        if argument.completionKind?.directory != nil { return Answer(native: .folders) }
        if argument.completionKind?.file != nil { return Answer(native: .files) }
        switch argument.valueName {
        case "targets", "target": return Answer(asked: .targets)
        case "what": return Answer(native: .files, asked: .targets)
        case "project": return Answer(native: .files, asked: .projects)
        case "topic":
            let verbs = (tree.subcommands ?? []).map { Candidate(word: $0.commandName, note: $0.abstract ?? "") }
            return Answer(candidates: verbs + Help.topics.map { Candidate(word: $0) })
        case "dir": return Answer(native: .folders)
        case "file": return Answer(native: .files)
        default: return Answer()
        }
    }

    /// Apps as people write them: with their project when several have an app of that name, with the number of an
    /// instance when somebody has begun to write one; then projects, and all.
    static func targets(_ processes: [InstanceInfo], prefix: String) -> [Candidate] {
        var owners: [String: Set<String>] = [:]
        for process in processes { owners[process.name, default: []].insert(process.namespace) }
        var found: [Candidate] = []
        var seen: Set<String> = []
        func add(_ word: String, _ note: String) {
            if seen.insert(word).inserted { found.append(Candidate(word: word, note: note)) }
        }
        for process in processes {
            let long = prefix.contains("/") || owners[process.name, default: []].count > 1
            let name = long ? "\(process.namespace)/\(process.name)" : process.name
            add(name, process.word)
            if prefix.contains("#") { add("\(name)#\(process.instance)", process.word) }
        }
        for candidate in projects(processes) { add(candidate.word, candidate.note) }
        if !processes.isEmpty { add("all", "every app") }
        return found
    }

    static func projects(_ processes: [InstanceInfo]) -> [Candidate] {
        Set(processes.map(\.namespace)).sorted().map { Candidate(word: $0, note: "project") }
    }

    /// bash splits `--home=/x` into three words.
    static func joined(_ words: [String]) -> [String] {
        var result: [String] = []
        for word in words {
            if let last = result.last, last.hasPrefix("--"), word == "=" || last.hasSuffix("=") {
                result[result.count - 1] = last + word
            } else {
                result.append(word)
            }
        }
        return result
    }
}
