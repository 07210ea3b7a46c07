internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
internal import OpenDaemon
internal import Widgets

struct Completions: Verb {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints the completions of a shell: verbs, options and the names of your apps.",
        usage: "od completions bash | zsh | fish",
        discussion: """
              bash   od completions bash > ~/.local/share/bash-completion/completions/od
              zsh    od completions zsh > DIR/_od, where DIR is in fpath before compinit
              fish   od completions fish > ~/.config/fish/completions/od.fish

            They are for opendaemon too. For this shell alone: eval "$(od completions bash)", or zsh; in fish \
            od completions fish | source.
            """)

    static let shells = ["bash", "zsh", "fish"]

    /// Milliseconds that the engine has for its answer when somebody presses Tab; then there are no names.
    private static let patience = 400

    @OptionGroup var globals: Globals

    @Argument(help: "bash, zsh or fish.", completion: .list(shells))
    var shell: String?

    /// What the scripts ask at every Tab: which word the cursor is in; the words follow behind `--`.
    @Option(help: .private)
    var at: Int?

    @Argument(parsing: .postTerminator, help: .private)
    var words: [String] = []

    func run(_ session: Session) async throws {
        guard let at else { return session.printer.help(try CompletionScript.text(shell)) }
        // Its output is read by a shell in the middle of a line: whatever goes wrong, it is silent.
        let watch = Task {
            try await Task.sleep(for: .milliseconds(Self.patience))
            Glibc.exit(0)
        }
        defer { watch.cancel() }
        let lines = try await Self.lines(words, at: at)
        session.printer.output.write(bytes: Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// `WORD TAB NOTE` for each candidate that begins like the word at the cursor, and what the shell is to add.
    ///
    /// - Parameters:
    ///   - words: without the program's name.
    ///   - position: of the word at the cursor, counted with the program's name.
    static func lines(_ words: [String], at position: Int) async throws -> [String] {
        let count = min(max(position - 1, 0), words.count)
        var before = Completer.joined(Array(words.prefix(count)))
        var prefix = count < words.count ? words[count] : ""
        // The cursor is in the value of `--home=`, which bash gives as a word of its own.
        if let last = before.last, last.hasPrefix("--"), prefix == "=" || last.hasSuffix("=") {
            before.removeLast()
            before.append(String(last.prefix { $0 != "=" }))
            prefix = prefix == "=" ? "" : prefix
        }
        let answer = Completer(tree: try CommandTree.ofOd()).answer(before, prefix: prefix)
        var candidates = answer.candidates
        if let asked = answer.asked {
            let processes = await processes(home: home(before))
            candidates +=
                asked == .targets ? Completer.targets(processes, prefix: prefix) : Completer.projects(processes)
        }
        return candidates.filter { $0.word.hasPrefix(prefix) }.map { candidate in
            Text.sanitize(candidate.word) + (candidate.note.isEmpty ? "" : "\t" + Text.sanitize(candidate.note))
        } + (answer.native.map { [$0.rawValue] } ?? [])
    }

    /// None when no engine runs; never starts one.
    private static func processes(home: String) async -> [InstanceInfo] {
        let options = ConnectOptions(home: home, start: .never, client: Product.client, deadline: patience)
        guard let client = try? await OpenDaemon.connect(options) else { return [] }
        let processes = try? await client.call(Methods.list, Nothing(), deadline: patience)
        await client.close()
        return processes ?? []
    }

    /// `--home DIR` or `--home=DIR` of the words that were typed, else the usual one.
    private static func home(_ words: [String]) -> String {
        let flag = "--home"
        for (index, word) in words.enumerated() where word == flag || word.hasPrefix(flag + "=") {
            let text = word == flag ? words.dropFirst(index + 1).first : String(word.dropFirst(flag.count + 1))
            if let text, !text.isEmpty { return FilePath.absolute(text, in: FilePath.currentDirectory()) }
        }
        return ConnectOptions.defaultHome
    }
}

/// The few lines by which a shell asks `od` itself.
enum CompletionScript {
    static func text(_ name: String?) throws(Failure) -> String {
        switch name {
        case "bash": return bash
        case "zsh": return zsh
        case "fish": return fish
        default: break
        }
        let near = name.flatMap { NearestName.of($0, among: Completions.shells) }
        throw Failure(
            .usage, name.map { "there are no completions for ‘\($0)’" } ?? "no shell was named",
            why: near.map { "the nearest is \($0)" }
                ?? "there are some for \(Completions.shells.joined(separator: ", "))",
            next: "od completions \(near ?? "bash")")
    }

    private static let bash = """
        # bash completion for od (OpenDaemon)
        _opendaemon() {
            local line word
            COMPREPLY=()
            while IFS= read -r line; do
                word=${line%%$'\\t'*}
                case $line in
                :files) compopt -o filenames; while IFS= read -r word; do COMPREPLY+=("$word"); done \\
                    < <(compgen -f -- "$2") ;;
                :folders) compopt -o filenames; while IFS= read -r word; do COMPREPLY+=("$word"); done \\
                    < <(compgen -d -- "$2") ;;
                *) COMPREPLY+=("$word") ;;
                esac
            done < <("$1" completions --at "$COMP_CWORD" -- "${COMP_WORDS[@]:1}" 2>/dev/null)
        }
        complete -F _opendaemon od opendaemon

        """

    private static let zsh = """
        #compdef od opendaemon
        # zsh completion for od (OpenDaemon)
        __opendaemon() {
            local line native
            local -a found
            for line in "${(@f)$($words[1] completions --at $((CURRENT - 1)) -- \
                "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
                case $line in
                '') ;;
                :files|:folders) native=$line ;;
                *) found+=("${${line%%$'\\t'*}//:/\\\\:}${${(M)line%%$'\\t'*}:+:${line#*$'\\t'}}") ;;
                esac
            done
            (( $#found )) && _describe -V od found
            case $native in
            :files) _files ;;
            :folders) _files -/ ;;
            esac
        }
        if [[ $funcstack[1] == (_od|_opendaemon) ]]; then __opendaemon "$@"; else
        compdef __opendaemon od opendaemon
        fi

        """

    private static let fish = """
        # fish completion for od (OpenDaemon)
        function __opendaemon_complete
            set -l before (commandline -opc)
            set -l word (commandline -ct)
            for line in (command $before[1] completions --at (count $before) -- $before[2..] "$word" 2>/dev/null)
                switch $line
                    case :files
                        __fish_complete_path "$word"
                    case :folders
                        __fish_complete_directories "$word" ''
                    case '*'
                        echo $line
                end
            end
        end
        complete -c od -e
        complete -c od -f -a '(__opendaemon_complete)'
        complete -c opendaemon -f -a '(__opendaemon_complete)'

        """
}
