import Core
import Themes
import Widgets

/// What is shown when there are no processes: what to do, or what we wait for.
enum EmptyView {
    static func draw(_ state: State, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let lines = lines(state, glyphs)
        let width = min(area.width, lines.map(\.width).max() ?? 0)
        let place = area.centered(Size(width: width, height: lines.count))
        for (row, line) in lines.prefix(place.height).enumerated() {
            canvas.text(line, x: place.x, y: place.y + row, width: place.width, cut: glyphs.cut)
        }
    }

    private static func lines(_ state: State, _ glyphs: Glyphs) -> [StyledText] {
        if case .lost(let failure, _) = state.link, !state.live.isKnown {
            return [
                StyledText(Text.sanitize(failure.what), .error), StyledText(Text.sanitize(failure.why), .dim), "",
                StyledText(Text.sanitize(failure.next), .accent), "",
                StyledText(
                    "od goes on trying by itself; \(state.keys.name(of: .quit)) leaves. ", .dim)
                    + StyledText("od help \(failure.code.rawValue)", .accent) + StyledText(" tells more.", .dim),
            ]
        }
        if case .lost(let failure, _) = state.link {
            return [
                StyledText("The connection to OpenDaemon is lost.", .error),
                StyledText(Text.sanitize(failure.why), .dim), "",
                "It is tried again every second. Was it stopped? \(state.keys.name(of: .quit)), then od.",
                StyledText("od daemon status", .accent) + StyledText("  in another terminal tells more", .dim),
            ]
        }
        if let past = state.past {
            return [
                StyledText("There was no process at \(state.clock(of: past.time))", .dim), "",
                StyledText("\(state.keys.name(of: .present)) goes back to now"),
            ]
        }
        guard state.fleet.isKnown else { return [StyledText("Asking OpenDaemon for its processes", .dim)] }
        return [
            StyledText("Nothing runs here yet.", .heading), "",
            command("od start app.js", "starts a program: a script, a binary, anything"),
            command("od up", "starts the apps of the config file in your folder"), "",
            StyledText("Type these in another terminal; what they start appears here.", .dim),
        ]
    }

    private static func command(_ line: String, _ text: String) -> StyledText {
        let gap = String(repeating: " ", count: max(2, 20 - line.count))
        return StyledText(line, .accent) + StyledText(gap + text, .dim)
    }
}
