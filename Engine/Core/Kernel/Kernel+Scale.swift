// How many instances an app has, and how often they were started.
extension Kernel {
    /// Adds instances, or takes the highest away; those that stay are not touched.
    mutating func scale(
        _ wish: ScaleRequest, _ quiet: Set<UInt64>, _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        try refuseWhileLeaving()
        let apps = Set(try resolve(wish.targets).compactMap { fleet[$0]?.record.app }).sorted().compactMap {
            fleet.apps[$0]
        }
        var counts: [UInt64: Int] = [:]
        for app in apps { counts[app.key] = try count(app.spec, wish) }
        var shown: [UInt64] = []
        var warnings: [String] = []
        for app in apps {
            shown += fleet.keys(of: app.key)
            var spec = app.spec
            spec.instances = counts[app.key] ?? spec.instances
            guard spec != app.spec else { continue }
            let before = Set(fleet.keys(of: app.key))
            change(app.key, to: spec, now, &effects)
            publishScaled(app, to: spec.instances, now, &effects)
            for key in fleet.keys(of: app.key) {
                let isNew = !before.contains(key)
                // One that is on its way out is wanted again.
                if isNew || fleet[key]?.deleting == true { want(key, now, &effects) }
                if isNew { shown.append(key) }
                guard !isNew, fleet[key]?.life.isDown == false,
                    let why = spec.reasonToRestart(scaledFrom: app.spec, isQuiet: quiet.contains(key))
                else { continue }
                restart(key, now, &effects)
                warnings.append("\(spec.name)#0 was restarted: \(why)")
            }
        }
        endHalt(now, &effects)
        answerWhenSettled(
            Pending(request: request, kind: .start, waiting: Set(shown), shown: shown, warnings: warnings))
    }

    /// Single instances that `targets` name and that would have to be restarted for others beside them if they listen on
    /// a port of their own, which nothing but a look at them can tell; with the pid of the first process.
    package func possiblyQuiet(_ targets: [String]) throws(Failure) -> [(key: UInt64, pid: Int32)] {
        try resolve(targets).compactMap { key in
            guard let spec = fleet.app(of: key)?.spec, case .online(let running) = fleet[key]?.life.state else {
                return nil
            }
            var scaled = spec
            scaled.instances += 1
            let must = scaled.reasonToRestart(scaledFrom: spec, isQuiet: false) != nil
            let mayStay = scaled.reasonToRestart(scaledFrom: spec, isQuiet: true) == nil
            return must && mayStay ? (key, running.pid) : nil
        }
    }

    private func count(_ spec: AppSpec, _ wish: ScaleRequest) throws(Failure) -> Int {
        let (sum, isTooFar) = wish.relative ? spec.instances.addingReportingOverflow(wish.count) : (wish.count, false)
        guard !isTooFar, (1...Defaults.maxInstances).contains(sum) else {
            throw Failure(
                .scaleRange, "\(spec.name) cannot have \(isTooFar ? "so many" : String(sum)) instances",
                why: "it has \(spec.instances), and 1 to \(Defaults.maxInstances) are possible",
                next: "od stop \(spec.name) ends all, od delete \(spec.name) forgets them")
        }
        return sum
    }

    private mutating func publishScaled(
        _ app: AppRecord, to count: Int, _ now: Moment, _ effects: inout Effects
    ) {
        publish(.scaled, fleet.keys(of: app.key).first, now, &effects, "\(app.spec.instances) to \(count) instances")
    }

    /// Restarts are counted from zero, and backoffs begin anew. What waits or has given up stays so.
    mutating func reset(
        _ targets: [String], _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        let keys = try resolve(targets)
        for key in keys {
            guard var instance = fleet[key] else { continue }
            let had = instance.record.restarts
            instance.record.restarts = 0
            instance.restart.reset()
            if case .waiting = instance.life.state {} else { instance.record.backoff = nil }
            fleet[key] = instance
            store(key, &effects)
            // Who watches learns it by the word for how it is.
            if had > 0 { publish(status(instance).event, key, now, &effects, "restarts are counted from zero") }
        }
        answerWhenSettled(Pending(request: request, kind: .processes, waiting: [], shown: keys))
    }
}

extension ProcessStatus {
    /// The event by which it begins.
    fileprivate var event: EventName {
        switch self {
        case .starting: .starting
        case .online, .reloading: .online
        case .waiting: .waiting
        case .stopping, .killing: .stopping
        case .created, .stopped: .stopped
        case .errored: .errored
        }
    }
}
