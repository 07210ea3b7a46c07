// What is watched of a run while it executes: its memory, and the file that says its pid.
extension Kernel {
    /// Runs whose memory is limited, with the pid of the first process.
    package func limitedRuns() -> [(id: RunID, pid: Int32, limit: UInt64)] {
        fleet.limited.flatMap { app in
            fleet.keys(of: app).compactMap { key in
                guard case .online(let running) = fleet[key]?.life.state, let limit = fleet.apps[app]?.spec.maxMemory
                else { return nil }
                return (RunID(instance: key, run: running.run), running.pid, UInt64(limit))
            }
        }
    }

    /// Some app has a limit of memory.
    package var limitsMemory: Bool { !fleet.limited.isEmpty }

    /// A run has more memory than it may: it is restarted, which is no crash and no quick exit.
    mutating func overMemory(_ id: RunID, _ bytes: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard case .online(let running) = fleet[id.instance]?.life.state, running.run == id.run,
            let limit = fleet.app(of: id.instance)?.spec.maxMemory, bytes > limit
        else { return }
        let cause = "memory \(Self.size(bytes)) over maxMemory \(Self.size(UInt64(limit)))"
        fleet[id.instance]?.record.cause = cause
        store(id.instance, &effects)
        publish(.restarting, id.instance, now, &effects, cause)
        end(id.instance, afterwards: .startAgain, now, &effects)
    }

    /// `600 MiB`, `12 KiB`
    private static func size(_ bytes: UInt64) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
    }

    // MARK: pid files

    /// The file says the pid of a run that executes.
    func writePidFile(_ id: RunID, _ effects: inout Effects) {
        guard let running = fleet[id.instance]?.life.running, running.run == id.run else { return }
        addPidFile(id, running.pid, isThere: true, &effects)
    }

    func removePidFile(_ id: RunID, _ running: Lifecycle.Running, _ effects: inout Effects) {
        addPidFile(id, running.pid, isThere: false, &effects)
    }

    private func addPidFile(_ id: RunID, _ pid: Int32, isThere: Bool, _ effects: inout Effects) {
        guard let instance = fleet[id.instance], let path = pidFile(of: instance) else { return }
        effects.pidFiles.append(PidFile(path: path, pid: pid, isThere: isThere))
    }

    /// Where the config says; with several instances `-<instance>` is put before the extension.
    private func pidFile(of instance: Fleet.Instance) -> String? {
        guard let spec = fleet.apps[instance.record.app]?.spec, let path = spec.pidFile else { return nil }
        return spec.instances > 1 ? Self.numbered(path, instance.record.number) : path
    }

    // MARK: showing

    /// Dependencies and limits of an instance; nil when there are none.
    func order(_ key: UInt64) -> ProcessOrder? {
        guard let instance = fleet[key], let spec = fleet.app(of: key)?.spec else { return nil }
        let dependents = fleet.dependents(of: spec).compactMap { fleet.apps[$0]?.spec }.map {
            $0.namespace == spec.namespace ? $0.name : $0.label
        }
        let order = ProcessOrder(
            dependencies: spec.dependencies ?? [], dependents: dependents, cascade: spec.cascade,
            maxMemory: spec.maxMemory, pidFile: pidFile(of: instance), treeKill: spec.treeKill,
            cause: instance.record.cause, alone: instance.record.alone)
        return order == ProcessOrder() ? nil : order
    }
}
