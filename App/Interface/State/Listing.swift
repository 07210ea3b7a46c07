import Core

/// Which processes the table shows, in which order, and which one is selected. The selection is a name: it stays on its
/// process whatever happens to the rows.
package struct Listing: Sendable {
    package enum Sort: Int, Hashable, Sendable, CaseIterable {
        case name, status, cpu, memory, restarts, uptime

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

    package internal(set) var sort = Sort.name
    package internal(set) var isInverted = false
    package internal(set) var filter = ""
    /// What is shown, in order.
    package private(set) var order: [InstanceName] = []
    package private(set) var selected: InstanceName?
    /// Index in `order` of the row at the top.
    package private(set) var top = 0
    private var heldUntil = Instant(nanoseconds: 0)

    package init() {}

    package var selectedIndex: Int? { selected.flatMap { name in order.firstIndex(of: name) } }
    /// The arrow of the sorted column points down.
    package var descends: Bool { sort.descends != isInverted }

    /// Moves the selection to an index, as far as there are rows.
    mutating func select(_ index: Int, page: Int, at now: Instant) {
        heldUntil = now.advanced(byMilliseconds: Self.hold)
        guard !order.isEmpty else { return }
        selected = order[min(max(0, index), order.count - 1)]
        scroll(page: page)
    }

    /// Brings filter, order and selection up to date with the fleet. `page` is the number of rows on the screen.
    mutating func refresh(_ fleet: Fleet, page: Int, at now: Instant, resort: Bool = false) {
        let oldIndex = selectedIndex
        let shown = fleet.rows.filter { matches($0.value.process) }
        if resort || heldUntil <= now {
            order = sorted(shown, at: now)
        } else {
            let known = Set(order)
            order = order.filter { shown[$0] != nil } + shown.keys.filter { !known.contains($0) }.sorted()
        }
        if selected.map({ shown[$0] == nil }) ?? true {
            selected = order.isEmpty ? nil : order[min(oldIndex ?? 0, order.count - 1)]
        }
        scroll(page: page)
    }

    /// Every word of the filter occurs in `project/name#instance state`, in any case; words after `!` do not.
    private func matches(_ process: InstanceInfo) -> Bool {
        guard !filter.isEmpty else { return true }
        let text = "\(process.namespace)/\(process.label) \(process.status.rawValue)".lowercased()
        return filter.lowercased().split(separator: " ").allSatisfy { word in
            word.hasPrefix("!") ? word.count == 1 || !text.contains(word.dropFirst()) : text.contains(word)
        }
    }

    private func sorted(_ rows: [InstanceName: Fleet.Row], at now: Instant) -> [InstanceName] {
        rows.sorted { a, b in
            let (x, y) = (key(a.value), key(b.value))
            guard x == y else { return (x < y) != descends }
            return (a.key < b.key) != (sort == .name && descends)
        }.map(\.key)
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
        top = max(0, min(top, order.count - rows))
    }
}

extension ProcessStatus {
    /// The order of a list that begins with what needs somebody.
    fileprivate var urgency: Int {
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
