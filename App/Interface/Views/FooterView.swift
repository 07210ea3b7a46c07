import Core
import Themes
import Widgets

/// The two lines at the bottom: what happened, and which keys work now, or the text that is typed.
enum FooterView {
    static func draw(_ state: State, on canvas: inout Canvas, in layout: Layout, _ glyphs: Glyphs) {
        let message = layout.message.inset(columns: 1)
        let footer = layout.footer.inset(columns: 1)
        if let prompt = state.prompt {
            drawPrompt(prompt, state, on: &canvas, in: footer, glyphs)
        } else {
            KeyBar(keys(state)).draw(on: &canvas, in: footer)
        }
        // On a small screen both share a line.
        if state.toasts.isEmpty, let text = lostText(state) ?? pastText(state), layout.message.y != layout.footer.y {
            canvas.text(text, x: message.x, y: message.y, width: message.width, cut: glyphs.cut)
        }
        guard let toast = state.toasts.last, layout.message.y != layout.footer.y || state.prompt == nil else { return }
        canvas.clear(message)
        canvas.text(text(toast, glyphs), x: message.x, y: message.y, width: message.width, cut: glyphs.cut)
    }

    static func text(_ toast: Toast, _ glyphs: Glyphs) -> StyledText {
        let (mark, role): (String, Role) =
            switch toast.weight {
            case .info: (glyphs.separator, .info)
            case .success: (glyphs.check, .success)
            case .warning: (glyphs.warning, .warning)
            case .error: (glyphs.cross, .error)
            }
        var text = StyledText("\(mark) ", role) + StyledText(Text.sanitize(toast.text), role)
        if let command = toast.command { text += StyledText("    " + Text.sanitize(command), .dim) }
        return text
    }

    /// Why what is shown grows old, and what can be done.
    private static func lostText(_ state: State) -> StyledText? {
        guard case .lost(let failure, _) = state.link, !state.fleet.rows.isEmpty else { return nil }
        return StyledText(Text.sanitize(failure.why), .error) + StyledText("    " + Text.sanitize(failure.next), .dim)
    }

    /// What had happened last at the moment that is looked back at; nil for now.
    private static func pastText(_ state: State) -> StyledText? {
        guard let past = state.past, past.fleet != nil else { return nil }
        guard let event = past.event else { return nil }
        let who = event.process.map { state.shortName(InstanceName($0)) + " " } ?? ""
        let words = event.name.rawValue.replacing("process:", with: "") + (event.message.map { ": \($0)" } ?? "")
        return StyledText(state.clock(of: event.at) + "  ", .dim) + StyledText(Text.sanitize(who + words), .info)
    }

    /// Keys that have an effect now, the most important first.
    private static func keys(_ state: State) -> [KeyBar.Key] {
        let shown = state.keys.bindings(at: state.place).filter { binding in
            binding.short != nil && (state.place != .panes || isWorthTelling(binding.action, state))
        }
        // Help and the way out are never left out, and always at the same end.
        let anchors: [Action] = [.help, .quit]
        // The way back to now comes before what is done there.
        let ways: [Action] = [.later, .present]
        let others = shown.filter { !anchors.contains($0.action) }
        let ordered =
            others.filter { ways.contains($0.action) } + others.filter { !ways.contains($0.action) }
            + shown.filter { anchors.contains($0.action) }
        return ordered.enumerated().map { index, binding in
            let matters = anchors.contains(binding.action) || (binding.section == .log && state.focus == .log)
            return KeyBar.Key(binding.keys[0].name, label(binding, state), priority: matters ? 1 : -index)
        }
    }

    /// `/` works everywhere; where neither list nor log has the keys it is the last that is looked for.
    private static func isWorthTelling(_ action: Action, _ state: State) -> Bool {
        let isPage = state.arrangement == .zoomed(.page)
        if action == .back { return isPage }
        if action == .zoom, isPage { return false }
        if action == .find { return state.focus == .log || (state.focus == .list && !state.fleet.rows.isEmpty) }
        return state.isAvailable(action)
    }

    /// The action of the key at a column of the footer, as far as it has one.
    static func action(at x: Int, _ state: State) -> Action? {
        guard state.place == .panes else { return nil }
        let layout = state.layout
        let bar = KeyBar(keys(state))
        let place = bar.places(in: layout.footer.inset(columns: 1)).first { $0.x <= x && x < $0.x + $0.width }
        return place.flatMap { place in
            state.keys.bindings(at: .panes).first { $0.keys[0].name == bar.keys[place.key].key }?.action
        }
    }

    /// A key that goes both ways says which way it goes now.
    private static func label(_ binding: Binding, _ state: State) -> String {
        switch binding.action {
        case .toggle: state.stopping.isEmpty ? "start" : "stop"
        case .log where state.arrangement == .zoomed(.log): "back"
        case .zoom where state.arrangement == .zoomed(state.focus): "back"
        case .find: state.focus == .log ? "search" : "filter"
        case .wrap: state.log.wraps ? "cut" : "wrap"
        default: binding.short ?? ""
        }
    }

    private static func drawPrompt(
        _ prompt: State.Prompt, _ state: State, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs
    ) {
        let bar = KeyBar(
            Keymap.bindings(at: .typing).compactMap { binding in
                binding.short.map { KeyBar.Key(binding.keys[0].name, $0) }
            })
        let barWidth = area.width >= 60 ? 22 : 0
        let (field, keys) = area.split(left: area.width - barWidth)
        let label = StyledText(title(prompt.purpose), .accent)
        let count = StyledText("  " + found(prompt.purpose, state), .dim)
        let used = canvas.text(label, x: field.x, y: field.y, width: field.width)
        let room = max(0, field.width - used - count.width - 1)
        prompt.field.draw(
            on: &canvas, in: Rect(x: field.x + used, y: field.y, width: room, height: 1), glyphs: glyphs)
        canvas.text(count, x: field.x + used + room, y: field.y, width: count.width)
        bar.draw(on: &canvas, in: keys)
    }

    private static func title(_ purpose: State.Prompt.Purpose) -> String {
        switch purpose {
        case .filter: "filter: "
        case .search: "search: "
        case .help: "find: "
        }
    }

    /// `3 of 17`
    private static func found(_ purpose: State.Prompt.Purpose, _ state: State) -> String {
        switch purpose {
        case .filter: "\(state.list.order.count) of \(state.fleet.rows.count)"
        case .search: "\(state.log.search?.lines.count ?? 0) of \(state.log.buffer.count) lines"
        case .help: "\(HelpView.lines(state).count { $0.isKey }) keys"
        }
    }
}
