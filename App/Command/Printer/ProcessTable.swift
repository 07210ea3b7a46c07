internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// `od list`: one row an instance. On a terminal it fits its width; in a pipe every column is there in full.
enum ProcessTable {
    static func text(_ processes: [InstanceInfo], width: Int?, colour: Bool, unicode: Bool = true) -> String {
        let table = table(processes, restarts: unicode ? "↺" : "restarts")
        let needed = table.columns.indices.reduce(0) { $0 + natural($1, table) + table.gap }
        let columns = width.map { min($0, needed) } ?? needed
        var canvas = Canvas(size: Size(width: max(columns, table.placeholder.width), height: table.height))
        table.draw(on: &canvas, in: canvas.bounds, glyphs: unicode ? .unicode : .ascii)
        return colour ? ANSI.render(canvas, theme: .terminal, depth: .sixteen) : ANSI.plain(canvas)
    }

    private static func table(_ processes: [InstanceInfo], restarts: String) -> Table {
        let several = Set(processes.filter { $0.instance > 0 }.map { "\($0.namespace)/\($0.name)" })
        func isAlone(_ process: InstanceInfo) -> Bool { !several.contains("\(process.namespace)/\(process.name)") }
        let notes = processes.map { Text.width(Text.sanitize($0.note)) }.max() ?? 0
        return Table(
            columns: [
                Table.Column("id", .content(maximum: 6), .right, priority: 80),
                Table.Column("name", .content(maximum: 200), priority: 100),
                Table.Column("namespace", .content(maximum: 200), priority: 30),
                Table.Column("mode", .content(maximum: 8), priority: 10),
                Table.Column("pid", .content(maximum: 10), .right, priority: 50),
                Table.Column("uptime", .content(maximum: 10), .right, priority: 60),
                Table.Column(StyledText(restarts), .content(maximum: 10), .right, priority: 40),
                Table.Column("status", .content(maximum: 10), priority: 90),
                Table.Column("cpu", .content(maximum: 8), .right, priority: 65),
                Table.Column("mem", .content(maximum: 8), .right, priority: 70),
                // Why an app is not online says more than its pid; without anything to say it takes no room.
                Table.Column("", .flexible(minimum: min(notes, 10)), priority: notes > 0 ? 55 : 0),
            ],
            rows: processes.map { Table.Row(cells($0, isAlone: isAlone($0))) }, gap: 2,
            placeholder: "no apps yet: od start FILE starts one")
    }

    /// - Parameter isAlone: no other instance of its app is in the table; else the name is that of the instance.
    private static func cells(_ process: InstanceInfo, isAlone: Bool) -> [StyledText] {
        let name = Text.sanitize(isAlone ? process.name : process.label)
        return [
            StyledText("\(process.id)"), StyledText(name, .text, .bold),
            StyledText(Text.sanitize(process.namespace), .dim), StyledText(process.mode, .dim),
            StyledText(process.pid.map(String.init) ?? "-"),
            StyledText(process.uptime.map { Format.duration(milliseconds: $0).filter { $0 != " " } } ?? "-"),
            StyledText("\(process.restarts)"), StyledText(process.word, process.status.role),
            StyledText(process.cpu.map { Format.percent($0) + "%" } ?? "-"),
            StyledText(process.memory.map(Format.bytes) ?? "-"),
            StyledText(Text.sanitize(process.note), .dim),
        ]
    }

    private static func natural(_ column: Int, _ table: Table) -> Int {
        table.rows.reduce(table.columns[column].title.width) { max($0, $1.cells[column].width) }
    }
}

extension InstanceInfo {
    /// What the status alone does not say: why it waits or is errored, what it says of itself, how it ended.
    var note: String {
        if let reason, !reason.isEmpty { return reason }
        if let message, status == .online { return message }
        guard status == .stopped || status == .errored || status == .waiting, let exit else { return "" }
        return "\(exit)"
    }
}

extension ProcessStatus {
    /// The colour of a state.
    var role: Role {
        switch self {
        case .online: .online
        case .created, .starting, .reloading: .starting
        case .waiting: .waiting
        case .stopping, .killing: .stopping
        case .stopped: .stopped
        case .errored: .errored
        }
    }
}
