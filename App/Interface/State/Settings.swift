import Widgets

/// What the user has arranged, kept from one dashboard to the next. A filter is not: it would hide what has failed
/// since from who does not think of it any more.
package struct Settings: Hashable, Sendable {
    package var theme = Look.automatic
    package var sort = Listing.Sort.name
    package var isInverted = false
    package var isTree = false
    package var wraps = false
    package var times = false
    package var mouse = true
    package var division = Division()
    package var focus = State.Pane.list
    /// The tab of the details.
    package var tab = Tab.info
    /// What has the full screen, and of which process: `shop/api#0`.
    package var opened: Opened?
    package var process: String?
    /// What was entered into lines, oldest first.
    package var recalls: [Recall.Line: [String]] = [:]

    package init() {}

    /// What can have the full screen; pages have it for a look only.
    package enum Opened: String, Hashable, Sendable, CaseIterable {
        case process, list, details, log

        var arrangement: State.Arrangement {
            switch self {
            case .process: .opened
            case .list: .zoomed(.list)
            case .details: .zoomed(.detail)
            case .log: .zoomed(.log)
            }
        }
    }
}

/// Names of what is there may be missing, and names that are not known are passed over: files of other versions are
/// read as far as they are understood.
extension Settings: Codable {
    private enum CodingKeys: String, CodingKey {
        case theme, sort, inverted, tree, wrap, times, mouse
        case panes, folded, across, down, opened
        case focus, tab, full, process, entered
    }

    /// The shares of the edges, by their names in the file.
    private static let edges: [(Division.Edge, CodingKeys)] = [(.across, .across), (.down, .down), (.opened, .opened)]

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        theme = try values.decodeIfPresent(String.self, forKey: .theme) ?? theme
        let title = try values.decodeIfPresent(String.self, forKey: .sort)
        sort = Listing.Sort.allCases.first { $0.title == title } ?? sort
        isInverted = try values.decodeIfPresent(Bool.self, forKey: .inverted) ?? isInverted
        isTree = try values.decodeIfPresent(Bool.self, forKey: .tree) ?? isTree
        wraps = try values.decodeIfPresent(Bool.self, forKey: .wrap) ?? wraps
        times = try values.decodeIfPresent(Bool.self, forKey: .times) ?? times
        mouse = try values.decodeIfPresent(Bool.self, forKey: .mouse) ?? mouse
        let preset = try values.decodeIfPresent(String.self, forKey: .panes)
        division.preset = preset.flatMap { Division.Preset(rawValue: $0) } ?? division.preset
        division.isFolded = try values.decodeIfPresent(Bool.self, forKey: .folded) ?? division.isFolded
        for (edge, key) in Self.edges {
            let share = try values.decodeIfPresent(Int.self, forKey: key)
            division.shares[edge] = share.map { max(0, min($0, 1000)) }
        }
        let pane = try values.decodeIfPresent(String.self, forKey: .focus)
        focus = pane.flatMap { State.Pane(rawValue: $0) }.flatMap { $0 == .page ? nil : $0 } ?? focus
        tab = try values.decodeIfPresent(Int.self, forKey: .tab).flatMap { Tab(rawValue: $0) } ?? tab
        opened = try values.decodeIfPresent(String.self, forKey: .full).flatMap { Opened(rawValue: $0) }
        process = try values.decodeIfPresent(String.self, forKey: .process)
        let entered = try values.decodeIfPresent([String: [String]].self, forKey: .entered) ?? [:]
        for line in Recall.Line.allCases { recalls[line] = entered[line.rawValue].map { Recall($0).texts } }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(theme, forKey: .theme)
        try values.encode(sort.title, forKey: .sort)
        try values.encode(isInverted, forKey: .inverted)
        try values.encode(isTree, forKey: .tree)
        try values.encode(wraps, forKey: .wrap)
        try values.encode(times, forKey: .times)
        try values.encode(mouse, forKey: .mouse)
        try values.encode(division.preset.rawValue, forKey: .panes)
        try values.encode(division.isFolded, forKey: .folded)
        for (edge, key) in Self.edges { try values.encodeIfPresent(division.shares[edge], forKey: key) }
        try values.encode(focus.rawValue, forKey: .focus)
        try values.encode(tab.rawValue, forKey: .tab)
        try values.encodeIfPresent(opened?.rawValue, forKey: .full)
        try values.encodeIfPresent(process, forKey: .process)
        let entered = Dictionary(recalls.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
        if !entered.isEmpty { try values.encode(entered, forKey: .entered) }
    }
}

extension State {
    /// What there is to keep now.
    var settings: Settings {
        var settings = Settings()
        settings.theme = look.chosen
        settings.sort = list.sort
        settings.isInverted = list.isInverted
        settings.isTree = list.isTree
        settings.wraps = log.wraps
        settings.times = log.showsTimes
        settings.mouse = hasMouse
        settings.division = division
        settings.focus = focus == .page ? .list : focus
        settings.tab = tab
        settings.opened = Settings.Opened.allCases.first { $0.arrangement == arrangement }
        if settings.opened != nil { settings.process = past == nil ? shown?.target ?? wanted : kept.process }
        settings.recalls = recalls.mapValues(\.texts)
        return settings
    }

    /// Takes over what was kept.
    mutating func restore(_ settings: Settings) {
        look.chosen = look.names.contains(settings.theme) ? settings.theme : Look.automatic
        list.sort = settings.sort
        list.isInverted = settings.isInverted
        list.isTree = settings.isTree
        log.wraps = settings.wraps
        log.showsTimes = settings.times
        hasMouse = settings.mouse
        division = settings.division
        tab = settings.tab
        recalls = settings.recalls.mapValues { Recall($0) }
        if let opened = settings.opened { (arrangement, wanted) = (opened.arrangement, settings.process) }
        focus = settings.focus
        keepFocus()
        kept = self.settings
    }

    /// Nothing that was arranged hides the project that the dashboard is opened for.
    mutating func makeRoom() {
        (arrangement, focus, wanted) = (.panes, .list, nil)
        list.filter = ""
        kept = settings
    }

    /// What was open before is open again, if it is still there.
    mutating func openWanted() {
        guard let target = wanted else { return }
        wanted = nil
        guard let name = live.rows.keys.first(where: { $0.target == target }) else {
            (arrangement, focus) = (.panes, .list)
            return keepFocus()
        }
        list.select(name, page: layout.listRows, at: now)
        restsAt = now
    }
}
