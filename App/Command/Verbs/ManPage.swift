internal import ArgumentParser
internal import Core
internal import Engine

/// `od help man`: the manual as man(7) text, from the same tables as the help. The release installs it as opendaemon.1,
/// because od.1 belongs to the octal dump.
enum ManPage {
    /// - Parameter date: `2026-11-21`, of the release; nil leaves it out.
    static func text(date: String? = nil) throws(Failure) -> String {
        let tree = try CommandTree.ofOd()
        let verbs = tree.subcommands ?? []
        let everywhere = Set(tree.options.flatMap { $0.names ?? [] }.map(\.name))
        return wrapped(
            """
            .TH OPENDAEMON 1 "\(date ?? "")" "OpenDaemon \(escaped(Product.version))" "User Commands"
            .SH NAME
            od, opendaemon \\- keeps programs running, and shows how they are
            .SH SYNOPSIS
            .B od
            [\\fIVERB\\fR] [\\fIOPTIONS\\fR]
            .SH DESCRIPTION
            \(paragraphs(Od.configuration.discussion))
            .SH OPTIONS
            Every verb takes them.
            \(tree.options.map(item).joined(separator: "\n"))
            .SH VERBS
            \(verbs.flatMap { verb in [verb] + (verb.subcommands ?? []).map { part($0, of: verb.commandName) } }
                .map { verb($0, except: everywhere) }.joined(separator: "\n"))
            .SH TARGETS
            \(paragraphs(Targets.note))
            .SH CONFIGURATION
            \(keys())
            .SH FILES
            \(files.map { tag($0.0, $0.1) }.joined(separator: "\n"))
            .SH ENVIRONMENT
            \(variables.map { tag($0.0, $0.1) }.joined(separator: "\n"))
            .SH EXIT STATUS
            \(exits.map { tag($0.0, $0.1) }.joined(separator: "\n"))
            .SH ERRORS
            \(ErrorCode.allCases.map { tag($0.rawValue, HelpErrors.guide[$0]?.meaning ?? "") }.joined(separator: "\n"))
            .SH SEE ALSO
            .BR od (1),
            the octal dump, to which calls go that can only mean that one.

            """)
    }

    /// Lines of text are folded at blanks; requests, and what stands between `.nf` and `.fi`, are left as they are.
    private static func wrapped(_ text: String) -> String {
        var isLiteral = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line == ".nf" { isLiteral = true }
            if line == ".fi" { isLiteral = false }
            return isLiteral || line.hasPrefix(".") ? String(line) : folded(line)
        }.joined(separator: "\n")
    }

    private static func folded(_ line: Substring) -> String {
        var rows: [String] = []
        for word in line.split(separator: " ") {
            // A row that begins with a dot or a quote would be a request.
            let guarded = word.hasPrefix(".") || word.hasPrefix("'")
            if let last = rows.last, guarded || last.count + word.count < 78 {
                rows[rows.count - 1] += " " + word
            } else {
                rows.append(String(word))
            }
        }
        return rows.joined(separator: "\n")
    }

    /// The day that SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch) names, as the release
    /// sets it; without it the page has no date.
    static var day: String? {
        AppEnvironment.ofThisProcess()["SOURCE_DATE_EPOCH"].flatMap(Int64.init).map {
            String(WallTime(milliseconds: $0 * 1000).description.prefix { $0 != "T" })
        }
    }

    private static let files = [
        ("~/.opendaemon", "the home, unless OD_HOME or --home names another; mode 0700"),
        ("state.db", "what is wanted, exits and events"), ("logs/", "what the apps wrote, by project"),
        ("engine.log, engine.log.old", "what the engine has to say"),
    ]

    private static let variables = [
        ("OD_HOME", "another home"), ("NO_COLOR", "no colours"), ("CLICOLOR_FORCE", "colours in pipes too"),
        ("LC_ALL, LC_CTYPE, LANG", "without UTF-8 od prints ASCII"), ("TERM", "dumb: no colours, nothing that moves"),
    ]

    private static let exits = [
        ("0", "done"), ("1", "it failed"), ("2", "the command line or the config is wrong; nothing was touched"),
        ("3", "no such target"),
    ]

    private static func part(_ command: CommandTree.Command, of group: String) -> CommandTree.Command {
        var command = command
        command.commandName = "\(group) \(command.commandName)"
        return command
    }

    private static func verb(_ command: CommandTree.Command, except known: Set<String>) -> String {
        let own = command.options.filter { argument in !(argument.names ?? []).contains { known.contains($0.name) } }
        let operands = command.operands.map { " \\fI\(escaped($0.valueName ?? ""))\\fR ..." }.joined()
        let names = ([command.commandName] + (command.aliases ?? [])).joined(separator: ", ")
        return [
            ".SS od \(escaped(names))\(operands)", escaped(command.abstract ?? ""),
            tidied(command.discussion.map { ".PP\n" + paragraphs($0) } ?? ""), own.map(item).joined(separator: "\n"),
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func item(_ argument: CommandTree.Argument) -> String {
        let names = (argument.names ?? []).sorted { $0.name.count < $1.name.count }.map {
            "\\fB" + escaped($0.text) + "\\fR"
        }
        let value = argument.kind == "option" ? " \\fI\(escaped(argument.valueName ?? "value"))\\fR" : ""
        return ".TP\n\(names.joined(separator: ", "))\(value)\n\(escaped(argument.abstract ?? ""))"
    }

    private static func keys() -> String {
        let names = escaped(ConfigFile.namesInWords)
        return "YAML, JSON or a program for node; looked for in the current folder: \(names).\n.PP\nAn app:\n"
            + ConfigKeys.app.map { tag($0.name, "\($0.type): \($0.doc)") }.joined(separator: "\n")
    }

    private static func tag(_ name: String, _ text: String) -> String {
        ".TP\n\\fB\(escaped(name))\\fR\n\(escaped(text))"
    }

    /// Paragraphs between empty lines; lines that are indented stay as they are.
    private static func paragraphs(_ text: String) -> String {
        var result: [String] = []
        var isLiteral = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let literal = line.hasPrefix("  ")
            if literal != isLiteral, !line.isEmpty {
                result.append(literal ? ".PP\n.nf" : ".fi")
                isLiteral = literal
            }
            result.append(line.isEmpty ? ".PP" : escaped(String(line)))
        }
        if isLiteral { result.append(".fi") }
        return tidied(result.joined(separator: "\n"))
    }

    /// A paragraph that follows nothing is a mistake to the checkers.
    private static func tidied(_ text: String) -> String {
        text.replacing(".PP\n.PP", with: ".PP").replacing(".PP\n.fi", with: ".fi\n.PP")
    }

    /// groff_char(7): backslash, hyphen as minus, quotes; a line that begins with a control character.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "‘": result += "\\(oq"
            case "’": result += "\\(cq"
            case "~": result += "\\(ti"
            case "^": result += "\\(ha"
            case "…": result += "..."
            case "↺": result += "restarts"
            default: result.append(character)
            }
        }
        return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
    }
}
