import Core

/// What the control keeps in mind of figures.
struct Remembered: Sendable {
    var figures = MetricHistory()
    /// A minute could not be stored, and that was said.
    var hasTrouble = false
    /// A minute is on its way to the store: one at a time.
    var isStoring = false

    /// People have switched it off: what is in memory goes, what is stored stays for its time.
    mutating func forget() { figures = MetricHistory() }
}

// Looking back: figures of before, and the fleet as it was.
extension Control {
    /// Figures that are older than this say nothing of a moment, milliseconds: a minute of the store, and one more.
    private static let stale = 120_000

    nonisolated func addHistory(to router: inout Router) {
        router.on(Methods.metrics) { request, _ in try await self.metrics(request) }
        router.on(Methods.fleetAt) { request, _ in try await self.fleet(request) }
    }

    // MARK: remembering

    /// Takes in what was measured; when a minute is over it goes to the store.
    func remember(_ measured: Meter.Figures) {
        guard capabilities.isEnabled(.metrics) else { return }
        var samples = kernel.liveNames().compactMap { name, pid in
            measured.trees[pid].map { MetricHistory.Sample(name, cpu: $0.cpu, memory: $0.memory) }
        }
        samples.append(MetricHistory.Sample(.host, cpu: measured.host.cpu, memory: measured.host.memoryUsed))
        samples.append(MetricHistory.Sample(.load, cpu: measured.host.load.first ?? 0, memory: 0))
        let before = history.figures.presentMinute
        guard let sums = history.figures.add(samples, at: measured.at), let before else { return }
        store(minute: before, sums)
    }

    /// A minute that cannot be stored is lost, and nothing else: that is said once, until it works again.
    private func store(minute: Int, _ sums: [MetricName: MetricSum]) {
        guard !history.isStoring else { return }
        history.isStoring = true
        let store = parts.store
        Task {
            do {
                try await parts.storeWorker.run { try store.add(minute: minute, sums) }
                history.hasTrouble = false
            } catch {
                if !history.hasTrouble { Log.write("figures of past minutes are lost: \(error)") }
                history.hasTrouble = true
            }
            history.isStoring = false
        }
    }

    // MARK: answering

    private func metrics(_ request: MetricsRequest) async throws -> MetricsResult {
        try checkKept(.metrics, "figures", "od plugin enable metrics keeps those that come")
        await untilReady()
        let names = try await names(request.targets ?? [])
        let hosts: Set<MetricName> = request.host == true ? [.host, .load] : []
        let fold = try await fold(
            names.union(hosts),
            MetricFold(
                from: request.from, to: request.to, step: request.step, series: names.count + hosts.count / 2))
        var series = names.sorted().map { name in
            let parts = name.parts
            return MetricSeries(
                namespace: parts?.namespace, name: parts?.name, instance: parts?.instance,
                points: fold.points(of: name))
        }
        if !hosts.isEmpty { series.append(MetricSeries(points: fold.points(of: .host, load: .load))) }
        return MetricsResult(step: fold.step, series: series)
    }

    /// The series that targets name; `OD3001` for one that names neither an instance nor figures of one.
    private func names(_ targets: [String]) async throws -> Set<MetricName> {
        guard !targets.isEmpty else { return [] }
        let store = parts.store
        let stored = try await parts.storeWorker.run { try store.metricNames() }
        let present = kernel.list(at: Clock.now())
        let known = Set(present.map { MetricName($0) })
        let gone = Set(stored + history.figures.names).subtracting(known).compactMap(\.trace)
        var found: Set<MetricName> = []
        for target in targets {
            let matcher = try TargetMatcher([target])
            let matches = (present + gone).filter { matcher.matches($0) }.map { MetricName($0) }
            // What names nothing is refused in the words of all other methods.
            if matches.isEmpty {
                found.formUnion(try kernel.processes(named: [target], at: Clock.now()).map { MetricName($0) })
            }
            found.formUnion(matches)
        }
        return found
    }

    /// From memory, and from the store what that does not have.
    private func fold(_ names: Set<MetricName>, _ fold: MetricFold) async throws -> MetricFold {
        var fold = fold
        history.figures.fold(names, into: &fold, at: Clock.now())
        let (store, started) = (parts.store, fold)
        return try await parts.storeWorker.run { try store.fold(names, into: started) }
    }

    private func fleet(_ request: FleetAtRequest) async throws -> FleetPast {
        try checkKept(.events, "events", "od plugin enable events keeps those that come")
        await untilReady()
        await untilStored()
        let (store, time) = (parts.store, request.time)
        let limit = max(0, min(request.events ?? 0, Defaults.maxEventsInAnswer))
        let present = kernel.list(at: Clock.now())
        let (sight, events) = try await parts.storeWorker.run {
            (try store.hindsight(time), try store.events(EventQuery(until: time, limit: limit)))
        }
        var past = FleetPast(
            time: time, since: sight.since, processes: sight.processes(present: present), events: events)
        guard capabilities.isEnabled(.metrics) else { return past }
        let names = Set(past.processes.map { MetricName($0) }).union([.host, .load])
        let from = WallTime(milliseconds: time.milliseconds - Int64(Self.stale))
        // The least step: what is wanted is the very last that was measured.
        let fold = try await fold(names, MetricFold(from: from, to: time, step: 1000, series: 1))
        for index in past.processes.indices where past.processes[index].pid != nil {
            guard let sum = fold.last(of: MetricName(past.processes[index])) else { continue }
            past.processes[index].cpu = sum.cpu.average
            past.processes[index].memory = UInt64(sum.memory.average)
        }
        past.host = host(fold, at: time)
        return past
    }

    /// The machine as it was; its name, processors and size are as they are.
    private func host(_ fold: MetricFold, at time: WallTime) -> HostInfo? {
        guard let sum = fold.last(of: .host) else { return nil }
        var host = lastHost
        host.cpu = sum.cpu.average
        host.memoryUsed = UInt64(sum.memory.average)
        host.load = fold.last(of: .load).map { [$0.cpu.average] } ?? []
        host.uptime = max(0, host.uptime - Int(max(0, Clock.now().wall.milliseconds - time.milliseconds)))
        return host
    }

    private func checkKept(_ one: Capability, _ what: String, _ next: String) throws(Failure) {
        guard !capabilities.isEnabled(one) else { return }
        throw Failure(
            .pluginDisabled, "no \(what) are kept", why: "the capability ‘\(one.id)’ is switched off", next: next)
    }
}
