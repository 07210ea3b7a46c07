// How instances look from outside: one table from rich states to published ones.
extension Kernel {
    /// All instances in the order of their ids, without figures.
    package func list(at now: Moment) -> [InstanceInfo] {
        fleet.sortedKeys().compactMap { info($0, now) }
    }

    /// Those that `targets` name.
    package func details(of targets: [String], at now: Moment) throws(Failure) -> [ProcessDetail] {
        try resolve(targets).compactMap { key in
            guard let app = fleet.app(of: key), let process = info(key, now) else { return nil }
            var detail = ProcessDetail(
                process: process, restart: app.spec.restart, killSignal: app.spec.killSignal,
                killTimeout: app.spec.killTimeout, env: app.spec.env.keys.sorted(),
                attributes: app.spec.attributes, logRotation: app.spec.logRotation, order: order(key))
            detail.metadata = app.spec.metadata
            detail.ready = app.spec.ready
            detail.shutdownWithMessage = app.spec.shutdownWithMessage
            detail.stdin = app.spec.stdin
            return detail
        }
    }

    /// The instances that `targets` name, as they are.
    package func processes(named targets: [String], at now: Moment) throws(Failure) -> [InstanceInfo] {
        try resolve(targets).compactMap { info($0, now) }
    }

    /// Main processes that live, by instance id.
    package func livePids() -> [(id: Int, pid: Int32)] {
        fleet.all.compactMap { instance in
            instance.life.running.map { (instance.record.id, $0.pid) }
        }
    }

    /// The same, by the names under which figures are kept.
    package func liveNames() -> [(name: MetricName, pid: Int32)] {
        fleet.all.compactMap { instance in
            guard let running = instance.life.running, let spec = fleet.apps[instance.record.app]?.spec else {
                return nil
            }
            let number = instance.record.number
            return (MetricName(namespace: spec.namespace, name: spec.name, instance: number), running.pid)
        }
    }

    /// All main processes that live, those that are being replaced too.
    package func mainPids() -> Set<Int32> {
        Set(fleet.all.flatMap { [$0.life.running?.pid, $0.beside?.life.running?.pid].compactMap { $0 } })
    }

    /// Whether a run is beside the own one of its instance, because that is being replaced.
    package func isBeside(_ id: RunID) -> Bool { fleet[id.instance]?.beside?.run == id.run }

    /// The runs that `targets` name, with what is known of each instance; no run for those that are down.
    package func runs(of targets: [String], at now: Moment) throws(Failure) -> [(info: InstanceInfo, run: RunID?)] {
        try resolve(targets).compactMap { key in
            guard let instance = fleet[key], let info = info(key, now) else { return nil }
            return (info, instance.life.running.map { RunID(instance: key, run: $0.run) })
        }
    }

    /// Whether the shared sockets of an app may be open.
    package func isListening(app: UInt64) -> Bool { listening.contains(app) }

    func info(_ key: UInt64, _ now: Moment) -> InstanceInfo? {
        guard let instance = fleet[key], let app = fleet.app(of: key) else { return nil }
        let spec = app.spec
        let record = instance.record
        let running = instance.life.running
        let plan = logPlan(spec, number: record.number)
        var info = InstanceInfo(
            id: record.id, name: spec.name, instance: record.number, namespace: spec.namespace,
            status: status(instance), restarts: record.restarts, mode: spec.modeName,
            exit: record.exit, exitedAt: record.exitedAt, script: spec.script, interpreter: spec.interpreter,
            arguments: SecretVariable.shown(spec.arguments), cwd: spec.cwd, outFile: plan.out, errorFile: plan.error)
        info.pid = running?.pid
        info.version = spec.metadata?.text
        info.uptime = running.map { now.boot.milliseconds(since: $0.since) }
        info.startedAt = running.map { now.wallTime(of: $0.since) }
        info.message = running == nil ? nil : instance.message
        info.finished = hasFinished(instance) ? true : nil
        if case .unready(let running) = instance.life.state, let ready = spec.ready {
            info.reason = "not ready yet: waits for \(ready.description)"
            info.waitsUntil = now.wallTime(of: running.since.advanced(byMilliseconds: ready.timeout))
        } else if case .waiting(let until) = instance.life.state {
            info.waitsUntil = now.wallTime(of: until)
            info.reason = instance.waitReason
        } else if info.status == .errored {
            info.reason = record.trouble
        } else {
            info.reason = orderReason(key)
        }
        return info
    }

    /// Whether its last run has ended by itself, with success, and its policy wants no other: a job that is done. One that
    /// was stopped has not finished, whatever its exit code.
    func hasFinished(_ instance: Fleet.Instance) -> Bool {
        status(instance) == .stopped && instance.record.backoff?.last == instance.record.run
            && instance.record.exit?.isSuccess == true
    }

    func status(_ instance: Fleet.Instance) -> ProcessStatus {
        switch instance.life.state {
        case .starting, .unready: .starting
        case .online: instance.beside == nil ? .online : .reloading
        case .ending(let ending): ending.kills > 0 ? .killing : .stopping
        case .held: .waiting
        // What gave up is errored also while it waits to be tried again.
        case .waiting: instance.record.trouble == nil ? .waiting : .errored
        case .idle:
            if instance.record.trouble != nil {
                .errored
            } else {
                instance.record.run == 0 ? .created : .stopped
            }
        }
    }
}
