import Core
import Themes
import Widgets

/// All about one process: its state, figures and definition.
enum DetailView {
    /// A line of the pane.
    enum Line {
        case text(StyledText)
        /// A label, a graph of the last minute and a text behind it.
        case graph(String, History, full: Double, StyledText)
        /// A row of a graph that has several.
        case chart(Chart, row: Int)
    }

    private static let labelWidth = 9
    private static let graphWidth = 15
    /// What a graph has above its highest value: a level that stays is no full block.
    private static let headroom = 1.25

    static func draw(
        _ state: State, on canvas: inout Canvas, in area: Rect, _ kind: Layout.Kind, _ glyphs: Glyphs
    ) {
        let lines = lines(state, width: area.width - (kind == .framed ? 2 : 0), glyphs)
        var inside = area
        if kind == .framed {
            let last = min(lines.count, state.detailTop + area.height - 2)
            let more = lines.count > area.height - 2 ? "\(state.detailTop + 1)-\(last) of \(lines.count)" : ""
            let title = StyledText(State.Pane.detail.title(state))
            let box = Box(
                title: title, bottomRight: StyledText(more),
                focused: state.focus == .detail)
            inside = box.draw(on: &canvas, in: area, glyphs: glyphs)
            TabBar.draw(state, on: &canvas, in: area, glyphs)
        }
        let top = min(state.detailTop, max(0, lines.count - inside.height))
        for (row, line) in lines.dropFirst(top).prefix(inside.height).enumerated() {
            draw(line, on: &canvas, in: Rect(x: inside.x, y: inside.y + row, width: inside.width, height: 1), glyphs)
        }
    }

    /// What there is to show in a pane `width` columns wide.
    static func lines(_ state: State, width: Int, _ glyphs: Glyphs = .unicode) -> [Line] {
        guard let row = state.shownRow else { return [.text(StyledText(" no process is selected", .dim))] }
        switch state.shownTab {
        case .info: return info(row, state, width, glyphs)
        case .metrics: return MetricsView.lines(row, state)
        case .env, .events, .files: return TabView.lines(state, width: width).map { .text($0) }
        }
    }

    private static func info(_ row: Fleet.Row, _ state: State, _ width: Int, _ glyphs: Glyphs) -> [Line] {
        let room = max(1, width - labelWidth - 2)
        let texts = facts(row, state) + definition(row.process, state.detail)
        return [.text(head(row, state, glyphs))] + graphs(row)
            + texts.flatMap { label, text in wrapped(label, Text.sanitize(text), room) }
    }

    private static func head(_ row: Fleet.Row, _ state: State, _ glyphs: Glyphs) -> StyledText {
        let process = row.process
        var parts = [StyledText("id \(process.id)", .dim)]
        if let pid = process.pid { parts.append(StyledText("pid \(pid)")) }
        if let uptime = state.fleet.uptime(of: row, at: state.now) {
            parts.append(StyledText("up " + Format.duration(milliseconds: uptime)))
        }
        if let count = process.processes, count > 1 { parts.append(StyledText("\(count) procs")) }
        return parts.reduce(StyledText(" ") + process.label(glyphs)) { $0 + "   " + $1 }
    }

    private static func graphs(_ row: Fleet.Row) -> [Line] {
        guard row.process.pid != nil else { return [] }
        let cpu = row.process.cpu.map { Format.percent($0) + " %" } ?? "-"
        let memory = row.process.memory.map { Format.bytes($0) } ?? "-"
        let most = Format.bytes(UInt64(row.memory.max))
        return [
            .graph(
                "cpu", row.cpu, full: max(5, row.cpu.max),
                StyledText(cpu) + StyledText("   max \(Format.percent(row.cpu.max)) %", .dim)),
            .graph(
                "memory", row.memory, full: row.memory.max * headroom,
                StyledText(memory) + StyledText("   max \(most)", .dim)),
        ]
    }

    /// What happened to it.
    private static func facts(_ row: Fleet.Row, _ state: State) -> [(String, String)] {
        let process = row.process
        var facts: [(String, String)] = []
        if let message = process.message { facts.append(("says", message)) }
        if let reason = process.reason { facts.append(("why", reason)) }
        if let left = state.fleet.timeLeft(of: row, at: state.now) {
            let time = Format.duration(milliseconds: left + 999)
            facts.append(process.status == .starting ? ("ready", "within " + time) : ("again", "in " + time))
        }
        if let exit = process.exit {
            let age = state.fleet.sinceExit(of: row, at: state.now)
            facts.append(
                (
                    process.pid == nil ? "ended" : "last run",
                    exit.description + (age.map { ", \(Format.duration(milliseconds: $0)) ago" } ?? "")
                ))
        }
        if process.restarts > 0 { facts.append(("restarts", "\(process.restarts)")) }
        return facts
    }

    /// What it is.
    private static func definition(_ process: InstanceInfo, _ detail: ProcessDetail?) -> [(String, String)] {
        var lines = [
            ("command", process.command.joined(separator: " ")), ("cwd", process.cwd), ("project", process.namespace),
        ]
        if let detail {
            lines.append(("restart", policy(detail.restart)))
            let patience = Format.elapsed(milliseconds: detail.killTimeout)
            lines.append(("stop", "\(Signal.name(detail.killSignal)), SIGKILL after \(patience)"))
        }
        lines += [("out", process.outFile), ("err", process.errorFile)].filter { !$0.1.isEmpty }
        if let detail, !detail.env.isEmpty { lines.append(("env", detail.env.sorted().joined(separator: " "))) }
        return lines
    }

    private static func policy(_ policy: RestartPolicy) -> String {
        guard policy.mode != .never else { return "never" }
        let first = Format.elapsed(milliseconds: policy.delay)
        let delay =
            policy.strategy == .fixed
            ? "after \(first)" : "after \(first) to \(Format.elapsed(milliseconds: policy.maxDelay))"
        guard policy.maxRestarts <= Defaults.countedRestarts else { return "\(policy.mode.rawValue), \(delay)" }
        let window = Format.duration(milliseconds: policy.window)
        let again = policy.coolDown > 0 ? " for \(Format.elapsed(milliseconds: policy.coolDown))" : ""
        return
            "\(policy.mode.rawValue), \(delay), gives up\(again) after \(policy.maxRestarts) quick exits in \(window)"
    }

    /// A label, and its text in as many lines as it takes, broken at blanks where there are some.
    private static func wrapped(_ label: String, _ text: String, _ room: Int) -> [Line] {
        if Text.width(text) <= room { return [line(label, text)] }
        var lines = [""]
        var used = 0
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let gap = used > 0 ? 1 : 0
            if used + gap + Text.width(word) > room, used > 0 {
                lines.append("")
                used = 0
            } else if gap > 0 {
                lines[lines.count - 1] += " "
                used += 1
            }
            for character in word {
                let width = Text.width(String(character))
                if used + width > room {
                    lines.append("")
                    used = 0
                }
                lines[lines.count - 1].append(character)
                used += width
            }
        }
        return lines.enumerated().map { line($0 == 0 ? label : "", $1) }
    }

    private static func line(_ label: String, _ text: String) -> Line {
        .text(StyledText(" " + padded(label), .dim) + StyledText(text))
    }

    private static func padded(_ label: String) -> String {
        label + String(repeating: " ", count: max(1, labelWidth - label.count))
    }

    private static func draw(_ line: Line, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        switch line {
        case .text(let text):
            canvas.text(text, x: area.x, y: area.y, width: area.width, cut: glyphs.cut)
        case .chart(let chart, let row): chart.draw(row, on: &canvas, in: area, glyphs)
        case .graph(let label, let history, let full, let text):
            let x =
                area.x
                + canvas.text(
                    " " + padded(label), x: area.x, y: area.y, width: area.width, style: Style(.dim))
            let graph = Rect(x: x, y: area.y, width: min(graphWidth, max(0, area.right - x)), height: 1)
            Sparkline(history.samples(2 * graphWidth), maximum: full).draw(on: &canvas, in: graph, glyphs: glyphs)
            // The top is its own peak, not a limit: nothing there is an alarm.
            canvas.restyle(graph, role: .graphLow)
            canvas.text(text, x: graph.right + 2, y: area.y, width: area.right - graph.right - 2, cut: glyphs.cut)
        }
    }
}
