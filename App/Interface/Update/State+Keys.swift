import Core

extension State {
    /// Where keys go now.
    package var place: Binding.Place {
        if prompt != nil { return .typing }
        if question != nil { return .dialog }
        if form != nil { return .filling }
        if chooser != nil { return .choosing }
        return help != nil ? .help : .panes
    }

    mutating func press(_ key: Key) -> [Command] {
        if isStoppingAll { return pressWhileStopping(key) }
        let action = keys.action(for: key, at: place)
        // These are the same everywhere.
        if action == .redraw { return [.redraw] }
        if action == .suspend { return [.suspend] }
        switch place {
        case .typing: return type(key, action)
        case .dialog: return answer(key, action)
        case .choosing: return chooser.map { press(key, action, in: $0) } ?? []
        case .filling: return form.map { press(key, action, in: $0) } ?? []
        case .help: return turnHelp(action)
        case .panes: return action.map { perform($0) } ?? []
        }
    }

    /// An action of the panes; nothing when it is not available.
    mutating func perform(_ action: Action) -> [Command] {
        guard isAvailable(action) else { return refuse(action) }
        if let asked = guardPresent(.action(action)) { return asked }
        switch action {
        case .earlier, .later, .present: return travel(action)
        case .nextHost, .previousHost: return [.turn(action == .nextHost ? 1 : -1)]
        case .up, .down, .first, .last, .pageUp, .pageDown, .halfUp, .halfDown: return move(action)
        case .left, .right: return aside(action)
        case .nextPane: stepFocus(1)
        case .previousPane: stepFocus(-1)
        case .open: return open()
        case .log: return toggleLog()
        case .grow, .shrink: grow(action == .grow)
        case .preset: nextPreset()
        case .fold: division.isFolded.toggle()
        case .zoom: arrangement = arrangement == .zoomed(focus) ? .panes : .zoomed(focus)
        case .back: goBack()
        case .restart, .toggle, .delete, .undo, .reload, .signal, .scale, .editEnv, .flush: return act(action)
        case .tabInfo, .tabEnv, .tabEvents, .tabFiles, .tabMetrics: return turn(to: action)
        case .why, .graph, .system, .messages: return openPage(action)
        case .saveLog: form = Form(.saveLog, text: logFileName)
        case .range: list.toggleRange()
        case .restartAll: question = Question(.restartAll(list.order))
        case .mark, .markAll, .unmark: return mark(action)
        case .find: beginToFind()
        case .nextMatch, .previousMatch: return visitMatch(next: action == .nextMatch)
        case .onlyMatches: toggleOnlyMatches()
        case .wrap: log.wraps.toggle()
        case .level: nextLevel()
        case .times: log.showsTimes.toggle()
        case .pretty: log.isPretty.toggle()
        case .whole:
            log.isWhole.toggle()
            return refresh() + reopenLog()
        case .tree:
            list.isTree.toggle()
            return refresh(resort: true)
        case .palette: choose(.commands)
        case .themes: choose(.themes)
        case .mouse:
            hasMouse.toggle()
            say(
                .info,
                hasMouse
                    ? "the mouse is the dashboard's again"
                    : "the mouse is the terminal's: \(keys.name(of: .mouse)) takes it back")
        case .copy: return copyOne()
        case .copyAll: return copyAll()
        case .nextSort: return sort(by: 1)
        case .previousSort: return sort(by: -1)
        case .invertSort:
            list.isInverted.toggle()
            return refresh(resort: true)
        case .help: help = Help()
        case .interrupt:
            say(
                .info,
                "\(keys.name(of: .quit)) leaves the dashboard, \(keys.name(of: .detach)) leaves and keeps the apps running"
            )
        case .detach: return isOwner ? send(.detach) : [.quit(farewell)]
        case .quit: return quit()
        case .redraw, .suspend, .older, .newer, .keep, .cancel, .erase, .eraseForward, .eraseWord, .eraseLine,
            .eraseEnd, .choose,
            .nextChoice, .previousChoice, .complete:
            break
        }
        return refreshPage()
    }

    /// Whether a key of the panes has an effect now; those without are in no footer.
    package func isAvailable(_ action: Action) -> Bool {
        if isReadOnly, action.changes { return false }
        if showsNoProcess, action.isOfProcesses { return false }
        let panes = layout.panes
        switch action {
        case .earlier: return live.isKnown && link == .live
        case .later, .present: return past != nil
        case .nextHost, .previousHost: return hostCount > 1
        case .open: return list.selected != nil && arrangement != .opened
        case .restart, .toggle, .delete, .mark, .copy, .reload, .signal, .scale, .editEnv, .flush, .range, .why:
            return list.selected != nil
        case .undo: return canUndo
        case .tabInfo, .tabEnv, .tabEvents, .tabFiles, .tabMetrics:
            return Tab(action).map { tabs.contains($0) && ($0 != shownTab || !panes.contains(.detail)) } ?? false
        case .graph, .copyAll: return !fleet.rows.isEmpty
        case .saveLog: return panes.contains(.log) && log.count > 0
        case .system: return fleet.isKnown
        case .messages: return !said.isEmpty
        case .unmark: return !list.marks.isEmpty
        case .markAll: return list.order.count > 1
        case .tree: return panes.contains(.list) && !fleet.rows.isEmpty
        case .level: return panes.contains(.log) && !fleet.rows.isEmpty
        case .log: return list.selected != nil || arrangement == .zoomed(.log)
        case .restartAll: return list.order.count > 1
        case .nextPane, .previousPane: return !fleet.rows.isEmpty && (panes.count > 1 || layout.kind == .bare)
        case .zoom, .preset: return !fleet.rows.isEmpty && layout.kind == .framed
        case .grow, .shrink: return layout.edge(of: focus) != nil && !fleet.rows.isEmpty
        case .fold: return layout.kind != .tiny
        case .nextMatch, .previousMatch, .onlyMatches: return log.search != nil && panes.contains(.log)
        case .wrap, .times, .pretty: return panes.contains(.log) && !fleet.rows.isEmpty
        case .whole: return panes.contains(.log) && log.process != nil && (log.isWhole || hasSiblings)
        case .left: return isOnTree || focus == .log && !log.wraps && log.column > 0
        case .right: return isOnTree || focus == .log && !log.wraps
        case .nextSort, .previousSort, .invertSort: return panes.contains(.list) && list.order.count > 1
        case .up, .down, .first, .last, .pageUp, .pageDown, .halfUp, .halfDown: return !fleet.rows.isEmpty
        case .back: return canGoBack
        default: return true
        }
    }

    /// The app whose log is shown has several instances.
    private var hasSiblings: Bool {
        log.process.map { instances(ofAppsOf: [$0]).count > 1 } ?? false
    }

    // MARK: - Panes

    private mutating func stepFocus(_ step: Int) {
        // A small screen shows one pane: Tab changes which.
        let panes = layout.kind == .bare && arrangement == .panes ? [.list, .log] : layout.panes
        guard let index = panes.firstIndex(of: focus) else { return keepFocus() }
        focus = panes[(index + step + panes.count) % panes.count]
        focusOfPresets = nil
    }

    private mutating func open() -> [Command] {
        if case .app(let app) = list.cursor, focus == .list {
            list.fold(!list.folded.contains(app))
            return refresh()
        }
        arrangement = .opened
        focus = .log
        return showSelected()
    }

    private mutating func toggleLog() -> [Command] {
        if arrangement == .zoomed(.log) {
            arrangement = .panes
            focus = .list
            keepFocus()
            return []
        }
        arrangement = .zoomed(.log)
        focus = .log
        return showSelected()
    }

    private var canGoBack: Bool {
        toasts.contains { $0.until == nil } || list.range != nil || arrangement != .panes
            || (focus != .list && layout.panes.contains(.list))
            || log.search != nil || !list.filter.isEmpty
    }

    /// One thing at a time: what lies on top first.
    private mutating func goBack() {
        if toasts.contains(where: { $0.until == nil }) {
            toasts.removeAll { $0.until == nil }
        } else if list.range != nil {
            list.endRange()
        } else if log.search != nil, focus == .log {
            log.find("")
        } else if !list.filter.isEmpty, focus == .list, arrangement == .panes {
            list.filter = ""
        } else if arrangement != .panes {
            arrangement = .panes
            focus = .list
        } else if focus != .list {
            focus = .list
        } else {
            log.find("")
        }
    }

    private mutating func refreshPage() -> [Command] {
        keepFocus()
        return refresh()
    }

    private mutating func sort(by step: Int) -> [Command] {
        let all = Listing.Sort.allCases
        list.sort = all[(list.sort.rawValue + step + all.count) % all.count]
        list.isInverted = false
        return refresh(resort: true)
    }
}
