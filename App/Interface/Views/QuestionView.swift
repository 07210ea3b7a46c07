import Core
import Themes
import Widgets

/// Dialogs: what is about to happen, to whom, and the choices.
enum QuestionView {
    /// Names that are listed; of more than these the number is told.
    private static let maxNames = 10

    static func draw(_ question: Question, _ state: State, on canvas: inout Canvas, _ glyphs: Glyphs) {
        let (title, lines) = words(question.subject, state)
        Dialog(
            title: StyledText(state.placed(title)), lines: lines,
            buttons: question.choices.map { choice in
                let label = question.label(of: choice)
                return "\(label.key) \(label.text)"
            }, chosen: question.marked
        ).draw(on: &canvas, in: canvas.bounds, glyphs: glyphs)
    }

    /// While all apps are being stopped there is nothing else to do.
    static func drawStopping(_ state: State, on canvas: inout Canvas, _ glyphs: Glyphs) {
        let left = state.live.activeCount
        Dialog(
            title: "Stopping all",
            lines: [
                StyledText(left == 1 ? "1 process still lives." : "\(left) processes still live."),
                StyledText("Esc leaves at once; they are stopped all the same.", .dim),
            ]
        ).draw(on: &canvas, in: canvas.bounds, glyphs: glyphs)
    }

    private static func words(_ subject: Question.Subject, _ state: State) -> (String, [StyledText]) {
        switch subject {
        case .stop(let names):
            let what =
                names.count == 1
                ? ["It is sent its stop signal and not started again until you do."]
                : list(names, state) + ["They are sent their stop signals and not started again until you do."]
            return ("Stop \(state.title(names))?", what + [command("stop", names, state)])
        case .start(let names):
            return ("Start \(state.title(names))?", list(names, state) + [command("start", names, state)])
        case .restartAll(let names):
            return ("Restart \(state.title(names))?", list(names, state) + [command("restart", names, state)])
        case .delete(let names):
            let apps = Set(names.map { AppName($0) })
            let title = apps.count == 1 ? names.first?.name ?? "" : "\(apps.count) apps"
            let what: StyledText =
                apps.count == 1
                ? "The app is stopped and forgotten; its log files stay."
                : "The apps are stopped and forgotten; their log files stay."
            return ("Delete \(title)?", list(names, state) + [what, command("delete", names, state)])
        case .reload(let names):
            return (
                "Reload \(state.title(names))?",
                list(names, state) + [
                    "Each is replaced when its successor is online.", command("reload", names, state),
                ]
            )
        case .signal(let number, let names):
            let name = Signal.name(number)
            return (
                "Send \(name) to \(state.title(names))?",
                (names.count > 1 ? list(names, state) : []) + [
                    StyledText(SignalMenu.meaning(of: number)), command("signal \(name)", names, state),
                ]
            )
        case .flush(let names):
            let what: StyledText = "What was written is gone for good; old log files go too."
            return (
                names.count == 1
                    ? "Empty the log of \(state.title(names))?" : "Empty the logs of \(state.title(names))?",
                (names.count > 1 ? list(names, state) : []) + [what, command("flush", names, state)]
            )
        case .present(let deed, let aim):
            return present(deed, aim.names ?? [], state)
        case .leave:
            let count = state.live.activeCount
            return (
                "Leave OpenDaemon?",
                [
                    StyledText(count == 1 ? "1 process runs here." : "\(count) processes run here."),
                    "Detach: they go on in the background, and od shows them again.",
                    "Stop all: they are stopped, and OpenDaemon ends.",
                ]
            )
        }
    }

    /// The names are of the past: only what is still called so is touched.
    private static func present(
        _ deed: Chooser.Deed, _ names: [InstanceName], _ state: State
    ) -> (String, [StyledText]) {
        let moment = state.past.map { state.clock(of: $0.time) } ?? "the past"
        let words = deed.words.prefix(1).uppercased() + deed.words.dropFirst()
        return (
            words + (names.isEmpty ? "" : " \(state.title(names))") + " now?",
            (names.count > 1 ? list(names, state) : []) + [
                StyledText("This is \(moment). It is done to what runs now, and now is shown again.")
            ]
        )
    }

    private static func list(_ names: [InstanceName], _ state: State) -> [StyledText] {
        let shown = names.prefix(maxNames).map { StyledText(state.shortName($0)) }
        return names.count > maxNames ? shown + [StyledText("and \(names.count - maxNames) more")] : shown
    }

    /// The command line that does the same.
    private static func command(_ verb: String, _ names: [InstanceName], _ state: State) -> StyledText {
        StyledText(state.commandLine(verb, names), .dim)
    }
}
