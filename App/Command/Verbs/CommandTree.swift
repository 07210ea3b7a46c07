internal import ArgumentParser
internal import Core
internal import FoundationEssentials

/// What the parser tells about our verbs, a part of its own description as JSON: the manual and the completions are
/// made from it, so that they never say something else than the help.
struct CommandTree: Decodable {
    struct Command: Decodable {
        var commandName: String
        var aliases: [String]?
        var abstract: String?
        var discussion: String?
        var subcommands: [Command]?
        var arguments: [Argument]?

        func part(_ name: String) -> Command? {
            subcommands?.first { $0.commandName == name || $0.aliases?.contains(name) == true }
        }

        /// Flags and options.
        var options: [Argument] { (arguments ?? []).filter { $0.kind != "positional" && $0.shouldDisplay } }
        var operands: [Argument] { (arguments ?? []).filter { $0.kind == "positional" && $0.shouldDisplay } }
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String

            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        /// What its value can be, for completions; without a list it is by its name.
        struct Completion: Decodable {
            struct List: Decodable {
                var values: [String]
            }

            struct Kind: Decodable {}

            var list: List?
            var directory: Kind?
            var file: Kind?
        }

        /// `positional`, `option` (with a value) or `flag`.
        var kind: String
        var shouldDisplay: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var abstract: String?
        var completionKind: Completion?
    }

    var command: Command

    /// Without the parser's own help verb: ours is the one.
    static func ofOd() throws(Failure) -> Command {
        do {
            var tree = try JSONDecoder().decode(CommandTree.self, from: Data(Od._dumpHelp().utf8)).command
            var seen: Set<String> = []
            tree.subcommands = tree.subcommands?.filter { seen.insert($0.commandName).inserted }
            return tree
        } catch {
            throw Failure(
                .bug, "the description of the verbs cannot be read", why: "\(error)", next: "report it with od version")
        }
    }
}
