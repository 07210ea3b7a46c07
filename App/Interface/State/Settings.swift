/// What the user has arranged, kept from one dashboard to the next.
package struct Settings: Hashable, Sendable {
    package var theme = Look.automatic
    package var sort = Listing.Sort.name
    package var isInverted = false
    package var isTree = false
    package var wraps = false
    package var times = false
    package var mouse = true
    package var division = Division()

    package init() {}
}

/// Names of what is there may be missing, and names that are not known are passed over: files of other versions are
/// read as far as they are understood.
extension Settings: Codable {
    private enum CodingKeys: String, CodingKey {
        case theme, sort, inverted, tree, wrap, times, mouse
        case panes, folded, across, down, opened
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
        kept = self.settings
    }
}
