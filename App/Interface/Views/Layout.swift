package import Widgets

/// Where the parts of the screen are. Made from size and arrangement alone; `update` reads the page sizes from it.
package struct Layout: Hashable, Sendable {
    /// What the screen has room for.
    package enum Kind: Hashable, Sendable {
        /// Room for a count of what runs.
        case tiny
        /// One pane between two lines, without frames.
        case bare
        /// Panes in frames.
        case framed
    }

    package static let framedWidth = 60
    package static let framedHeight = 16
    /// From this width on, details stand beside the list.
    package static let detailWidth = 100
    /// From this height on, the header has a second line.
    package static let tallHeight = 30

    package let kind: Kind
    /// The edge above the log; nil where nothing lies above it.
    private(set) var lowerEdge: Division.Edge?
    package var header = Rect(x: 0, y: 0, width: 0, height: 0)
    package var list: Rect?
    package var detail: Rect?
    package var log: Rect?
    /// A page over all panes.
    package var page: Rect?
    package var message = Rect(x: 0, y: 0, width: 0, height: 0)
    package var footer = Rect(x: 0, y: 0, width: 0, height: 0)

    package init(
        size: Size, arrangement: State.Arrangement, focus: State.Pane, division: Division = Division()
    ) {
        let screen = Rect(x: 0, y: 0, width: size.width, height: size.height)
        if size.width < 20 || size.height < 4 {
            kind = .tiny
        } else if size.width < Self.framedWidth || size.height < Self.framedHeight {
            kind = .bare
            let (head, rest) = screen.split(top: division.isFolded ? 0 : 1)
            header = head
            let (body, foot) = rest.split(top: rest.height - 1)
            (message, footer) = (foot, foot)
            put(body, of: Self.single(arrangement, focus))
        } else {
            kind = .framed
            let lines = size.height >= Self.tallHeight ? 2 : 1
            let (head, rest) = screen.split(top: division.isFolded ? 0 : lines)
            header = head
            let (body, feet) = rest.split(top: rest.height - 2)
            (message, footer) = feet.split(top: 1)
            arrange(body, arrangement, division, isWide: size.width >= Self.detailWidth)
        }
    }

    /// The panes on the screen, in the order of Tab.
    package var panes: [State.Pane] {
        [(State.Pane.list, list), (.detail, detail), (.log, log), (.page, page)].filter { $0.1 != nil }.map(\.0)
    }

    /// Rows of processes on a page: without frame and headings.
    package var listRows: Int { max(1, (list?.height ?? 2) - (kind == .framed ? 3 : 1)) }
    package var detailRows: Int { max(1, inner(detail).height) }
    package var logRows: Int { max(1, inner(log).height) }
    package var logColumns: Int { max(1, inner(log).width) }

    /// A pane without its frame.
    package func inner(_ rect: Rect?) -> Rect {
        guard let rect else { return Rect(x: 0, y: 0, width: 0, height: 0) }
        return kind == .framed ? rect.inset(columns: 1, rows: 1) : rect
    }

    private mutating func arrange(
        _ body: Rect, _ arrangement: State.Arrangement, _ division: Division, isWide: Bool
    ) {
        func rows(_ edge: Division.Edge, _ suited: Int) -> Int {
            Self.cells(division.shares[edge], of: body.height, least: Self.leastHeight) ?? suited
        }
        switch arrangement {
        case .zoomed(let pane):
            put(body, of: pane)
        case .opened:
            let (upper, lower) = body.split(top: rows(.opened, min(max(9, body.height * 2 / 5), 18)))
            detail = upper
            log = lower
            lowerEdge = .opened
        case .panes:
            if division.preset == .list { return list = body }
            if division.preset == .log { return log = body }
            let suited = isWide ? body.height * 3 / 5 : (body.height + 1) / 2
            let (upper, lower) = body.split(top: rows(.down, suited))
            log = lower
            lowerEdge = .down
            guard isWide, division.preset == .all else { return list = upper }
            let columns = Self.cells(division.shares[.across], of: upper.width, least: Self.leastWidth)
            let (left, right) = upper.split(left: columns ?? upper.width * 3 / 5)
            list = left
            detail = right
        }
    }

    private mutating func put(_ body: Rect, of pane: State.Pane) {
        switch pane {
        case .list: list = body
        case .detail: detail = body
        case .log: log = body
        case .page: page = body
        }
    }

    /// The one pane of a small screen.
    private static func single(_ arrangement: State.Arrangement, _ focus: State.Pane) -> State.Pane {
        switch arrangement {
        case .zoomed(let pane): pane
        case .opened: focus == .detail ? .detail : .log
        case .panes: focus
        }
    }
}
