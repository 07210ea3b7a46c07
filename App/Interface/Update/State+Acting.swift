import Core
import Widgets

/// What is done with processes: with the marked ones, else with what is selected.
extension State {
    mutating func act(_ action: Action) -> [Command] {
        // The panes beside the list catch up first, so that they show what is acted on.
        let commands = showSelected()
        let names = list.targets
        switch action {
        case .restart where isAsked: question = Question(.restartAll(names))
        case .restart: return commands + send(.restart(names))
        case .toggle where stopping.isEmpty && !list.marks.isEmpty: question = Question(.start(names))
        case .toggle where stopping.isEmpty: return commands + send(.start(names))
        case .toggle: question = Question(.stop(stopping))
        case .delete: question = Question(.delete(instances(ofAppsOf: names)))
        case .undo: return commands + undo()
        case .reload where isAsked: question = Question(.reload(names))
        case .reload: return commands + send(.reload(names))
        case .signal: choose(.signals)
        case .flush: question = Question(.flush(names))
        case .scale: form = Form(.scale(Set(names.map { AppName($0) }).sorted()))
        case .editEnv: form = Form(.environment(Set(names.map { AppName($0) }).sorted()))
        default: break
        }
        return commands
    }

    /// Several are meant, or others than the one that is highlighted: the marked ones need not even be in view.
    private var isAsked: Bool { list.targets.count > 1 || !list.marks.isEmpty }

    mutating func mark(_ action: Action) -> [Command] {
        switch action {
        case .mark:
            list.toggleMark()
            // On to the next, as everywhere.
            if let index = list.selectedIndex, focus == .list {
                list.select(index + 1, page: layout.listRows, at: now)
                return settle(at: nil)
            }
        case .markAll: list.markAll()
        default: list.unmark()
        }
        return []
    }

    /// The keys left and right: long lines in the log, the branches of the tree in the list.
    mutating func aside(_ action: Action) -> [Command] {
        if focus == .log {
            log.column = max(0, log.column + (action == .left ? -LogReader.sideStep : LogReader.sideStep))
            return []
        }
        list.fold(action == .left)
        return refresh()
    }

    /// The list has the keys, and branches.
    var isOnTree: Bool { focus == .list && list.isTree && !fleet.rows.isEmpty }

    /// All lines, then from info, warnings and errors on.
    mutating func nextLevel() {
        switch log.level?.level {
        case nil: log.show(from: .info)
        case .debug, .info: log.show(from: .warning)
        case .warning: log.show(from: .error)
        case .error: log.show(from: nil)
        }
        log.follow()
    }
}
