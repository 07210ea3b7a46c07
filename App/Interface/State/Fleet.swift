package import Core

/// The processes as the engine told of them: a snapshot, then numbered events, and figures every second.
package struct Fleet: Sendable {
    /// A process, and its figures of the last minute.
    package struct Row: Hashable, Sendable {
        package var process: InstanceInfo
        package var cpu = History()
        package var memory = History()
        /// When `process` was told of, on the clock of this machine.
        package var seenAt: Instant
    }

    package private(set) var rows: [InstanceName: Row] = [:]
    package private(set) var host: HostInfo?
    package private(set) var hostCPU = History()
    package private(set) var hostMemory = History()
    /// Number of the last event that is part of `rows`; nil before the first snapshot and after a gap.
    private var seq: UInt64?
    /// It is of a moment that is over: nothing in it goes on.
    private var stillAt: Instant?
    /// What the engine's clock said at a moment of ours: the two may differ, even run on two machines.
    private var clock: (wall: WallTime, at: Instant)?

    package init() {}

    /// A snapshot has come at least once.
    package var isKnown: Bool { host != nil }

    /// Several projects share this engine, so that names alone may not say enough.
    package private(set) var hasNamespaces = false
    /// Instances of each app, by `project/name`.
    private var instances: [String: Int] = [:]

    /// How many are in each state.
    package private(set) var counts: [ProcessStatus: Int] = [:]
    /// Of those that are stopped, jobs that are done.
    package private(set) var finished = 0
    /// Those that live, or will without anybody's doing.
    package var activeCount: Int { counts.reduce(0) { $0 + ($1.key.isActive ? $1.value : 0) } }

    /// It is instance 0 of an app that has no other.
    package func isAlone(_ name: InstanceName) -> Bool {
        name.instance == 0 && (instances["\(name.namespace)/\(name.name)"] ?? 0) < 2
    }

    private mutating func count() {
        instances = Dictionary(rows.keys.map { ("\($0.namespace)/\($0.name)", 1) }, uniquingKeysWith: +)
        hasNamespaces = Set(rows.keys.map(\.namespace)).count > 1
        finished = rows.values.count { $0.process.word == InstanceInfo.finishedWord }
        counts = Dictionary(rows.values.map { ($0.process.status, 1) }, uniquingKeysWith: +)
    }

    /// All that there is: rows that are not in it are gone, the others keep their figures.
    package mutating func apply(_ snapshot: FleetSnapshot, at now: Instant) {
        let old = rows
        rows = [:]
        for process in snapshot.processes { put(process, replacing: old[InstanceName(process)], at: now) }
        count()
        host = snapshot.host
        seq = snapshot.seq
        clock =
            snapshot.processes.lazy.compactMap { process in
                guard let started = process.startedAt, let uptime = process.uptime else { return nil }
                return (WallTime(milliseconds: started.milliseconds + Int64(uptime)), now)
            }.first
    }

    /// False when events before this one were missed: then nothing is applied until the next snapshot.
    package mutating func apply(_ event: FleetEvent, at now: Instant) -> Bool {
        guard let last = seq else { return true }
        guard event.seq > last else { return true }
        guard event.seq == last + 1 else {
            seq = nil
            return false
        }
        seq = event.seq
        clock = (event.at, now)
        guard let process = event.process else { return true }
        let name = InstanceName(process)
        if event.name == .deleted {
            rows[name] = nil
        } else {
            put(process, replacing: rows[name], at: now)
        }
        count()
        return true
    }

    /// Figures of all that runs; before the first snapshot they are of nobody.
    package mutating func apply(_ metrics: FleetMetrics, at now: Instant) {
        guard isKnown else { return }
        host = metrics.host
        hostCPU.append(metrics.host.cpu)
        hostMemory.append(Double(metrics.host.memoryUsed))
        clock = (metrics.at, now)
        let samples = Dictionary(metrics.samples.map { ($0.id, $0) }) { first, _ in first }
        for name in Array(rows.keys) {
            guard var row = rows.removeValue(forKey: name) else { continue }
            let sample = samples[row.process.id]
            row.process.cpu = sample?.cpu
            row.process.memory = sample?.memory
            row.process.processes = sample?.processes
            row.cpu.append(sample?.cpu ?? 0)
            row.memory.append(Double(sample?.memory ?? 0))
            rows[name] = row
        }
    }

    /// Milliseconds that the present run lasts; nil when none runs.
    package func uptime(of row: Row, at now: Instant) -> Int? {
        row.process.uptime.map { $0 + (stillAt ?? now).milliseconds(since: row.seenAt) }
    }

    /// Milliseconds until a wait ends; nil when it does not wait for a moment.
    package func timeLeft(of row: Row, at now: Instant) -> Int? {
        guard let end = row.process.waitsUntil, let present = engineTime(at: now) else { return nil }
        return max(0, Int(end.milliseconds - present.milliseconds))
    }

    /// Milliseconds since the last run ended; nil when none did.
    package func sinceExit(of row: Row, at now: Instant) -> Int? {
        guard let end = row.process.exitedAt, let present = engineTime(at: now) else { return nil }
        return max(0, Int(present.milliseconds - end.milliseconds))
    }

    /// What the engine's clock says now; nil before it said anything.
    func engineTime(at now: Instant) -> WallTime? {
        let now = stillAt ?? now
        return clock.map { WallTime(milliseconds: $0.wall.milliseconds + Int64(now.milliseconds(since: $0.at))) }
    }

    /// Shows how it was at a moment, and stays so.
    mutating func stand(_ past: [Row], host machine: HostInfo?, wall: WallTime, at now: Instant) {
        rows = Dictionary(past.map { (InstanceName($0.process), $0) }) { first, _ in first }
        host = machine
        clock = (wall, now)
        stillAt = now
        count()
    }

    /// The figures of before the first that were told.
    mutating func fill(_ minute: Past.View) {
        for series in minute.metrics?.series ?? [] {
            let samples = minute.samples(series.points)
            guard let namespace = series.namespace, let name = series.name, let number = series.instance else {
                hostCPU.precede(samples.map { $0?.cpu.average })
                hostMemory.precede(samples.map { $0?.memory.average })
                continue
            }
            let instance = InstanceName(namespace: namespace, name: name, instance: number)
            rows[instance]?.cpu.precede(samples.map { $0?.cpu.average })
            rows[instance]?.memory.precede(samples.map { $0?.memory.average })
        }
    }

    /// A sample of the machine.
    mutating func look(_ percent: Double) { hostCPU.append(percent) }

    /// Events carry no figures: those of the same run stay.
    private mutating func put(_ process: InstanceInfo, replacing old: Row?, at now: Instant) {
        var row = Row(process: process, seenAt: now)
        if let old, old.process.id == process.id {
            row.cpu = old.cpu
            row.memory = old.memory
            if old.process.pid == process.pid, process.cpu == nil {
                row.process.cpu = old.process.cpu
                row.process.memory = old.process.memory
                row.process.processes = old.process.processes
            }
        }
        rows[InstanceName(process)] = row
    }
}

extension ProcessStatus {
    /// A process of it lives, or will without anybody's doing.
    package var isActive: Bool {
        switch self {
        case .starting, .online, .reloading, .waiting, .stopping, .killing: true
        case .created, .stopped, .errored: false
        }
    }
}
