import Core
import Themes
import Widgets

/// The line or two at the top: which machine, how many processes in which state, and how busy it is.
enum HeaderView {
    static func draw(_ state: State, on canvas: inout Canvas, in layout: Layout, _ glyphs: Glyphs) {
        let area = layout.header.inset(columns: 1)
        let link = (state.isReadOnly ? StyledText("read-only  ", .warning) : "") + linkText(state, glyphs)
        let linkWidth = min(link.width, area.width)
        canvas.text(link, x: area.right - linkWidth, y: area.y, width: linkWidth, cut: glyphs.cut)
        let isTall = area.height > 1
        let room = max(0, area.width - linkWidth - 2)
        // Words where there is room for them, else marks and numbers.
        var left = name(state, isTall: isTall) + counts(state, inWords: true, glyphs)
        if !isTall || left.width > room { left = name(state, isTall: isTall) + counts(state, inWords: false, glyphs) }
        if !isTall, layout.kind == .framed { left += figures(state) }
        canvas.text(left, x: area.x, y: area.y, width: room, cut: glyphs.cut)
        if isTall { drawFigures(state, on: &canvas, in: area.split(top: 1).1, glyphs) }
    }

    private static func name(_ state: State, isTall: Bool) -> StyledText {
        var text = StyledText("od ", .accent, .bold)
        guard let host = state.fleet.host ?? state.live.host else { return text }
        text += StyledText(Text.sanitize(host.hostname), .heading)
        if isTall, state.fleet.host != nil {
            text += StyledText("  up " + Format.duration(milliseconds: host.uptime), .dim)
        }
        return text
    }

    private static func counts(_ state: State, inWords: Bool, _ glyphs: Glyphs) -> StyledText {
        // Nobody knows how many there are before a daemon has said it.
        guard state.live.isKnown else { return "" }
        let rows = state.fleet.rows.count
        let total = rows == 1 ? "1 process" : "\(rows) processes"
        var text = StyledText(inWords ? "   " + total : "  \(rows) ", .text)
        for status in order {
            guard let count = state.fleet.counts[status] else { continue }
            text += StyledText(inWords ? "  " : " ") + status.mark(glyphs)
            text += StyledText(inWords ? " " + words(state, status, count) : "\(count)", status.role)
        }
        return text
    }

    /// `2 online`, `1 stopped, 3 finished`
    private static func words(_ state: State, _ status: ProcessStatus, _ count: Int) -> String {
        let finished = status == .stopped ? state.fleet.finished : 0
        let parts = [(count - finished, status.rawValue), (finished, InstanceInfo.finishedWord)]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// What needs somebody comes early: the end may be cut off.
    static let order: [ProcessStatus] = [
        .online, .errored, .waiting, .starting, .reloading, .stopping, .killing, .stopped, .created,
    ]

    private static func figures(_ state: State) -> StyledText {
        guard let host = state.fleet.host else { return "" }
        return StyledText("   cpu ", .dim) + StyledText(percent(host.cpu)) + StyledText("  mem ", .dim)
            + StyledText(percent(memoryPart(host) * 100))
    }

    private static func drawFigures(_ state: State, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        guard let host = state.fleet.host else { return }
        var x = area.x
        x += canvas.text(StyledText("cpu ", .dim) + StyledText(pad(percent(host.cpu), 6)), x: x, y: area.y)
        let graph = Rect(x: x, y: area.y, width: 15, height: 1)
        Sparkline(state.fleet.hostCPU.samples(30), maximum: 100).draw(on: &canvas, in: graph, glyphs: glyphs)
        x = graph.right + 3
        let memory = "\(Format.bytes(host.memoryUsed))/\(Format.bytes(host.memoryTotal)) "
        x += canvas.text(StyledText("mem ", .dim) + StyledText(memory), x: x, y: area.y)
        let bar = Rect(x: x, y: area.y, width: 15, height: 1)
        Bar(memoryPart(host)).draw(on: &canvas, in: bar, glyphs: glyphs)
        x = bar.right + 3
        let load = host.load.map { Format.fixed($0, places: 2) }.joined(separator: " ")
        canvas.text(
            StyledText("load ", .dim) + StyledText(load) + StyledText("  \(host.cores) cores", .dim), x: x, y: area.y,
            width: area.right - x, cut: glyphs.cut)
    }

    private static func linkText(_ state: State, _ glyphs: Glyphs) -> StyledText {
        if let past = state.past, state.link == .live {
            let age = Format.duration(milliseconds: state.age ?? 0)
            let mark = past.asked == nil ? "" : glyphs.ellipsis
            return StyledText("\(glyphs.left) \(state.clock(of: past.time))\(mark) (\(age) ago)", .warning, .reverse)
        }
        switch state.link {
        case .connecting: return StyledText("connecting", .dim)
        case .live: return StyledText(glyphs.online + " live", .success)
        case .lost where !state.live.isKnown: return StyledText("\(glyphs.cross) no link, trying again", .error)
        case .lost(_, let since):
            let age = Format.duration(milliseconds: state.now.milliseconds(since: since))
            return StyledText("\(glyphs.cross) lost \(age) ago, trying again", .error)
        }
    }

    private static func memoryPart(_ host: HostInfo) -> Double {
        host.memoryTotal > 0 ? Double(host.memoryUsed) / Double(host.memoryTotal) : 0
    }

    /// Whole percent: a header that changes less is read more.
    private static func percent(_ value: Double) -> String { Format.fixed(value, places: 0) + " %" }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension History {
    /// `buckets` as a sparkline takes them: what was not sampled is no number.
    func samples(_ count: Int) -> [Double] { buckets(count).map { $0 ?? .nan } }
}
