import Widgets

/// How the user divides the screen among the panes: with keys, or by dragging frames.
package struct Division: Hashable, Sendable {
    /// Which panes are on the screen, as far as there is room.
    package enum Preset: String, Hashable, Sendable, CaseIterable {
        case all
        case listAndLog
        case list
        case log

        /// `list and log`
        var title: String {
            switch self {
            case .all: "all panes"
            case .listAndLog: "list and log"
            case .list: "the list alone"
            case .log: "the log alone"
            }
        }
    }

    /// A line between panes that can be moved.
    package enum Edge: Hashable, Sendable {
        /// Between list and details.
        case across
        /// Between these and the log.
        case down
        /// Between details and log of a process that was opened.
        case opened
    }

    package var preset = Preset.all
    /// Without the lines at the top.
    package var isFolded = false
    /// What is left of an edge, or above it, in thousandths; a missing one is where it suits the screen.
    package var shares: [Edge: Int] = [:]

    package init() {}
}

extension Layout {
    /// Where an edge is, and how far it can be moved: columns or rows.
    package struct Border: Hashable, Sendable {
        /// The first column or row behind it.
        package var position: Int
        /// The columns or rows that it divides.
        package var whole: Range<Int>
        /// Columns or rows that each side has at least.
        package var least: Int

        /// The same edge moved to a place, as far as the panes allow.
        func share(at place: Int) -> Int {
            let kept = max(whole.lowerBound + least, min(place, whole.upperBound - least))
            return (1000 * (kept - whole.lowerBound) + whole.count / 2) / max(1, whole.count)
        }
    }

    /// What the panes have at least, however the edges are moved.
    static let (leastWidth, leastHeight) = (24, 4)

    /// How many of `length` cells a share is, so that both sides keep `least`; nil where there is no share.
    static func cells(_ share: Int?, of length: Int, least: Int) -> Int? {
        share.map { max(least, min((length * $0 + 500) / 1000, length - least)) }
    }

    /// A border that can be moved; nil when the layout does not show it.
    package func border(_ edge: Division.Edge) -> Border? {
        switch edge {
        case .across:
            guard let list, let detail else { return nil }
            return Border(position: detail.x, whole: list.x..<detail.right, least: Self.leastWidth)
        case .down, .opened:
            guard edge == lowerEdge, let upper = list ?? detail, let log else { return nil }
            return Border(position: log.y, whole: upper.y..<log.bottom, least: Self.leastHeight)
        }
    }

    /// The edge that a place of the screen is on: either of the two lines that meet there.
    package func edge(x: Int, y: Int) -> Division.Edge? {
        let edges: [Division.Edge] = [.down, .opened, .across]
        return edges.first { edge in
            guard let border = border(edge) else { return false }
            guard edge == .across else { return y == border.position || y == border.position - 1 }
            let isBeside = detail.map { y >= $0.y && y < $0.bottom } ?? false
            return isBeside && (x == border.position || x == border.position - 1)
        }
    }

    /// The edge that changes the size of a pane, and whether the pane lies before it.
    package func edge(of pane: State.Pane) -> (edge: Division.Edge, isBefore: Bool)? {
        let edges: [Division.Edge] = pane == .log ? [.down, .opened] : [.across, .down, .opened]
        guard let edge = edges.first(where: { border($0) != nil }) else { return nil }
        return (edge, edge == .across ? pane == .list : pane != .log)
    }
}
