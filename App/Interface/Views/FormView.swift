import Core
import Themes
import Widgets

/// A dialog with a line to type in: what will happen is said as it is typed.
enum FormView {
    /// Apps that are listed; of more than these the number is told.
    private static let maxApps = 10

    static func draw(_ form: Form, _ state: State, on canvas: inout Canvas, _ glyphs: Glyphs) {
        let (title, label, lines) = words(form, state, glyphs)
        let mistake = form.mistake.map { [StyledText($0, .error)] } ?? []
        Dialog(
            title: StyledText(state.placed(title)),
            lines: lines + mistake + [StyledText("Enter does it \(glyphs.separator) Esc goes back", .dim)],
            field: form.field, fieldLabel: label
        ).draw(on: &canvas, in: canvas.bounds, glyphs: glyphs)
    }

    private static func words(_ form: Form, _ state: State, _ glyphs: Glyphs) -> (String, String, [StyledText]) {
        switch form.purpose {
        case .scale(let apps): ("Scale \(state.title(apps))", "instances:", scale(apps, form, state))
        case .environment(let apps): ("Environment of \(state.title(apps))", "NAME=VALUE:", variable(apps, form, state))
        case .saveLog:
            (
                "Save the log", "file:",
                [
                    StyledText("\(state.log.count) lines are written, as the pane shows them."),
                    "A file that is there already is left as it is.",
                ]
            )
        }
    }

    private static func scale(_ apps: [AppName], _ form: Form, _ state: State) -> [StyledText] {
        let wish = ScaleWish(form.field.text)
        var lines = apps.prefix(maxApps).map { app in
            let before = state.count(of: app)
            guard let wish else { return StyledText("\(state.appName(app)) has \(before)") }
            let after = wish.count(from: before)
            let change =
                after > before
                ? "\(after - before) more"
                : after < before ? "the last \(before - after) are stopped and forgotten" : "as it is"
            return StyledText("\(state.appName(app)) from \(before) to \(after): \(change)")
        }
        if apps.count > maxApps { lines.append(StyledText("and \(apps.count - maxApps) more")) }
        let line = wish.map { state.scaleLine(apps, $0) } ?? "for example 4, or +1, or -1"
        return lines + [StyledText(line, .dim)]
    }

    private static func variable(_ apps: [AppName], _ form: Form, _ state: State) -> [StyledText] {
        let running = state.fleet.rows.filter { apps.contains(AppName($0.key)) && $0.value.process.status.isActive }
        let restarted =
            switch running.count {
            case 0: "Nothing of it runs: it holds from the next start on."
            case 1: "1 process is restarted."
            default: "\(running.count) processes are restarted."
            }
        let line =
            Variable(form.field.text).map { state.setLine(apps, $0.name, $0.value) } ?? "for example LOG_LEVEL=debug"
        return [StyledText(restarted), StyledText(line, .dim)]
    }
}
