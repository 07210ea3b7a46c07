import Core
import Themes
import Widgets

extension State {
    /// Opens the palette or the themes; of these the present one is marked.
    mutating func choose(_ purpose: Chooser.Purpose) {
        var open = Chooser(purpose)
        open.offer(offered(in: open))
        if purpose == .themes, let index = look.names.firstIndex(of: look.chosen) {
            open.mark(index, page: ChooserView.rows(of: size, purpose))
        }
        chooser = open
    }

    /// A key while a line is chosen.
    mutating func press(_ key: Key, _ action: Action?, in open: Chooser) -> [Command] {
        var open = open
        let page = ChooserView.rows(of: size, open.purpose)
        switch action {
        case .cancel:
            close()
            return []
        case .choose:
            if open.purpose == .commands, let title = open.choice?.title { remember(title, in: .command) }
            return take(open.choice)
        case .up where open.marked == 0 && open.purpose == .commands: recall(older: true, in: &open)
        case .down where open.marked == 0 && open.walk.back > 0: recall(older: false, in: &open)
        case .up: open.mark(open.marked - 1, page: page)
        case .down: open.mark(open.marked + 1, page: page)
        case .pageUp: open.mark(open.marked - page, page: page)
        case .pageDown: open.mark(open.marked + page, page: page)
        case .complete: open.text = open.choice?.title ?? open.text
        case .erase: open.text = String(open.text.dropLast())
        case .eraseWord:
            open.text = String(open.text.reversed().drop { $0 == " " }.drop { $0 != " " }.reversed())
        case .eraseLine: open.text = ""
        default:
            guard case .character(let scalar) = key else { return [] }
            open.text = String((open.text + String(Character(scalar))).prefix(Chooser.maxLength))
        }
        return show(open)
    }

    /// What was taken before stands in the line, and is the first that it finds.
    private func recall(older: Bool, in open: inout Chooser) {
        let texts = recalls[.command] ?? Recall()
        open.text = texts.step(older: older, &open.walk, from: open.text) ?? open.text
    }

    /// Pasted text is typed.
    mutating func paste(_ text: String, in open: Chooser) -> [Command] {
        var open = open
        open.text = String((open.text + Text.sanitize(text)).prefix(Chooser.maxLength))
        return show(open)
    }

    /// Offers what fits the text, and tries a theme on.
    private mutating func show(_ open: Chooser) -> [Command] {
        var open = open
        if open.text != chooser?.text { open.offer(offered(in: open)) }
        chooser = open
        if case .theme(let name)? = chooser?.choice?.deed { look.tried = name }
        return []
    }

    private mutating func close() {
        chooser = nil
        look.tried = nil
    }

    mutating func take(_ choice: Chooser.Choice?) -> [Command] {
        guard let choice else { return [] }
        close()
        if let asked = guardPresent(choice.deed) { return asked }
        switch choice.deed {
        case .action(let action): return perform(action)
        case .theme(let name):
            if let mistake = look.broken[name] {
                say(.warning, mistake)
            } else {
                look.chosen = name
            }
            return []
        case .signal(let number):
            question = Question(.signal(number, list.targets))
            return []
        case .why(let name): return select(name) + perform(.why)
        case .reload(let name): return send(.reload([name]))
        case .reset(let names): return send(.reset(names))
        case .go(let name): return select(name)
        case .log(let name):
            let commands = select(name)
            guard list.selected == name else { return commands }
            return commands + (arrangement == .zoomed(.log) ? showSelected() : perform(.log))
        case .restart(let name): return send(.restart([name]))
        case .toggle(let name):
            guard fleet.rows[name]?.process.status.isActive == true else { return send(.start([name])) }
            question = Question(.stop([name]))
            return []
        }
    }

    /// Selects a process; a filter that hides it is taken away.
    mutating func select(_ name: InstanceName) -> [Command] {
        if !list.order.contains(name) { list.filter = "" }
        list.folded.remove(AppName(name))
        let commands = refresh(resort: true)
        list.select(name, page: layout.listRows, at: now)
        return commands + showSelected()
    }

    /// Other themes than before; the picker goes on with them.
    mutating func retheme(_ themes: [Theme], _ mistakes: [String]) {
        look.themes = themes
        if !mistakes.isEmpty { say(.warning, mistakes.joined(separator: "; ")) }
        guard var open = chooser, open.purpose == .themes else { return }
        let marked = open.choice?.deed
        open.offer(offered(in: open))
        open.mark(open.choices.firstIndex { $0.deed == marked } ?? 0, page: ChooserView.rows(of: size, open.purpose))
        chooser = open
        if case .theme(let name)? = open.choice?.deed { look.tried = name }
    }
}
