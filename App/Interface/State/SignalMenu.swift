import Core

/// The signals that people send, and what programs take them for.
enum SignalMenu {
    private static let meanings: [(number: Int32, meaning: String)] = [
        (15, "asks it to end; od starts it again as its policy says"),
        (2, "asks it to end, as ^C does"),
        (1, "asks many servers to read their configuration again"),
        (3, "asks it to end and to leave a core dump"),
        (9, "ends it at once: nothing is saved, no child is told"),
        (10, "what the program makes of it: often, to reopen its logs"),
        (12, "what the program makes of it"),
        (19, "stops it where it is, until it is told to go on"),
        (18, "lets it go on"),
        (6, "ends it with a core dump"),
        (28, "what the program makes of it: some end without hurry"),
    ]

    static var count: Int { meanings.count }

    static func meaning(of number: Int32) -> String { meanings.first { $0.number == number }?.meaning ?? "" }

    static func choices(_ state: State) -> [Chooser.Choice] {
        meanings.map { number, meaning in
            let name = Signal.name(number)
            let gap = String(repeating: " ", count: max(1, 10 - name.count))
            return Chooser.Choice(
                deed: .signal(number), title: name + gap + meaning,
                command: state.commandLine("signal \(name)", state.list.targets))
        }
    }
}
