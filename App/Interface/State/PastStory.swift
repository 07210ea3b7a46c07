package import Core

extension ProcessStory {
    /// What was known of a process at a moment.
    ///
    /// - Parameters:
    ///   - process: as it was then.
    ///   - time: the moment; nothing that came later is told.
    ///   - events: of the instance and of the engine, in any order.
    ///   - known: what is known now; nil when there is no such process any more.
    package init(of process: InstanceInfo, at time: WallTime, events: [FleetEvent], known: ProcessStory?) {
        let events = events.filter { $0.at <= time }.sorted { $0.seq < $1.seq }
        let own = events.filter { $0.process.map { InstanceName($0) == InstanceName(process) } ?? false }
        let runs: Set<ProcessStatus> = [.online, .reloading, .starting]
        let same = own.reversed().prefix { $0.process?.status == process.status }.last?.at
        self.init(
            process: process, since: runs.contains(process.status) ? process.startedAt ?? same : same,
            deeds: known?.deeds.filter { $0.at <= time } ?? [],
            crashes: known?.crashes.filter { $0.at <= time } ?? [], events: events)
    }
}
