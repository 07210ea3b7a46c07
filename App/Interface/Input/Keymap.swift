/// What a key can make the dashboard do.
package enum Action: Hashable, Sendable, CaseIterable {
    case up, down, first, last, pageUp, pageDown, halfUp, halfDown, left, right
    case nextPane, previousPane, open, log, zoom, back
    case restart, restartAll, toggle, delete, undo, reload, signal, scale, editEnv, flush
    case mark, markAll, unmark, range
    case tabInfo, tabEnv, tabEvents, tabFiles, tabMetrics
    case why, graph, system, messages, saveLog
    case find, nextMatch, previousMatch, onlyMatches, wrap, level, times, pretty, whole
    case nextSort, previousSort, invertSort, tree
    case earlier, later, present
    case previousHost, nextHost
    case grow, shrink, preset, fold
    case palette, themes, mouse, copy, copyAll
    case help, redraw, suspend, interrupt, detach, quit
    // In a line of text that is typed.
    case older, newer, keep, cancel, erase, eraseForward, eraseWord, eraseLine, eraseEnd
    // In a dialog.
    case choose, nextChoice, previousChoice
    // In the palette.
    case complete
}

/// The one table of keys: input, footer, help and README are made from it.
package struct Binding: Hashable, Sendable {
    /// Where a key works.
    package enum Place: Hashable, Sendable { case panes, typing, help, dialog, choosing, filling }

    /// The headings of help.
    package enum Section: String, Hashable, Sendable, CaseIterable {
        case process = "Processes"
        case movement = "Moving"
        case view = "View"
        case log = "Log"
        case leave = "Leaving"
    }

    package var action: Action
    package var keys: [Key]
    /// For the footer, a word or two; nil is not shown there.
    package var short: String?
    /// For help and README, a sentence without its full stop.
    package var text: String
    package var section: Section
    package var place: Place
}

/// The one table of keys: input, footer, help and README are made from it.
package enum Keymap {
    /// In the order of help; those for the footer in the order of their importance.
    package static let bindings: [Binding] =
        processes + movement + view + log + leaving + typing + helpPage + dialog + choosing + filling

    /// What `key` does at a place.
    package static func action(for key: Key, at place: Binding.Place) -> Action? {
        actions[Stroke(key: key, place: place)]
    }

    /// The keys of a place, in the order of the table.
    package static func bindings(at place: Binding.Place) -> [Binding] {
        bindings.filter { $0.place == place }
    }

    /// The table for the README, in Markdown.
    package static var markdown: String {
        Binding.Section.allCases.map { section in
            let rows = bindings(at: .panes).filter { $0.section == section }.map { binding in
                "| \(binding.keys.map { "`\($0.name)`" }.joined(separator: " ")) | \(binding.text) |"
            }
            return "| \(section.rawValue) | |\n|---|---|\n" + rows.joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private struct Stroke: Hashable {
        var key: Key
        var place: Binding.Place
    }

    private static let actions: [Stroke: Action] = Dictionary(
        bindings.flatMap { binding in
            binding.keys.map { (Stroke(key: $0, place: binding.place), binding.action) }
        }
    ) { first, _ in first }

    private static let processes: [Binding] = [
        row(
            .open, [.enter], "open",
            "the process on the full screen: details and log; shows or hides the instances of an app", .process),
        row(
            .restart, ["r"], "restart", "restarts the selected process, or those that are marked after a question",
            .process),
        row(
            .toggle, ["s"], "stop/start", "stops the process or the marked ones after a question, or starts them",
            .process),
        row(.log, ["l"], "log", "its log on the full screen, and back", .process),
        row(.restartAll, ["R"], nil, "restarts all processes of the list after a question", .process),
        row(.delete, ["X"], nil, "stops its app, or those of the marked, and forgets them after a question", .process),
        row(.reload, ["c"], nil, "replaces it, or the marked, run by run without a gap", .process),
        row(.signal, ["x"], nil, "sends it, or the marked, a signal out of a list", .process),
        row(.scale, ["A"], nil, "more or fewer instances of its app", .process),
        row(.editEnv, ["E"], nil, "gives its app a variable of the environment", .process),
        row(.flush, ["F"], nil, "empties its log, or those of the marked, after a question", .process),
        row(.undo, ["U"], nil, "starts again what was stopped last, or takes a scaling back", .process),
        row(.mark, [" "], nil, "marks the process, or an app with all instances; actions are for the marked", .process),
        row(.markAll, ["*"], nil, "marks all processes of the list", .process),
        row(.range, ["V"], nil, "marks from here to where you go next; V again ends it", .process),
        row(.unmark, ["u"], nil, "takes all marks away", .process),
    ]

    private static let movement: [Binding] = [
        row(.down, [.down, "j"], nil, "next row or line", .movement),
        row(.up, [.up, "k"], nil, "row or line before", .movement),
        row(.pageDown, [.pageDown, .control("f")], nil, "a page down", .movement),
        row(.pageUp, [.pageUp, .control("b")], nil, "a page up", .movement),
        row(.halfDown, [.control("d")], nil, "half a page down", .movement),
        row(.halfUp, [.control("u")], nil, "half a page up", .movement),
        row(.first, ["g", .home], nil, "to the first row or line", .movement),
        row(.last, ["G", .end], nil, "to the last row or line; a log follows again", .movement),
        row(.nextPane, [.tab], "pane", "to the next pane", .movement),
        row(.previousPane, [.backTab], nil, "to the pane before", .movement),
        row(.back, [.escape], "back", "back: ends a search, a filter, a message, a full screen", .movement),
    ]

    private static let view: [Binding] = [
        row(.find, ["/"], "find", "filters the list as you type, or searches the log", .view),
        row(.palette, [":"], "command", "all that can be done, found by a few letters, with its command line", .view),
        row(.tree, ["t"], nil, "shows apps with their instances as a tree, or a plain list", .view),
        row(.zoom, ["z"], "zoom", "gives the pane the full screen, and back", .view),
        row(.tabInfo, ["1"], nil, "details: what it is and how it is", .view),
        row(.tabEnv, ["2"], nil, "details: its environment, and which source each variable is from", .view),
        row(.tabEvents, ["3"], nil, "details: what happened to its app", .view),
        row(.tabFiles, ["4"], nil, "details: where it listens, and which files on a disk it has open", .view),
        row(.tabMetrics, ["5"], nil, "details: its processor time and memory as graphs", .view),
        row(.why, ["W"], nil, "why the process is as it is, on the full screen", .view),
        row(.graph, ["v"], nil, "which app depends on which", .view),
        row(.system, ["o"], nil, "the machine: cores, memory, disks, network", .view),
        row(.messages, ["m"], nil, "the messages that were shown", .view),
        row(.grow, ["+"], nil, "makes the pane larger; a frame can be dragged too", .view),
        row(.shrink, ["-"], nil, "makes the pane smaller", .view),
        row(.preset, ["P"], nil, "shows other panes: all, list and log, the list, the log", .view),
        row(.fold, ["#"], nil, "hides the lines at the top, or shows them", .view),
        row(.nextSort, [">"], nil, "sorts by the next column", .view),
        row(.previousSort, ["<"], nil, "sorts by the column before", .view),
        row(.invertSort, ["I"], nil, "turns the order round", .view),
        row(.earlier, ["["], nil, "looks back: all is shown as it was, farther with each press", .view),
        row(.later, ["]"], "later", "looks less far back", .view),
        row(.present, ["."], "now", "back to now", .view),
        row(.nextHost, ["}"], nil, "of several machines, the next one", .view),
        row(.previousHost, ["{"], nil, "the machine before", .view),
        row(.themes, ["C"], nil, "chooses the colours", .view),
        row(.copy, ["y"], nil, "copies the name, or of a log the line that was found, else the last", .view),
        row(.copyAll, ["Y"], nil, "copies all that the pane shows", .view),
        row(.mouse, ["M"], nil, "leaves the mouse to the terminal, for marking text, or takes it back", .view),
        row(.redraw, [.control("l")], nil, "draws the screen anew", .view),
        row(.help, ["?", .function(1)], "help", "shows these keys", .view),
    ]

    private static let log: [Binding] = [
        row(.nextMatch, ["n"], "next", "to the next place that matches the search", .log),
        row(.previousMatch, ["N"], nil, "to the place before", .log),
        row(.onlyMatches, ["f"], "only matches", "shows only the lines that match, or all", .log),
        row(.level, ["L"], nil, "shows only info, warnings or errors, then all again", .log),
        row(.wrap, ["w"], "wrap", "wraps long lines, or cuts them", .log),
        row(.times, ["T"], nil, "shows when each line was written", .log),
        row(.pretty, ["p"], nil, "shows lines of JSON as a message and its fields, or as they are", .log),
        row(.saveLog, ["S"], nil, "saves the lines of the log into a file", .log),
        row(.whole, ["a"], nil, "the log of all instances of the app, or of one", .log),
        row(.left, [.left, "h"], nil, "scrolls long lines to the left; hides the instances of an app", .log),
        row(.right, [.right], nil, "scrolls long lines to the right; shows the instances of an app", .log),
    ]

    private static let leaving: [Binding] = [
        row(
            .quit, ["q", .function(10)], "quit", "leaves; asks whether the apps go on where that is not clear", .leave),
        row(.detach, ["D"], nil, "leaves; the apps go on in the background", .leave),
        row(.suspend, [.control("z")], nil, "stops the dashboard until `fg`; the apps go on", .leave),
        row(.interrupt, [.control("c")], nil, "says how to leave", .leave),
    ]

    private static let typing: [Binding] = [
        row(.keep, [.enter], "keep", "keeps the text", .view, .typing),
        row(.cancel, [.escape, .control("c")], "clear", "clears the text", .view, .typing),
        row(.erase, [.backspace], nil, "erases a character", .view, .typing),
        row(.eraseForward, [.delete, .control("d")], nil, "erases the character under the cursor", .view, .typing),
        row(.eraseWord, [.control("w")], nil, "erases a word", .view, .typing),
        row(.eraseLine, [.control("u")], nil, "erases the text before the cursor", .view, .typing),
        row(.eraseEnd, [.control("k")], nil, "erases the text from the cursor on", .view, .typing),
        row(.left, [.left, .control("b")], nil, "a character to the left", .movement, .typing),
        row(.right, [.right, .control("f")], nil, "a character to the right", .movement, .typing),
        row(.first, [.home, .control("a")], nil, "to the beginning", .movement, .typing),
        row(.last, [.end, .control("e")], nil, "to the end", .movement, .typing),
        row(.older, [.up], nil, "what was entered before", .view, .typing),
        row(.newer, [.down], nil, "what was entered after that", .view, .typing),
        row(.down, [.control("n")], nil, "next row or line", .movement, .typing),
        row(.up, [.control("p")], nil, "row or line before", .movement, .typing),
        row(.suspend, [.control("z")], nil, "stops the dashboard until `fg`", .leave, .typing),
        row(.redraw, [.control("l")], nil, "draws the screen anew", .view, .typing),
    ]

    private static let helpPage: [Binding] = [
        row(.back, [.escape, "q", "?", .function(1), .control("c")], "close", "closes help", .leave, .help),
        row(.find, ["/"], "find", "shows the keys whose text matches", .view, .help),
        row(.down, [.down, "j"], nil, "down", .movement, .help),
        row(.up, [.up, "k"], nil, "up", .movement, .help),
        row(.pageDown, [.pageDown, .control("f")], nil, "a page down", .movement, .help),
        row(.pageUp, [.pageUp, .control("b")], nil, "a page up", .movement, .help),
        row(.first, ["g", .home], nil, "to the top", .movement, .help),
        row(.last, ["G", .end], nil, "to the end", .movement, .help),
        row(.suspend, [.control("z")], nil, "stops the dashboard until `fg`", .leave, .help),
        row(.redraw, [.control("l")], nil, "draws the screen anew", .view, .help),
    ]

    /// Letters of the choices are in the dialogs themselves.
    private static let dialog: [Binding] = [
        row(.choose, [.enter], "choose", "takes the marked choice", .view, .dialog),
        row(.nextChoice, [.right, .down, .tab, "l", "j"], nil, "marks the next choice", .movement, .dialog),
        row(.previousChoice, [.left, .up, .backTab, "h", "k"], nil, "marks the choice before", .movement, .dialog),
        row(.cancel, [.escape, .control("c")], "cancel", "goes back", .leave, .dialog),
        row(.suspend, [.control("z")], nil, "stops the dashboard until `fg`", .leave, .dialog),
        row(.redraw, [.control("l")], nil, "draws the screen anew", .view, .dialog),
    ]

    /// The palette and the themes: letters are typed.
    private static let choosing: [Binding] = [
        row(.choose, [.enter], "take", "takes the marked line", .view, .choosing),
        row(.cancel, [.escape, .control("c")], "close", "goes back", .leave, .choosing),
        row(.complete, [.tab], "complete", "completes what is typed", .view, .choosing),
        row(.down, [.down, .control("n")], nil, "the next line", .movement, .choosing),
        row(
            .up, [.up, .control("p")], nil, "the line before; at the first one what was entered before", .movement,
            .choosing),
        row(.pageDown, [.pageDown, .control("f")], nil, "a page down", .movement, .choosing),
        row(.pageUp, [.pageUp, .control("b")], nil, "a page up", .movement, .choosing),
        row(.erase, [.backspace, .delete], nil, "erases a character", .view, .choosing),
        row(.eraseWord, [.control("w")], nil, "erases a word", .view, .choosing),
        row(.eraseLine, [.control("u")], nil, "erases the text", .view, .choosing),
        row(.suspend, [.control("z")], nil, "stops the dashboard until `fg`", .leave, .choosing),
        row(.redraw, [.control("l")], nil, "draws the screen anew", .view, .choosing),
    ]

    /// A line of text in a dialog: letters are typed.
    private static let filling: [Binding] = [
        row(.choose, [.enter], "take", "does what the dialog says", .view, .filling),
        row(.cancel, [.escape, .control("c")], "close", "goes back", .leave, .filling),
        row(.erase, [.backspace], nil, "erases a character", .view, .filling),
        row(.eraseForward, [.delete, .control("d")], nil, "erases the character under the cursor", .view, .filling),
        row(.eraseWord, [.control("w")], nil, "erases a word", .view, .filling),
        row(.eraseLine, [.control("u")], nil, "erases the text before the cursor", .view, .filling),
        row(.eraseEnd, [.control("k")], nil, "erases the text from the cursor on", .view, .filling),
        row(.left, [.left, .control("b")], nil, "a character to the left", .movement, .filling),
        row(.right, [.right, .control("f")], nil, "a character to the right", .movement, .filling),
        row(.first, [.home, .control("a")], nil, "to the beginning", .movement, .filling),
        row(.last, [.end, .control("e")], nil, "to the end", .movement, .filling),
        row(.suspend, [.control("z")], nil, "stops the dashboard until `fg`", .leave, .filling),
        row(.redraw, [.control("l")], nil, "draws the screen anew", .view, .filling),
    ]

    private static func row(
        _ action: Action, _ keys: [Key], _ short: String?, _ text: String, _ section: Binding.Section,
        _ place: Binding.Place = .panes
    ) -> Binding {
        Binding(action: action, keys: keys, short: short, text: text, section: section, place: place)
    }
}

extension Key: ExpressibleByUnicodeScalarLiteral {
    /// So that the table reads `"q"`.
    package init(unicodeScalarLiteral scalar: Unicode.Scalar) { self = .character(scalar) }
}
