// Definitions of apps as such: telling them, changing them, and bringing them back from a dump.
extension Kernel {
    /// The definitions of the apps that `targets` name, in the order of their ids.
    package func definitions(of targets: [String]) throws(Failure) -> [AppSpec] {
        var seen: Set<UInt64> = []
        return try resolve(targets).compactMap { key in
            guard let app = fleet.app(of: key), seen.insert(app.key).inserted else { return nil }
            return app.spec
        }
    }

    /// All apps, and which of their instances are wanted to run.
    package var savedApps: [SavedApp] {
        fleet.apps.values.sorted { $0.key < $1.key }.compactMap { app in
            let instances = fleet.keys(of: app.key).compactMap { fleet[$0] }.filter { !$0.deleting }
            guard !instances.isEmpty else { return nil }
            let running = instances.filter { $0.record.wanted == .running }.map(\.record.number)
            return SavedApp(spec: app.spec, running: running.sorted())
        }
    }

    // MARK: change

    mutating func change(
        _ request: ChangeRequest, _ id: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        try refuseWhileLeaving()
        let others = request.changes.map(\.to)
        for change in request.changes {
            try check(change)
            try checkDependencies(change, beside: others)
        }
        try checkOrder(others)
        var results: [String: ApplyResult.Change] = [:]
        var touched: [UInt64] = []
        for change in request.changes {
            guard let old = fleet.app(namespace: change.to.namespace, name: change.to.name) else { continue }
            results[change.to.name] = old.spec == change.to ? .same : .changed
            redefine(old, as: change.to, now, &effects)
            touched += fleet.keys(of: old.key)
        }
        answerWhenSettled(
            Pending(request: id, kind: .apply, waiting: Set(touched), shown: touched, changes: results))
    }

    private func check(_ change: ChangeRequest.Change) throws(Failure) {
        try admit(change.to)
        let name = "\(change.to.namespace)/\(change.to.name)"
        guard change.from.namespace == change.to.namespace, change.from.name == change.to.name,
            fleet.app(namespace: change.to.namespace, name: change.to.name)?.spec == change.from
        else {
            throw Failure(
                .definitionChanged, "‘\(name)’ is not what it was", why: "somebody else has just changed or deleted it",
                next: "look at it with od info, then say it again")
        }
    }

    private mutating func redefine(_ old: AppRecord, as spec: AppSpec, _ now: Moment, _ effects: inout Effects) {
        guard old.spec != spec else { return }
        let before = Set(fleet.keys(of: old.key))
        let isWanted = before.contains { fleet[$0]?.record.wanted == .running }
        change(old.key, to: spec, now, &effects)
        let restarts = spec.changes(from: old.spec).contains(where: \.restarts)
        for key in fleet.keys(of: old.key) where fleet[key]?.record.wanted == .running {
            if before.contains(key) {
                if restarts, fleet[key]?.life.isDown == false { restart(key, now, &effects) }
            } else if isWanted {
                want(key, now, &effects)
            } else {
                // New instances of an app that is stopped are stopped too.
                fleet[key]?.record.wanted = .stopped
                store(key, &effects)
            }
        }
    }

    // MARK: restore

    mutating func restore(
        _ apps: [SavedApp], _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        try refuseWhileLeaving()
        for app in apps { try admit(app.spec) }
        try checkOrder(apps.map(\.spec))
        var keys: [UInt64] = []
        var running: [UInt64] = []
        var unchanged: [String] = []
        for app in apps {
            let old = fleet.app(namespace: app.spec.namespace, name: app.spec.name)
            if let old, old.spec != app.spec { unchanged.append(app.spec.name) }
            let record = old?.key ?? add(app.spec, now, &effects)
            for key in fleet.keys(of: record) {
                guard let number = fleet[key]?.record.number else { continue }
                if app.running.contains(number) {
                    // What waits to be started again does that by itself.
                    guard fleet[key]?.isAboutToStart != true else { continue }
                    running.append(key)
                } else if old == nil {
                    fleet[key]?.record.wanted = .stopped
                    store(key, &effects)
                }
                keys.append(key)
            }
        }
        // A job that others wait for had come to its end when it was saved: here it has not run yet.
        let missing = missingDependencies(of: running)
        for key in ordered(running + missing) { want(key, now, &effects) }
        endHalt(now, &effects)
        keys += missing.filter { !keys.contains($0) }
        answerWhenSettled(
            Pending(request: request, kind: .start, waiting: Set(keys), shown: keys, unchanged: unchanged))
    }
}
