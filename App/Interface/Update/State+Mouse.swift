import Core
import Widgets

/// The mouse: a click selects, a second one opens, the wheel scrolls what is under it.
extension State {
    /// Two clicks on the same place within this time are a double click, milliseconds.
    static let doubleClick = 400
    /// Rows that a turn of the wheel moves by.
    static let wheelStep = 3

    mutating func point(_ mouse: Mouse) -> [Command] {
        if mouse.kind == .release || mouse.kind == .press { drag = nil }
        guard hasMouse, !isStoppingAll, question == nil, form == nil, mouse.kind != .release else { return [] }
        if mouse.kind == .drag { return place == .panes ? dragEdge(to: mouse) : [] }
        if var open = chooser {
            guard mouse.kind != .press else { return click(mouse, in: open) }
            open.mark(open.marked + (mouse.kind == .wheelDown ? 1 : -1), page: ChooserView.rows(of: size, open.purpose))
            chooser = open
            if case .theme(let name)? = open.choice?.deed { look.tried = name }
            return []
        }
        if help != nil { return mouse.kind == .press ? [] : turnHelp(mouse.kind == .wheelDown ? .down : .up) }
        guard prompt == nil else { return [] }
        guard mouse.kind == .press else { return turnWheel(mouse) }
        if layout.footer.contains(x: mouse.x, y: mouse.y) { return clickKey(mouse.x) }
        if let tab = TabBar.tab(at: mouse, self) { return perform(tab.action) }
        guard !fleet.rows.isEmpty, let pane = pane(at: mouse) else { return [] }
        takeHold(mouse)
        focus = pane
        return pane == .list ? clickList(mouse) : refresh()
    }

    private func pane(at mouse: Mouse) -> Pane? {
        let places = [(Pane.list, layout.list), (.detail, layout.detail), (.log, layout.log), (.page, layout.page)]
        return places.first { $0.1?.contains(x: mouse.x, y: mouse.y) ?? false }?.0
    }

    private mutating func turnWheel(_ mouse: Mouse) -> [Command] {
        guard let pane = pane(at: mouse), !fleet.rows.isEmpty else { return [] }
        // What is scrolled is what is pointed at; the keys stay where they are.
        let kept = focus
        focus = pane
        var commands: [Command] = []
        for _ in 0..<Self.wheelStep { commands += move(mouse.kind == .wheelDown ? .down : .up) }
        focus = kept
        return commands
    }

    private mutating func clickList(_ mouse: Mouse) -> [Command] {
        let inside = layout.inner(layout.list)
        let row = mouse.y - inside.y - 1
        if row == -1 { return sort(byColumnAt: mouse.x) }
        let index = list.top + row
        guard row >= 0, row < layout.listRows, index < list.lines.count else { return [] }
        list.select(index, page: layout.listRows, at: now)
        let commands = settle(at: nil)
        let isSecond =
            lastClick.map { $0.place == mouse && now.milliseconds(since: $0.at) <= Self.doubleClick } ?? false
        lastClick = isSecond ? nil : (mouse, now)
        return commands + (isSecond ? perform(.open) : [])
    }

    /// A click on a heading sorts; another one on the same turns the order round.
    private mutating func sort(byColumnAt x: Int) -> [Command] {
        guard let sort = ListView.sort(at: x, in: layout.inner(layout.list), self) else { return [] }
        if list.sort == sort { list.isInverted.toggle() } else { (list.sort, list.isInverted) = (sort, false) }
        return refresh(resort: true)
    }

    private mutating func clickKey(_ x: Int) -> [Command] {
        FooterView.action(at: x, self).map { perform($0) } ?? []
    }

    /// The second click on a line takes it.
    private mutating func click(_ mouse: Mouse, in open: Chooser) -> [Command] {
        guard let row = ChooserView.row(at: mouse, of: size, open.purpose), open.top + row < open.choices.count else {
            return []
        }
        if open.top + row == open.marked { return press(.enter, .choose, in: open) }
        var open = open
        open.mark(open.top + row, page: ChooserView.rows(of: size, open.purpose))
        chooser = open
        if case .theme(let name)? = open.choice?.deed { look.tried = name }
        return []
    }
}
