/// What the events that are kept tell of a moment: the one place where the past is put together.
///
/// Every change of an instance has an event, which carries the instance as it is after it. So an instance was as its
/// last event up to the moment says; one without any since the oldest event that is kept has not changed since.
package struct Hindsight: Sendable {
    /// The moment.
    package let time: WallTime
    /// The oldest event that is kept; nil: there is none.
    package private(set) var since: WallTime?
    /// The last event of each instance up to the moment.
    private var last: [MetricName: FleetEvent] = [:]
    /// Instances with events behind it.
    private var later: Set<MetricName> = []

    /// - Parameters:
    ///   - last: the last event of each instance up to the moment.
    ///   - later: instances that have events behind it.
    package init(_ time: WallTime, since: WallTime?, last: [FleetEvent], later: Set<MetricName>) {
        self.time = time
        self.since = since
        for event in last { add(event) }
        self.later = later
    }

    /// From all events that are kept, in their order.
    package init(_ time: WallTime, events: [FleetEvent]) {
        self.init(time, since: events.first?.at, last: [], later: [])
        for event in events {
            if event.at <= time { add(event) } else if let process = event.process { later.insert(MetricName(process)) }
        }
    }

    private mutating func add(_ event: FleetEvent) {
        guard let process = event.process else { return }
        let name = MetricName(process)
        if let known = last[name], known.seq > event.seq { return }
        last[name] = event
    }

    /// The instances that there were, in the order of their ids, without figures.
    ///
    /// - Parameter present: those that there are.
    package func processes(present: [InstanceInfo]) -> [InstanceInfo] {
        guard let since, time >= since else { return [] }
        var found = last.values.filter { $0.name != .deleted }.compactMap(\.process)
        found += present.filter { process in
            let name = MetricName(process)
            return last[name] == nil && !later.contains(name)
        }
        return found.map(asOf).sorted { ($0.id, MetricName($0)) < ($1.id, MetricName($1)) }
    }

    /// What grows with time.
    private func asOf(_ process: InstanceInfo) -> InstanceInfo {
        var process = process
        process.uptime =
            process.pid == nil
            ? nil
            : process.startedAt.map { started in
                max(0, Int(time.milliseconds - started.milliseconds))
            }
        process.cpu = nil
        process.memory = nil
        process.processes = nil
        return process
    }
}
