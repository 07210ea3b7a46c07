import Widgets

extension State {
    /// A key while text is typed: it acts as it is typed.
    mutating func type(_ key: Key, _ action: Action?) -> [Command] {
        guard var typed = prompt else { return [] }
        switch action {
        case .keep:
            if let line = typed.purpose.line { remember(typed.text, in: line) }
            prompt = nil
            return []
        case .older, .newer:
            guard let line = typed.purpose.line else { return turnHelp(action == .older ? .up : .down) }
            let texts = recalls[line] ?? Recall()
            guard let text = texts.step(older: action == .older, &typed.walk, from: typed.text) else { return [] }
            typed.field = TextField(text)
            return retype(typed)
        case .cancel:
            typed.field = TextField()
            prompt = nil
            return use(typed)
        case .erase:
            // One more on an empty line leaves it, as in other programs.
            if typed.field.isEmpty { prompt = nil } else { typed.field.deleteBackward() }
        case .eraseForward: typed.field.deleteForward()
        case .eraseWord: typed.field.deleteWord()
        case .eraseLine: typed.field.deleteToStart()
        case .eraseEnd: typed.field.deleteToEnd()
        case .left: typed.field.moveLeft()
        case .right: typed.field.moveRight()
        case .first: typed.field.moveToStart()
        case .last: typed.field.moveToEnd()
        case .up, .down:
            return typed.purpose == .help ? turnHelp(action) : action.map { move($0) } ?? []
        default:
            guard case .character(let scalar) = key else { return [] }
            typed.field.insert(String(Character(scalar)))
        }
        return retype(typed)
    }

    /// Pasted text goes into the line that is typed; anywhere else it does nothing, for it could hold any key.
    mutating func paste(_ text: String) -> [Command] {
        if place == .choosing, let chooser { return paste(text, in: chooser) }
        if place == .filling {
            form?.field.insert(text)
            form?.mistake = nil
            return []
        }
        guard var typed = prompt else {
            say(.info, "pasted text was ignored: there is no line to type in")
            return []
        }
        typed.field.insert(String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }))
        return retype(typed)
    }

    private mutating func retype(_ typed: Prompt) -> [Command] {
        var typed = typed
        if typed.text.count > Prompt.maxLength { typed.field = TextField(String(typed.text.prefix(Prompt.maxLength))) }
        if prompt != nil { prompt = typed }
        return use(typed)
    }

    private mutating func use(_ typed: Prompt) -> [Command] {
        switch typed.purpose {
        case .filter:
            list.filter = typed.text
            return refresh(resort: true)
        case .search:
            log.find(typed.text)
            showMatch()
            return []
        case .help:
            help?.filter = typed.text
            help?.top = 0
            return []
        }
    }

    /// `/`: a line to type in comes wherever the keys are, for what is typed next must not act. Beside the list it is
    /// the log that is searched; where neither is on the screen the list comes back.
    mutating func beginToFind() {
        if focus != .log, focus != .list || !layout.panes.contains(.list) {
            let isLog = layout.panes.contains(.log) && !layout.panes.contains(.list)
            if !isLog, !layout.panes.contains(.list) { arrangement = .panes }
            focus = isLog ? .log : .list
            keepFocus()
        }
        let isLog = focus == .log
        prompt = Prompt(purpose: isLog ? .search : .filter, text: isLog ? log.search?.text ?? "" : list.filter)
    }

    // MARK: - Moving

    /// Moves in the pane that has the focus.
    mutating func move(_ action: Action) -> [Command] {
        let layout = layout
        switch focus {
        case .list:
            let index = step(action, from: list.selectedIndex ?? 0, count: list.lines.count, page: layout.listRows)
            list.select(index, page: layout.listRows, at: now)
            return settle(at: nil)
        case .page:
            guard var open = page else { return [] }
            let rows = layout.inner(layout.page).height
            let lines = PageView.lines(open, self, width: layout.inner(layout.page).width).count
            let end = max(0, lines - rows)
            open.top = min(end, max(0, step(action, from: open.top, count: end + 1, page: rows)))
            page = open
        case .detail:
            let lines = DetailView.lines(self, width: layout.inner(layout.detail).width).count
            let end = max(0, lines - layout.detailRows)
            detailTop = min(end, max(0, step(action, from: detailTop, count: end + 1, page: layout.detailRows)))
        case .log:
            let (rows, columns) = (layout.logRows, layout.logColumns)
            let shown = log.lastShown(rows: rows, columns: columns)
            let target = step(action, from: shown, count: log.count, page: rows)
            // What was not kept behind the last line comes from the files, but for a jump to the very end.
            if action != .last, target >= log.count - 1, log.held != nil, !log.follows { return wantNewer() }
            log.scroll(to: target, rows: rows, columns: columns)
            if action == .first, let commands = wantStart() { return commands }
            if target < shown, log.isAtTop(rows: rows, columns: columns) { return wantOlder() }
        }
        return []
    }

    /// The index that a movement leads to; it may lie outside of the rows.
    private func step(_ action: Action, from index: Int, count: Int, page: Int) -> Int {
        switch action {
        case .up: index - 1
        case .down: index + 1
        case .pageUp: index - max(1, page - 1)
        case .pageDown: index + max(1, page - 1)
        case .halfUp: index - max(1, page / 2)
        case .halfDown: index + max(1, page / 2)
        case .first: 0
        case .last: count
        default: index
        }
    }

    mutating func turnHelp(_ action: Action?) -> [Command] {
        guard var page = help, let action else { return [] }
        switch action {
        case .back:
            help = nil
            return []
        case .find:
            prompt = Prompt(purpose: .help, text: page.filter)
            return []
        default:
            let rows = HelpView.rows(of: size)
            let end = max(0, HelpView.lines(self).count - rows)
            page.top = min(end, max(0, step(action, from: page.top, count: end + 1, page: rows)))
        }
        help = page
        return []
    }
}
