import Core

/// What the details show of a process.
package enum Tab: Int, Hashable, Sendable, CaseIterable {
    case info = 1
    case env, events, files, metrics

    init?(_ action: Action) {
        guard let tab = Tab.allCases.first(where: { $0.action == action }) else { return nil }
        self = tab
    }

    /// What turns to it.
    var action: Action {
        switch self {
        case .info: .tabInfo
        case .env: .tabEnv
        case .events: .tabEvents
        case .files: .tabFiles
        case .metrics: .tabMetrics
        }
    }

    var title: String {
        switch self {
        case .info: "Info"
        case .env: "Env"
        case .events: "Events"
        case .files: "Files"
        case .metrics: "Graphs"
        }
    }
}

extension State {
    /// The tabs that have something to show: what does not run has no files and no figures.
    var tabs: [Tab] {
        guard let row = shownRow else { return [.info] }
        // Of the past there are events and figures; the rest is known of now only.
        if past != nil { return [.info, .events, .metrics] }
        return Tab.allCases.filter { row.process.pid != nil || ($0 != .files && $0 != .metrics) }
    }

    /// The tab to see: the chosen one, where the process has it.
    package var shownTab: Tab { tabs.contains(tab) ? tab : .info }

    /// A digit: the tab, and the details where they are not on the screen.
    mutating func turn(to action: Action) -> [Command] {
        guard let chosen = Tab(action) else { return [] }
        tab = chosen
        detailTop = 0
        guard layout.detail == nil else { return showSelected() }
        arrangement = .opened
        focus = .detail
        keepFocus()
        return showSelected()
    }
}
