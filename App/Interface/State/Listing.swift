import Core

/// Which processes the table shows, in which order, and which one is selected. The selection is a name: it stays on its
/// process whatever happens to the rows.
package struct Listing: Sendable {
    /// By which column the rows are sorted.
    package enum Sort: Int, Hashable, Sendable, CaseIterable {
        case name, status, cpu, memory, restarts, uptime

        /// What the header and the file of settings call it.
        package var title: String {
            switch self {
            case .name: "name"
            case .status: "state"
            case .cpu: "CPU"
            case .memory: "memory"
            case .restarts: "restarts"
            case .uptime: "uptime"
            }
        }

        /// Figures begin with the highest.
        var descends: Bool { self == .cpu || self == .memory || self == .restarts }
    }

    /// While somebody moves through the list its order stays, milliseconds after the last key.
    package static let hold = 3000

    /// A row of the table. In a tree an app with several instances has one of its own, above theirs.
    package enum Line: Hashable, Sendable {
        case app(AppName)
        case instance(InstanceName)
    }

    /// Where a range of marks began.
    package struct Range: Hashable, Sendable {
        package var anchor: Line
        package var before: Set<InstanceName>
    }

    package internal(set) var sort = Sort.name
    package internal(set) var isInverted = false
    package internal(set) var filter = "" { didSet { query = Query(filter) } }
    package internal(set) var isTree = false
    /// Apps whose instances are not shown.
    package internal(set) var folded: Set<AppName> = []
    /// Those that actions are for, instead of the selected one.
    package private(set) var marks: Set<InstanceName> = []
    /// The processes that the filter lets through, in order; those that are folded away too.
    package private(set) var order: [InstanceName] = []
    /// The rows.
    package private(set) var lines: [Line] = []
    /// The selected row.
    package private(set) var cursor: Line?
    /// Index in `lines` of the row at the top.
    package private(set) var top = 0
    /// Marks reach from here to the selected row, beside those that there were.
    package private(set) var range: Range?
    private var query = Query("")
    private var heldUntil = Instant(nanoseconds: 0)

    package init() {}

    /// Why no process can pass the filter.
    package var mistake: String? { query.mistake }

    package var selectedIndex: Int? { cursor.flatMap { cursor in lines.firstIndex(of: cursor) } }
    /// The selected process; of an app its first.
    package var selected: InstanceName? { under(cursor).first }
    /// The arrow of the sorted column points down.
    package var descends: Bool { sort.descends != isInverted }

    /// The processes that a row stands for.
    package func under(_ line: Line?) -> [InstanceName] {
        switch line {
        case .instance(let name): [name]
        case .app(let app): order.filter { AppName($0) == app }
        case nil: []
        }
    }

    /// What an action is for: the marks, else what is selected.
    package var targets: [InstanceName] { marks.isEmpty ? under(cursor) : marks.sorted() }

    /// Moves the selection to an index, as far as there are rows.
    mutating func select(_ index: Int, page: Int, at now: Instant) {
        heldUntil = now.advanced(byMilliseconds: Self.hold)
        guard !lines.isEmpty else { return }
        cursor = lines[min(max(0, index), lines.count - 1)]
        stretch()
        scroll(page: page)
    }

    /// Selects a process; of a folded app, its row.
    mutating func select(_ name: InstanceName, page: Int, at now: Instant) {
        let index = lines.firstIndex(of: .instance(name)) ?? lines.firstIndex(of: .app(AppName(name)))
        if let index { select(index, page: page, at: now) }
    }

    /// Marks what is selected, or takes its marks away when it has them all.
    mutating func toggleMark() {
        let names = under(cursor)
        if marks.isSuperset(of: names) { marks.subtract(names) } else { marks.formUnion(names) }
    }

    mutating func markAll() { marks.formUnion(order) }
    mutating func unmark() {
        marks = []
        range = nil
    }

    /// Begins a range of marks at the selected row; a second time ends it there, and its marks stay.
    mutating func toggleRange() {
        range = range == nil ? cursor.map { Range(anchor: $0, before: marks) } : nil
        stretch()
    }

    /// Gives up a range: marks are what they were before it.
    mutating func endRange() {
        marks = range?.before ?? marks
        range = nil
    }

    /// Marks what lies between the two ends.
    private mutating func stretch() {
        guard let range, let start = lines.firstIndex(of: range.anchor), let end = selectedIndex else { return }
        marks = lines[min(start, end)...max(start, end)].reduce(into: range.before) { $0.formUnion(under($1)) }
    }

    /// Hides the instances of the selected app, or shows them.
    mutating func fold(_ hides: Bool) {
        guard let cursor, let first = under(cursor).first else { return }
        let app = AppName(first)
        guard lines.contains(.app(app)) else { return }
        if hides { folded.insert(app) } else { folded.remove(app) }
        if hides { self.cursor = .app(app) }
    }

    /// Brings filter, order and selection up to date with the fleet. `page` is the number of rows on the screen.
    mutating func refresh(_ fleet: Fleet, page: Int, at now: Instant, resort: Bool = false) {
        let oldIndex = selectedIndex
        let shown = fleet.rows.filter { query.matches($0.value.process, uptime: fleet.uptime(of: $0.value, at: now)) }
        if resort || heldUntil <= now {
            order = isTree ? grouped(shown) : sorted(shown)
        } else {
            let known = Set(order)
            order = order.filter { shown[$0] != nil } + shown.keys.filter { !known.contains($0) }.sorted()
        }
        if !marks.isEmpty { marks.formIntersection(fleet.rows.keys) }
        lines = isTree ? branches(fleet) : order.map { .instance($0) }
        if let anchor = range?.anchor, !lines.contains(anchor) { range = nil }
        let before = cursor
        if selectedIndex == nil {
            let near = lines.isEmpty ? nil : lines[min(oldIndex ?? 0, lines.count - 1)]
            cursor = Self.relative(of: before, among: lines) ?? near
        }
        scroll(page: page)
    }

    /// The row of the same process when tree and list change places.
    private static func relative(of line: Line?, among lines: [Line]) -> Line? {
        switch line {
        case .app(let app):
            lines.first { if case .instance(let name) = $0 { AppName(name) == app } else { false } }
        case .instance(let name): lines.contains(.app(AppName(name))) ? .app(AppName(name)) : nil
        case nil: nil
        }
    }

    /// An app's row, then those of its instances.
    private func branches(_ fleet: Fleet) -> [Line] {
        var apps: [AppName] = []
        var members: [AppName: [InstanceName]] = [:]
        for name in order {
            if members[AppName(name)] == nil { apps.append(AppName(name)) }
            members[AppName(name), default: []].append(name)
        }
        return apps.flatMap { app -> [Line] in
            let names = members[app] ?? []
            if names.count == 1, fleet.isAlone(names[0]) { return [.instance(names[0])] }
            return [.app(app)] + (folded.contains(app) ? [] : names.map { .instance($0) })
        }
    }

    private func sorted(_ rows: [InstanceName: Fleet.Row]) -> [InstanceName] {
        rows.sorted { a, b in
            let (x, y) = (key(a.value), key(b.value))
            guard x == y else { return (x < y) != descends }
            return (a.key < b.key) != (sort == .name && descends)
        }.map(\.key)
    }

    /// Instances of an app side by side; apps by what their instances have together.
    private func grouped(_ rows: [InstanceName: Fleet.Row]) -> [InstanceName] {
        var members: [AppName: [InstanceName]] = [:]
        for name in sorted(rows) { members[AppName(name), default: []].append(name) }
        let keys = members.mapValues { together($0.compactMap { rows[$0] }.map { key($0) }) }
        return members.keys.sorted { a, b in
            let (x, y) = (keys[a] ?? 0, keys[b] ?? 0)
            return x == y ? (a < b) != (sort == .name && descends) : (x < y) != descends
        }.flatMap { members[$0] ?? [] }
    }

    private func together(_ keys: [Double]) -> Double {
        switch sort {
        case .cpu, .memory, .restarts: keys.reduce(0) { $0 + max(0, $1) }
        case .status, .uptime, .name: keys.min() ?? 0
        }
    }

    /// What a row is sorted by; equal rows are in the order of their names.
    private func key(_ row: Fleet.Row) -> Double {
        switch sort {
        case .name: 0
        case .status: Double(row.process.status.urgency)
        case .cpu: row.process.cpu ?? -1
        case .memory: Double(row.process.memory ?? 0)
        case .restarts: Double(row.process.restarts)
        // Up to now; what does not run comes first.
        case .uptime: row.process.uptime.map { Double($0) - Double(row.seenAt.nanoseconds / 1_000_000) } ?? -.infinity
        }
    }

    /// Keeps the selected row on the page, and no page half empty. The page moves by half: who goes on sees what
    /// comes, and not every key draws all rows again.
    private mutating func scroll(page: Int) {
        let rows = max(1, page)
        let index = selectedIndex ?? 0
        if index < top { top = index - rows / 2 }
        if index >= top + rows { top = index - rows + 1 + rows / 2 }
        top = max(0, min(top, lines.count - rows))
    }
}

extension ProcessStatus {
    /// The order of a list that begins with what needs somebody.
    var urgency: Int {
        switch self {
        case .errored: 0
        case .killing: 1
        case .stopping: 2
        case .waiting: 3
        case .starting: 4
        case .reloading: 5
        case .online: 6
        case .stopped: 7
        case .created: 8
        }
    }
}
