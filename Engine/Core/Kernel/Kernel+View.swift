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
            return ProcessDetail(
                process: process, restart: app.spec.restart, killSignal: app.spec.killSignal,
                killTimeout: app.spec.killTimeout, env: app.spec.env.keys.sorted(),
                attributes: app.spec.attributes, logRotation: app.spec.logRotation)
        }
    }

    /// The instances that `targets` name, as they are.
    package func processes(named targets: [String], at now: Moment) throws(Failure) -> [InstanceInfo] {
        try resolve(targets).compactMap { info($0, now) }
    }

    /// Where the streams of a run go; nil for a run of nobody.
    package func logPlan(of id: RunID) -> LogPlan? {
        guard let instance = fleet[id.instance], let app = fleet.app(of: id.instance) else { return nil }
        return logPlan(app.spec, number: instance.record.number)
    }

    /// All log files of the app of an instance, and when they are put aside; nil for an instance of nobody.
    package func logs(of instance: UInt64) -> (files: [String], rotation: LogRotation)? {
        guard let app = fleet.app(of: instance) else { return nil }
        let plans = fleet.keys(of: app.key).compactMap { fleet[$0] }.map { logPlan(app.spec, number: $0.record.number) }
        return (Set(plans.flatMap { [$0.out, $0.error] }).sorted(), app.spec.logRotation ?? LogRotation())
    }

    /// Main processes that live, by instance id.
    package func livePids() -> [(id: Int, pid: Int32)] {
        fleet.all.compactMap { instance in
            instance.life.running.map { (instance.record.id, $0.pid) }
        }
    }

    func info(_ key: UInt64, _ now: Moment) -> InstanceInfo? {
        guard let instance = fleet[key], let app = fleet.app(of: key) else { return nil }
        let spec = app.spec
        let record = instance.record
        let running = instance.life.running
        let plan = logPlan(spec, number: record.number)
        var info = InstanceInfo(
            id: record.id, name: spec.name, instance: record.number, namespace: spec.namespace,
            status: status(instance), restarts: record.restarts, mode: spec.instances > 1 ? "cluster" : "fork",
            exit: record.exit, exitedAt: record.exitedAt, script: spec.script, interpreter: spec.interpreter,
            arguments: spec.arguments, cwd: spec.cwd, outFile: plan.out, errorFile: plan.error)
        info.pid = running?.pid
        info.uptime = running.map { now.boot.milliseconds(since: $0.since) }
        info.startedAt = running.map { now.wallTime(of: $0.since) }
        if case .waiting(let until) = instance.life.state {
            info.waitsUntil = now.wallTime(of: until)
            info.reason = instance.waitReason
        } else if info.status == .errored {
            info.reason = record.trouble
        }
        return info
    }

    private func status(_ instance: Fleet.Instance) -> ProcessStatus {
        switch instance.life.state {
        case .starting: .starting
        case .online: .online
        case .ending(let ending): ending.kills > 0 ? .killing : .stopping
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

    /// `logs/<ns>/<app>-<instance>.out.log`, one file for all with `mergeLogs`, or where the config says. A file that the config
    /// names is shared by the instances only with `mergeLogs`; else `-<instance>` is put before its extension.
    func logPlan(_ spec: AppSpec, number: Int) -> LogPlan {
        let folder = "\(homePath)/logs/\(spec.namespace)"
        func place(_ custom: String?, _ suffix: String) -> String {
            guard let custom else {
                return spec.mergeLogs
                    ? "\(folder)/\(spec.name).merged.\(suffix).log" : "\(folder)/\(spec.name)-\(number).\(suffix).log"
            }
            guard spec.instances > 1, !spec.mergeLogs, !custom.hasPrefix("/dev/") else { return custom }
            return Self.numbered(custom, number)
        }
        return LogPlan(
            out: place(spec.outFile, "out"), error: place(spec.errorFile, "err"),
            rotation: spec.logRotation ?? LogRotation())
    }

    /// `/a/b.log` and 2 make `/a/b-2.log`.
    private static func numbered(_ path: String, _ number: Int) -> String {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/"), dot > path.startIndex,
            path[path.index(before: dot)] != "/"
        else { return "\(path)-\(number)" }
        return "\(path[..<dot])-\(number)\(path[dot...])"
    }
}
