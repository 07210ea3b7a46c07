import Core
import Themes
import Widgets

/// The table of processes.
enum ListView {
    /// Columns of a sparkline, and of one where the list is as wide as this.
    private static let (graphWidth, wideGraph, wideFrom) = (5, 20, 100)
    /// A graph that is full shows at least so many percent: idle noise stays low.
    private static let fullGraph = 5.0

    /// Columns of names, and of the project in front of them.
    private static let leastName = 12
    private static let mostName = 16
    private static let mostFullName = 20
    private static let mostProject = 8

    private enum Column: Int, CaseIterable {
        case mark, name, state, pid, cpu, graph, memory, restarts, story

        var sort: Listing.Sort? {
            switch self {
            case .name: .name
            case .state: .status
            case .cpu: .cpu
            case .memory: .memory
            case .restarts: .restarts
            case .story: .uptime
            case .mark, .pid, .graph: nil
            }
        }
    }

    static func draw(
        _ state: State, on canvas: inout Canvas, in area: Rect, _ kind: Layout.Kind, _ glyphs: Glyphs
    ) {
        var inside = area
        if kind == .framed {
            let box = box(state, rows: area.height - 3, glyphs)
            inside = box.draw(on: &canvas, in: area, glyphs: glyphs)
        }
        let lines = Array(state.list.lines.dropFirst(state.list.top).prefix(max(0, inside.height - 1)))
        let filter = Text.sanitize(state.list.filter)
        let table = Table(
            columns: columns(state.list, state.fleet, state.past?.reach ?? "60s", inside.width, glyphs),
            rows: lines.map { row($0, state, glyphs) },
            selected: state.list.selectedIndex.map { $0 - state.list.top }, focused: state.focus == .list,
            placeholder: state.list.mistake.map { StyledText(" " + Text.sanitize($0), .warning) }
                ?? StyledText(" nothing matches \(filter): \(state.keys.name(of: .back)) shows all"))
        table.draw(on: &canvas, in: inside, glyphs: glyphs)
        if kind == .framed {
            let rows = inside.split(top: 1).1
            ScrollBar(count: state.list.lines.count, visible: rows.height, offset: state.list.top)
                .draw(on: &canvas, in: rows.rightEdge, isOnFrame: true, glyphs: glyphs)
        }
        let graphs = table.places(in: inside).first { $0.column == Column.graph.rawValue }
        guard let graphs else { return }
        for (index, line) in lines.enumerated() {
            guard case .instance(let name) = line, let row = state.fleet.rows[name], row.process.pid != nil else {
                continue
            }
            let place = Rect(x: graphs.x, y: inside.y + 1 + index, width: graphs.width, height: 1)
            Sparkline(row.cpu.samples(2 * graphs.width), maximum: max(fullGraph, row.cpu.max))
                .draw(on: &canvas, in: place, glyphs: glyphs)
            // One colour, or that of the selection: each change of colour costs more bytes than its cells.
            let selection: Role = state.focus == .list ? .selection : .selectionUnfocused
            canvas.restyle(place, role: index == table.selected ? selection : .graphLow)
        }
    }

    /// What a click on the headings sorts by.
    static func sort(at x: Int, in inside: Rect, _ state: State) -> Listing.Sort? {
        let table = Table(columns: columns(state.list, state.fleet, "60s", inside.width, .unicode), rows: [])
        guard let place = table.places(in: inside).first(where: { $0.x <= x && x < $0.x + $0.width }) else {
            return nil
        }
        return Column(rawValue: place.column)?.sort
    }

    private static func box(_ state: State, rows: Int, _ glyphs: Glyphs) -> Box {
        let list = state.list
        let total = state.fleet.rows.count
        let count = list.order.count == total ? "\(total)" : "\(list.order.count) of \(total)"
        var right = "sort \(list.sort.title) \(list.descends ? glyphs.down : glyphs.up)"
        if !list.filter.isEmpty { right = "filter \(Text.sanitize(list.filter)) \(glyphs.separator) " + right }
        // Which rows there are to see changes less often than which one is selected.
        let place = list.lines.count > rows ? "\(list.top + 1)-\(list.top + rows) of \(list.lines.count)" : ""
        let range = list.range == nil ? "" : " \(glyphs.separator) V ends the range"
        let marked = list.marks.isEmpty ? "" : "\(list.marks.count) marked" + range
        return Box(
            title: StyledText("Processes ") + StyledText(count, list.filter.isEmpty ? nil : Style(.warning)),
            right: StyledText(right), bottomLeft: StyledText(marked),
            bottomRight: StyledText(place), focused: state.focus == .list)
    }

    /// Columns for names, as many as they need within bounds, whichever rows are in view.
    private static func nameWidth(_ fleet: Fleet) -> Int {
        let longest =
            fleet.rows.keys.map { name in
                (fleet.hasNamespaces ? min(mostProject, name.namespace.count) + 1 : 0) + name.name.count
                    + (fleet.isAlone(name) ? 0 : 3)
            }.max() ?? 0
        return min(fleet.hasNamespaces ? mostFullName : mostName, max(leastName, longest))
    }

    /// The project in front of a name: it is cut, never the name.
    private static func project(_ namespace: String, _ state: State, _ glyphs: Glyphs) -> StyledText {
        guard state.fleet.hasNamespaces else { return "" }
        let isLong = namespace.count > mostProject
        let text = isLong ? namespace.prefix(mostProject - glyphs.ellipsis.count) + glyphs.ellipsis : namespace[...]
        return StyledText("\(text)/", .dim)
    }

    private static func columns(
        _ list: Listing, _ fleet: Fleet, _ reach: String, _ width: Int, _ glyphs: Glyphs
    ) -> [Table.Column] {
        func title(_ text: String, _ column: Column) -> StyledText {
            list.sort == column.sort
                ? StyledText(text + (list.descends ? glyphs.down : glyphs.up), .accent) : StyledText(text)
        }
        let name = nameWidth(fleet)
        return Column.allCases.map { column in
            switch column {
            case .mark: Table.Column("", .fixed(list.marks.isEmpty ? 1 : 2), priority: 9)
            case .name: Table.Column(title("NAME", column), .flexible(minimum: name), priority: 8)
            case .state: Table.Column(title("STATE", column), .fixed(11), priority: 7)
            case .pid: Table.Column("PID", .fixed(7), .right, priority: 2)
            case .cpu: Table.Column(title("CPU%", column), .fixed(5), .right, priority: 6)
            case .graph: Table.Column(StyledText(reach), .fixed(width < wideFrom ? graphWidth : wideGraph), priority: 1)
            case .memory: Table.Column(title("MEM", column), .fixed(5), .right, priority: 5)
            case .restarts: Table.Column(title("RST", column), .fixed(4), .right, priority: 3)
            case .story: Table.Column(title("UPTIME", column), .flexible(minimum: 9, weight: 3), priority: 4)
            }
        }
    }

    private static func row(_ line: Listing.Line, _ state: State, _ glyphs: Glyphs) -> Table.Row {
        switch line {
        case .app(let app): head(app, state, glyphs)
        case .instance(let name): state.fleet.rows[name].map { cells($0, state, glyphs) } ?? Table.Row([])
        }
    }

    /// The row of an app: what its instances have together.
    private static func head(_ app: AppName, _ state: State, _ glyphs: Glyphs) -> Table.Row {
        let line = Listing.Line.app(app)
        let names = state.list.under(line)
        let processes = names.compactMap { state.fleet.rows[$0]?.process }
        let online = processes.count { $0.status == .online }
        let worst = processes.map(\.status).min { $0.urgency < $1.urgency } ?? .created
        let cpu = processes.compactMap(\.cpu).reduce(0, +)
        let memory = processes.compactMap(\.memory).total
        let project = project(app.namespace, state, glyphs)
        let fold = state.list.folded.contains(app) ? glyphs.pointer : glyphs.down
        return Table.Row([
            mark(line, names, state, glyphs), StyledText("\(fold) ", .dim) + project + StyledText(app.name),
            worst.mark(glyphs) + StyledText(" \(online)/\(processes.count)", worst.role), "",
            online > 0 ? StyledText(Format.percent(cpu)) : "-", "",
            memory > 0 ? StyledText(Format.bytes(memory)) : "-",
            StyledText(Format.count(processes.map(\.restarts).total)), "",
        ])
    }

    private static func mark(
        _ line: Listing.Line, _ names: [InstanceName], _ state: State, _ glyphs: Glyphs
    ) -> StyledText {
        let cursor = state.list.cursor == line ? StyledText(glyphs.selected, .accent) : StyledText(" ")
        if state.list.marks.isEmpty { return state.list.cursor == line ? cursor : "" }
        return cursor + StyledText(state.list.marks.isSuperset(of: names) ? glyphs.marked : " ", .accent)
    }

    private static func cells(_ row: Fleet.Row, _ state: State, _ glyphs: Glyphs) -> Table.Row {
        let process = row.process
        let name = InstanceName(process)
        // Few colours: each is bytes to the terminal for every row that the selection passes.
        let none = StyledText("-")
        return Table.Row(
            Column.allCases.map { column in
                switch column {
                case .mark: mark(.instance(name), [name], state, glyphs)
                case .name: title(name, state, glyphs)
                case .state: process.label(glyphs)
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

    /// The project in front where there are several, the number behind where the app has several instances; in a tree
    /// the lines that lead to it.
    private static func title(_ name: InstanceName, _ state: State, _ glyphs: Glyphs) -> StyledText {
        let number = state.fleet.isAlone(name) ? "" : "#\(name.instance)"
        if state.list.isTree, !state.fleet.isAlone(name) {
            let isLast = state.list.under(.app(AppName(name))).last == name
            return StyledText("\(isLast ? glyphs.lastBranch : glyphs.branch) ", .dim) + StyledText(name.name + number)
        }
        let lead = state.list.isTree ? StyledText("  ") : ""
        return lead + project(name.namespace, state, glyphs) + StyledText(name.name + number)
    }
}
