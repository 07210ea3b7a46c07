import Core
import NIOCore

// Figures of processes and machine: sampled once a second while somebody is subscribed, and when somebody asks.
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

    /// Samples every second as long as somebody is subscribed or memory is limited; at rest there is no timer.
    func keepMeasuring() {
        guard !isMeasuring, capabilities.isEnabled(.liveMetrics) || limitsMemory else { return }
        isMeasuring = true
        loop.scheduleTask(in: .milliseconds(Int64(Defaults.sampleInterval))) {
            self.assumeIsolated { control in
                control.isMeasuring = false
                Task { await control.measureForWatchers() }
            }
        }
    }

    private func measureForWatchers() async {
        guard let server else { return }
        let isWatched = await server.metered > 0
        guard isWatched || hasLimitedRuns else { return }
        keepMeasuring()
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
