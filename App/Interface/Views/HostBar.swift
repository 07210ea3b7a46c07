import Core
import Themes
import Widgets

/// The tabs of several daemons in the first row, each with a summary: how many processes are up and how many failed,
/// how busy the machine is, and how old all that is when the connection is lost.
enum HostBar {
    static func draw(_ hosts: Hosts, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let tabs = tabs(hosts, glyphs)
        let place = place(area.width)
        tabs.draw(on: &canvas, in: place, glyphs: glyphs)
        let keys = hosts.shown.keys
        let hint =
            StyledText("\(keys.name(of: .previousHost)) \(keys.name(of: .nextHost))", .key)
            + StyledText(" host", .dim)
        guard tabs.width + hint.width + 2 <= place.width else { return }
        canvas.text(hint, x: place.right - hint.width, y: area.y)
    }

    /// The tab at a column.
    static func tab(at x: Int, _ hosts: Hosts, width: Int) -> Int? {
        // Marks of all sets are one column wide.
        tabs(hosts, .unicode).places(in: place(width)).first { $0.x <= x && x < $0.x + $0.width }?.tab
    }

    private static func place(_ width: Int) -> Rect { Rect(x: 1, y: 0, width: max(0, width - 2), height: 1) }

    private static func tabs(_ hosts: Hosts, _ glyphs: Glyphs) -> Tabs {
        var tabs = Tabs(hosts.names.map { Text.sanitize($0) }, selected: hosts.chosen, isNumbered: false)
        tabs.tails = hosts.states.map { summary($0, glyphs) }
        return tabs
    }

    /// ` ●12 ✖1 38%`, ` ●12 ✖1 ✖ 14s old`
    private static func summary(_ state: State, _ glyphs: Glyphs) -> StyledText {
        var text = StyledText()
        let fleet = state.live
        if fleet.isKnown {
            let counts = fleet.counts
            text += " " + ProcessStatus.online.mark(glyphs) + StyledText("\(counts[.online] ?? 0)", .online)
            for status in [ProcessStatus.errored, .waiting] {
                guard let count = counts[status] else { continue }
                text += " " + status.mark(glyphs) + StyledText("\(count)", status.role)
            }
        }
        switch state.link {
        case .connecting: text += StyledText(" connecting", .dim)
        case .live:
            if let host = fleet.host { text += StyledText(" \(Format.fixed(host.cpu, places: 0))%", .dim) }
        case .lost(_, let since):
            let age = Format.duration(milliseconds: state.now.milliseconds(since: since))
            text += StyledText(fleet.isKnown ? " \(glyphs.cross) \(age) old" : " \(glyphs.cross) no link", .error)
        }
        return text
    }
}
