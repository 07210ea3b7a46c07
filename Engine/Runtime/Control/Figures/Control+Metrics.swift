import Core
import NIOCore

// Figures of processes and machine: sampled once a second while somebody is subscribed, when somebody asks, and else
// every ten seconds for those who look back later.
extension Control {
    /// The processes with figures that are at most `Defaults.sampleInterval` old.
    func measured(_ processes: [InstanceInfo]) async -> [InstanceInfo] {
        await refresh()
        return overlay(processes)
    }

    /// Measures when the last figures are old. Who comes while a measurement is under way shares it.
    private func refresh() async {
        if let figures, Clock.now().boot.milliseconds(since: figures.at.boot) < Defaults.sampleInterval { return }
        await measure()
    }

    /// The processes with the last figures that there are.
    func overlay(_ processes: [InstanceInfo]) -> [InstanceInfo] {
        guard let figures else { return processes }
        return processes.map { process in
            guard let pid = process.pid, let tree = figures.trees[pid] else { return process }
            var process = process
            process.cpu = tree.cpu
            process.memory = tree.memory
            process.processes = tree.processes
            return process
        }
    }

    private func measure() async {
        if let measuring { return await measuring.value }
        guard capabilities.allows(.metrics, at: Clock.now().boot) else { return figures = nil }
        let task = Task {
            do {
                let new = try await parts.meter.measure(kernel.livePids().map(\.pid))
                // It may have been switched off meanwhile.
                figures = capabilities.isEnabled(.metrics) ? new : nil
                remember(new)
                report(.metrics, nil)
            } catch {
                figures = nil
                report(.metrics, error)
            }
            measuring = nil
        }
        measuring = task
        await task.value
    }

    /// The machine, for a snapshot; nothing but zeros when it cannot be measured.
    func host() async -> HostInfo {
        await refresh()
        return lastHost
    }

    /// The machine as it was measured last.
    var lastHost: HostInfo {
        figures?.host
            ?? HostInfo(hostname: "", cores: 1, cpu: 0, memoryUsed: 0, memoryTotal: 0, load: [], uptime: 0)
    }

    /// Samples every second as long as somebody is subscribed or memory is limited, else every ten seconds or
    /// more; with the capability switched off there is no timer.
    ///
    /// - Parameter soon: somebody has come who looks.
    func keepMeasuring(soon: Bool = false) {
        let now = Clock.now().boot
        if let nextMeasuring, nextMeasuring.due <= now.advanced(byMilliseconds: Defaults.sampleInterval) { return }
        let isUrgent = soon && capabilities.isEnabled(.liveMetrics) || hasLimitedRuns
        guard isUrgent || capabilities.isEnabled(.metrics) else { return }
        let milliseconds = isUrgent ? Defaults.sampleInterval : MetricHistory.rest(cost: figures?.cost ?? 0)
        let due = now.advanced(byMilliseconds: milliseconds)
        if let nextMeasuring, nextMeasuring.due <= due { return }
        nextMeasuring?.timer.cancel()
        let timer = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) {
            self.assumeIsolated { control in
                control.nextMeasuring = nil
                Task { await control.measureForWatchers() }
            }
        }
        nextMeasuring = (due, timer)
    }

    private func measureForWatchers() async {
        guard let server else { return keepMeasuring() }
        let isWatched = await server.metered > 0
        keepMeasuring(soon: isWatched)
        // Where nothing runs there is nothing to remember.
        guard isWatched || hasLimitedRuns || !kernel.livePids().isEmpty else { return }
        let before = figures?.at
        await measure()
        limitMemory()
        guard isWatched, let figures, figures.at != before, capabilities.isEnabled(.liveMetrics) else { return }
        let samples = kernel.livePids().compactMap { id, pid in
            figures.trees[pid].map {
                FleetMetrics.Sample(id: id, cpu: $0.cpu, memory: $0.memory, processes: $0.processes)
            }
        }
        server.publish(FleetMetrics(at: figures.at.wall, samples: samples.sorted { $0.id < $1.id }, host: figures.host))
    }
}
