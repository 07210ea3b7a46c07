import Core
import Themes
import Widgets

/// The table of processes.
enum ListView {
    /// Columns of a sparkline.
    private static let graphWidth = 5
    /// A graph that is full shows at least so many percent: idle noise stays low.
    private static let fullGraph = 5.0

    private enum Column: Int, CaseIterable {
        case mark, name, state, pid, cpu, graph, memory, restarts, story
    }

    static func draw(
        _ state: State, on canvas: inout Canvas, in area: Rect, _ kind: Layout.Kind, _ glyphs: Glyphs
    ) {
        var inside = area
        if kind == .framed {
            let box = box(state, rows: area.height - 3, glyphs)
            inside = box.draw(on: &canvas, in: area, glyphs: glyphs)
        }
        let rows = visible(state, inside.height - 1)
        let table = Table(
            columns: columns(state.list, glyphs), rows: rows.map { cells($0, state, glyphs) },
            selected: state.list.selectedIndex.map { $0 - state.list.top }, focused: state.focus == .list,
            placeholder: StyledText(" nothing matches \(Text.sanitize(state.list.filter)): Esc shows all"))
        table.draw(on: &canvas, in: inside, glyphs: glyphs)
        let graphs = table.places(in: inside).first { $0.column == Column.graph.rawValue }
        guard let graphs else { return }
        for (index, row) in rows.enumerated() where row.process.pid != nil {
            let place = Rect(x: graphs.x, y: inside.y + 1 + index, width: graphs.width, height: 1)
            Sparkline(row.cpu.samples(2 * graphWidth), maximum: max(fullGraph, row.cpu.max))
                .draw(on: &canvas, in: place, glyphs: glyphs)
            // One colour, or that of the selection: each change of colour costs more bytes than its cells.
            let selection: Role = state.focus == .list ? .selection : .selectionUnfocused
            canvas.restyle(place, role: index == table.selected ? selection : .graphLow)
        }
    }

    private static func visible(_ state: State, _ height: Int) -> [Fleet.Row] {
        state.list.order.dropFirst(state.list.top).prefix(max(0, height)).compactMap { state.fleet.rows[$0] }
    }

    private static func box(_ state: State, rows: Int, _ glyphs: Glyphs) -> Box {
        let list = state.list
        let total = state.fleet.rows.count
        let count = list.order.count == total ? "\(total)" : "\(list.order.count) of \(total)"
        var right = "sort \(list.sort.title) \(list.descends ? glyphs.down : glyphs.up)"
        if !list.filter.isEmpty { right = "filter \(Text.sanitize(list.filter)) \(glyphs.separator) " + right }
        // Which rows there are to see changes less often than which one is selected.
        let place = list.order.count > rows ? "\(list.top + 1)-\(list.top + rows) of \(list.order.count)" : ""
        return Box(
            title: StyledText("Processes \(count)"), right: StyledText(right), bottomRight: StyledText(place),
            focused: state.focus == .list)
    }

    private static func columns(_ list: Listing, _ glyphs: Glyphs) -> [Table.Column] {
        func title(_ text: String, _ sort: Listing.Sort?) -> StyledText {
            list.sort == sort ? StyledText(text + (list.descends ? glyphs.down : glyphs.up), .accent) : StyledText(text)
        }
        return Column.allCases.map { column in
            switch column {
            case .mark: Table.Column("", .fixed(1), priority: 9)
            case .name: Table.Column(title("NAME", .name), .flexible(minimum: 12), priority: 8)
            case .state: Table.Column(title("STATE", .status), .fixed(11), priority: 7)
            case .pid: Table.Column("PID", .fixed(7), .right, priority: 2)
            case .cpu: Table.Column(title("CPU%", .cpu), .fixed(5), .right, priority: 6)
            case .graph: Table.Column("60s", .fixed(graphWidth), priority: 1)
            case .memory: Table.Column(title("MEM", .memory), .fixed(5), .right, priority: 5)
            case .restarts: Table.Column(title("RST", .restarts), .fixed(4), .right, priority: 3)
            case .story: Table.Column(title("UPTIME", .uptime), .flexible(minimum: 9), priority: 4)
            }
        }
    }

    private static func cells(_ row: Fleet.Row, _ state: State, _ glyphs: Glyphs) -> Table.Row {
        let process = row.process
        let name = InstanceName(process)
        // Few colours: each is bytes to the terminal for every row that the selection passes.
        let none = StyledText("-")
        return Table.Row(
            Column.allCases.map { column in
                switch column {
                case .mark: name == state.list.selected ? StyledText(glyphs.selected, .accent) : ""
                case .name: title(name, state)
                case .state: process.status.label(glyphs)
                case .pid: process.pid.map { StyledText("\($0)") } ?? none
                case .cpu: process.cpu.map { StyledText(Format.percent($0)) } ?? none
                case .graph: ""
                case .memory: process.memory.map { StyledText(Format.bytes($0)) } ?? none
                case .restarts: StyledText(Format.count(process.restarts))
                case .story:
                    StyledText(
                        Text.sanitize(state.fleet.story(of: row, at: state.now)),
                        process.status == .errored || process.status == .waiting ? process.status.role : .text)
                }
            })
    }

    /// The project in front where there are several, the number behind where the app has several instances.
    private static func title(_ name: InstanceName, _ state: State) -> StyledText {
        let project = state.fleet.hasNamespaces ? StyledText("\(name.namespace)/", .dim) : ""
        let number = state.fleet.isAlone(name) ? "" : "#\(name.instance)"
        return project + StyledText(name.name + number)
    }
}
