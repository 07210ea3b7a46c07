import Core
import Widgets

/// A list out of which one line is taken by typing a few of its letters: the palette, and the themes.
package struct Chooser: Hashable, Sendable {
    /// What is chosen from.
    package enum Purpose: Hashable, Sendable { case commands, themes, signals }

    /// What a line does.
    package enum Deed: Hashable, Sendable {
        case action(Action)
        case go(InstanceName)
        case log(InstanceName)
        case restart(InstanceName)
        case toggle(InstanceName)
        case theme(String)
        case why(InstanceName)
        case reload(InstanceName)
        case reset([InstanceName])
        case signal(Int32)

        /// The one process that it is for.
        var process: InstanceName? {
            switch self {
            case .go(let name), .log(let name), .restart(let name), .toggle(let name), .why(let name),
                .reload(let name):
                name
            case .reset(let names): names.count == 1 ? names.first : nil
            case .action, .theme, .signal: nil
            }
        }
    }

    /// A line of the list.
    package struct Choice: Hashable, Sendable {
        package var deed: Deed
        package var title: String
        /// Keys that do the same.
        package var keys = ""
        /// The command line that does the same.
        package var command = ""
        /// Other words that find it, in small letters.
        package var words: [String] = []
        /// Places of the letters that were typed.
        package var places: [Int] = []
        /// It is for what is selected or marked: that is meant where nothing else is said.
        package var isNear = false
    }

    /// How much better such a line fits: more than the lengths of names differ, less than a letter that fits.
    private static let nearness = 10

    /// Lines that are looked at; the best come first.
    static let maxChoices = 200
    /// Longer text is not taken.
    static let maxLength = 100

    package let purpose: Purpose
    package internal(set) var text = ""
    /// Where the keys have come to in what was taken before.
    var walk = Recall.Walk()
    package internal(set) var choices: [Choice] = []
    package internal(set) var marked = 0
    /// The first line in view.
    package internal(set) var top = 0

    init(_ purpose: Purpose) { self.purpose = purpose }

    package var choice: Choice? { marked < choices.count ? choices[marked] : nil }

    /// Keeps what fits, the best first; equally good ones stay in their order.
    mutating func offer(_ all: [Choice]) {
        let pattern = Fuzzy(text)
        let found = all.compactMap { choice -> (Choice, Int)? in
            // A word of the command line says what is meant; letters of the title may fit by chance.
            let word = choice.words.first { $0.hasPrefix(text.lowercased()) && !text.isEmpty }
            let named = word.flatMap { pattern.match($0)?.score }
            let titled = pattern.match(choice.title)
            guard let score = [named, titled?.score].compactMap({ $0 }).max() else { return nil }
            var choice = choice
            choice.places = titled?.score == score ? titled?.places ?? [] : []
            return (choice, score + (choice.isNear ? Self.nearness : 0))
        }
        // Letters that lie scattered fit many lines; where others fit well these are left out.
        let least = (found.map(\.1).max() ?? 0) / 3
        let order = found.indices.filter { least <= 0 || found[$0].1 >= least }
            .sorted { (found[$1].1, $0) < (found[$0].1, $1) }
        choices = (text.isEmpty ? Array(found.indices) : order).prefix(Self.maxChoices).map { found[$0].0 }
        (marked, top) = (0, 0)
    }

    /// Marks a line, as far as there are some, and keeps it in view on a page of so many rows.
    mutating func mark(_ index: Int, page: Int) {
        marked = max(0, min(index, choices.count - 1))
        top = Scroll.offset(top, showing: marked, count: choices.count, visible: max(1, page))
    }
}

extension State {
    /// Everything that the palette can offer now: actions first, then what can be done with each process.
    func offered(in open: Chooser) -> [Chooser.Choice] {
        switch open.purpose {
        case .signals: SignalMenu.choices(self)
        case .themes: (look.names + look.broken.keys.sorted()).map { Chooser.Choice(deed: .theme($0), title: $0) }
        case .commands: actionChoices + resetChoices + (open.text.isEmpty ? [] : markedChoices + processChoices)
        }
    }

    private var actionChoices: [Chooser.Choice] {
        let hidden: Set<Action> = [
            .palette, .up, .down, .pageUp, .pageDown, .halfUp, .halfDown, .first, .last, .left, .right, .interrupt,
        ]
        return keys.everything.filter { !hidden.contains($0.action) && isAvailable($0.action) }.map {
            Chooser.Choice(
                deed: .action($0.action), title: $0.text, keys: $0.keys.map(\.name).joined(separator: " "),
                command: commandLine(of: $0.action) ?? "", words: $0.action.words)
        }
    }

    /// What can be done with several that are selected or marked.
    private var markedChoices: [Chooser.Choice] {
        let names = list.targets
        guard names.count > 1, !isReadOnly else { return [] }
        let isActive = !stopping.isEmpty
        let deeds: [(Chooser.Deed, String, String?)] = [
            (.action(.restart), "restart", commandLine(of: .restart)),
            (.action(.reload), "reload", commandLine(of: .reload)),
            (.reset(names), "reset", commandLine("reset", names)),
            (.action(.toggle), isActive ? "stop" : "start", commandLine(of: .toggle)),
        ]
        return deeds.map { deed, word, line in
            Chooser.Choice(deed: deed, title: "\(title(names)): \(word)", command: line ?? "", isNear: true)
        }
    }

    private var processChoices: [Chooser.Choice] {
        let near = list.targets.count == 1 ? list.targets.first : nil
        return fleet.rows.keys.sorted().flatMap { name -> [Chooser.Choice] in
            let title = shortName(name)
            let isActive = fleet.rows[name]?.process.status.isActive == true
            return [
                .init(deed: .go(name), title: "\(title): select"),
                .init(deed: .log(name), title: "\(title): log", command: "\(program) logs \(title) -f"),
                .init(deed: .why(name), title: "\(title): why", command: "\(program) why \(title)"),
            ] + (isReadOnly ? [] : deeds(with: name, title, isActive))
        }.map { choice in
            var choice = choice
            choice.isNear = near != nil && choice.deed.process == near
            return choice
        }
    }

    private func deeds(with name: InstanceName, _ title: String, _ isActive: Bool) -> [Chooser.Choice] {
        [
            .init(deed: .restart(name), title: "\(title): restart", command: commandLine("restart", [name])),
            .init(deed: .reload(name), title: "\(title): reload", command: commandLine("reload", [name])),
            .init(deed: .reset([name]), title: "\(title): reset", command: commandLine("reset", [name])),
            .init(
                deed: .toggle(name), title: "\(title): \(isActive ? "stop" : "start")",
                command: commandLine(isActive ? "stop" : "start", [name])),
        ]
    }

    /// No key is spent on it.
    private var resetChoices: [Chooser.Choice] {
        let names = list.targets
        guard !isReadOnly, !names.isEmpty else { return [] }
        return [
            Chooser.Choice(
                deed: .reset(names), title: "counts restarts of the process, or the marked, from zero",
                command: commandLine("reset", names), words: ["reset"])
        ]
    }

    /// The command line that does what an action would do now; nil where there is none.
    func commandLine(of action: Action) -> String? {
        let names = list.targets
        switch action {
        case .open: return names.first.map { "\(program) info \(shortName($0))" }
        case .log: return names.first.map { "\(program) logs \(shortName($0)) -f" }
        case .restart: return commandLine("restart", names)
        case .restartAll: return commandLine("restart", list.order)
        case .toggle: return commandLine(stopping.isEmpty ? "start" : "stop", stopping.isEmpty ? names : stopping)
        case .delete: return commandLine("delete", instances(ofAppsOf: names))
        case .undo: return undoLine
        case .reload: return commandLine("reload", names)
        case .signal: return commandLine("signal SIGNAL", names)
        case .flush: return commandLine("flush", names)
        case .scale: return names.isEmpty ? nil : "\(program) scale \(apps(names)) N"
        case .editEnv: return names.isEmpty ? nil : "\(program) set \(apps(names)) env.NAME=VALUE"
        case .why: return names.first.map { "\(program) why \(shortName($0))" }
        case .tabEnv: return names.first.map { "\(program) env \(shortName($0))" }
        case .tabEvents: return names.first.map { "\(program) events \(appName($0))" }
        case .graph: return "\(program) graph"
        default: return nil
        }
    }

    /// Those of the targets that a stop would be for.
    var stopping: [InstanceName] {
        list.targets.filter { fleet.rows[$0]?.process.status.isActive == true }
    }

    /// All instances of the apps that `names` belong to: an app is forgotten as a whole.
    func instances(ofAppsOf names: [InstanceName]) -> [InstanceName] {
        let apps = Set(names.map { AppName($0) })
        return fleet.rows.keys.filter { apps.contains(AppName($0)) }.sorted()
    }
}
