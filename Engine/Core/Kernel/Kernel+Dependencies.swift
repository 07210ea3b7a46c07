// Order: who waits for whom at the start, and who ends before whom.
//
// What is not met is computed anew after each step from how the instances are; only that an instance waits is stored.
// So an engine that takes over goes on waiting for the same.
extension Kernel {
    // MARK: starts

    /// Whether something that an instance depends on is not there yet.
    func mustHold(_ key: UInt64) -> Bool {
        fleet.hasOrder && fleet[key]?.record.alone != true && !obstacles(key).isEmpty
    }

    /// What is not as an instance wants it: `db (starting)`.
    func obstacles(_ key: UInt64) -> [String] {
        guard let spec = fleet.app(of: key)?.spec else { return [] }
        return (spec.dependencies ?? []).compactMap { dependency in
            let members = self.members(dependency.label(in: spec.namespace))
            return DependencyGate.obstacle(dependency.condition, members).map { "\(dependency.name) (\($0))" }
        }
    }

    func app(_ label: String) -> AppRecord? {
        let parts = label.split(separator: "/", maxSplits: 1).map(String.init)
        return fleet.app(namespace: parts[0], name: parts[parts.count - 1])
    }

    func members(_ label: String) -> [DependencyMember] {
        guard let app = app(label) else { return [] }
        return fleet.keys(of: app.key).compactMap { key in fleet[key].map { member($0) } }
    }

    private func member(_ instance: Fleet.Instance) -> DependencyMember {
        let status = status(instance)
        switch status {
        case .starting: return instance.life.running == nil ? .moving(status.rawValue) : .unready
        case .online, .reloading: return .ready
        case .waiting, .stopping, .killing: return .moving(status.rawValue)
        case .errored: return .gaveUp
        case .created, .stopped:
            // What ended with a halt has not come to its end: it begins again with the first that does.
            if home.halted, instance.record.wanted == .running { return .moving(status.rawValue) }
            return instance.record.exit.map { .ended($0) } ?? .idle
        }
    }

    /// An instance that is down waits for what it depends on.
    mutating func hold(_ key: UInt64, _ kind: Hold, _ now: Moment, _ effects: inout Effects) {
        guard var instance = fleet[key] else { return }
        instance.life.hold()
        instance.record.held = kind
        // Its last run is over, or was refused: the next engine does not ask for it.
        instance.record.ended = max(instance.record.ended, instance.record.run)
        instance.record.trouble = nil
        instance.record.backoff?.until = nil
        instance.record.backoff?.reason = nil
        instance.waitReason = nil
        fleet[key] = instance
        effects.store.append(.putInstance(instance.record))
        publish(.waiting, key, now, &effects, orderReason(key))
    }

    /// Somebody wants an instance that is down, and must wait. What waited to be restarted goes on doing that.
    mutating func holdAnew(_ key: UInt64, _ now: Moment, _ effects: inout Effects) {
        guard let instance = fleet[key] else { return }
        var kind = instance.life.state == .held ? instance.record.held ?? .first : .first
        if case .waiting = instance.life.state {
            effects.timers.append(.cancel(TimerID(id: RunID(instance: key, run: instance.record.run), kind: .wait)))
            kind = instance.record.trouble == nil ? .again : .first
        }
        if kind == .first { fleet[key]?.record.restarts = 0 }
        hold(key, kind, now, &effects)
    }

    /// Goes on with the wait of an instance that waited when the last engine died. False: it did not wait.
    mutating func resumeHold(_ key: UInt64, _ now: Moment, _ effects: inout Effects) -> Bool {
        guard let instance = fleet[key], instance.life.isIdle, instance.record.held != nil,
            instance.record.ended == instance.record.run
        else { return false }
        // Whether it still must is seen at the end of the step.
        fleet[key]?.life.hold()
        return true
    }

    /// What an event has made possible begins.
    mutating func releaseHeld(after event: KernelEvent, _ now: Moment, _ effects: inout Effects) {
        guard !fleet.held.isEmpty, !leaving else { return }
        var candidates = fleet.held
        if let key = event.instance, let app = fleet.app(of: key) {
            candidates = Set(fleet.dependents(of: app.spec).flatMap { fleet.keys(of: $0) }).intersection(candidates)
        }
        for key in candidates.sorted() where !mustHold(key) {
            let again = fleet[key]?.record.held == .again
            let run = nextRun(key)
            _ = fleet[key]?.life.start(run: run)
            if again { publish(.restarting, key, now, &effects) }
            spawn(key, again: again, now, &effects)
        }
    }

    /// Whether what a held instance waits for does not come about by what is under way: who wants an answer gets it.
    func hasStalled(_ key: UInt64) -> Bool {
        var seen: Set<UInt64> = []
        var open = [key]
        while let next = open.popLast() {
            guard seen.insert(next).inserted, let spec = fleet.app(of: next)?.spec else { continue }
            for other in spec.dependencyLabels.compactMap(app).flatMap({ fleet.keys(of: $0.key) }) {
                switch fleet[other]?.life.state {
                case .starting, .ending: return false
                case .held: open.append(other)
                case .idle, .unready, .online, .waiting, nil: break
                }
            }
        }
        return true
    }

    /// Instances in the way of those that are to be started: dependencies that are down, and that nobody starts.
    func missingDependencies(of keys: [UInt64]) -> [UInt64] {
        guard fleet.hasOrder else { return [] }
        var seen = Set(keys)
        var found: [UInt64] = []
        var open = keys
        while let key = open.popLast() {
            guard let spec = fleet.app(of: key)?.spec else { continue }
            for dependency in spec.dependencies ?? [] {
                let label = dependency.label(in: spec.namespace)
                guard let app = app(label), DependencyGate.obstacle(dependency.condition, members(label)) != nil else {
                    continue
                }
                for other in fleet.keys(of: app.key) where seen.insert(other).inserted {
                    guard let instance = fleet[other], !instance.deleting else { continue }
                    open.append(other)
                    let isDown = [.created, .stopped, .errored].contains(status(instance))
                    if isDown || instance.record.wanted != .running { found.append(other) }
                }
            }
        }
        return found.sorted()
    }

    // MARK: ends

    /// Sends their stop signal to those whose dependents have ended.
    mutating func releaseEnds(_ now: Moment, _ effects: inout Effects) {
        for key in fleet.heldEnds.sorted() {
            guard let app = fleet.app(of: key) else { continue }
            guard followers(key).isEmpty else {
                if fleet[key]?.waitReason == nil {
                    let reason = orderReason(key)
                    fleet[key]?.waitReason = reason
                    publish(.stopping, key, now, &effects, reason)
                }
                continue
            }
            fleet[key]?.waitReason = nil
            if let run = fleet[key]?.life.releaseEnd() {
                signalEnd(RunID(instance: key, run: run), app.spec, now, &effects, asks: true)
            }
        }
    }

    /// Who must end before an instance gets its stop signal. One that not even SIGKILL ends holds nobody up.
    private func followers(_ key: UInt64) -> [String] {
        guard let spec = fleet.app(of: key)?.spec, fleet[key]?.life.ending?.exit == nil else { return [] }
        return fleet.dependents(of: spec).filter { app in
            fleet.keys(of: app).contains { other in
                switch fleet[other]?.life.state {
                case .starting(_, .some): true
                case .ending(let ending): ending.kills < 2
                case .idle, .starting, .unready, .online, .waiting, .held, nil: false
                }
            }
        }.compactMap { fleet.apps[$0]?.spec.name }
    }

    /// Why an instance waits for others: `for db (starting)`, or, on its way out, `ends after api`, or `to be reloaded
    /// for db (starting)`; nil when it does not.
    func orderReason(_ key: UInt64) -> String? {
        guard let life = fleet[key]?.life else { return nil }
        if life.state == .held { return "for " + obstacles(key).joined(separator: ", ") }
        if life.ending?.isHeld == true { return "ends after " + followers(key).joined(separator: ", ") }
        return isNextToReload(key) ? obstacle(toReloadOf: key).map { "to be reloaded \($0)" } : nil
    }

    /// Those that go with apps that are stopped or restarted as a whole, and those that go with them.
    ///
    /// - Parameters:
    ///   - all: whatever their definitions say.
    ///   - goes: what a definition must say.
    func cascaded(from keys: [UInt64], all: Bool, _ goes: (Cascade) -> Bool) -> [UInt64] {
        guard fleet.hasOrder else { return [] }
        var seen = Set(keys)
        var open = Set(keys.compactMap { fleet[$0]?.record.app }).filter { app in
            fleet.keys(of: app).allSatisfy(seen.contains)
        }.sorted()
        var found: [UInt64] = []
        while let next = open.popLast() {
            guard let spec = fleet.apps[next]?.spec else { continue }
            for app in fleet.dependents(of: spec) where all || fleet.apps[app]?.spec.cascade.map(goes) == true {
                let members = fleet.keys(of: app).filter {
                    fleet[$0]?.record.wanted == .running && seen.insert($0).inserted
                }
                found += members
                if !members.isEmpty { open.append(app) }
            }
        }
        return found.sorted()
    }

    // MARK: the whole

    /// Instances with those first that others depend on, else in their order.
    func ordered(_ keys: [UInt64]) -> [UInt64] {
        guard fleet.hasOrder else { return keys }
        let specs = Set(keys.compactMap { fleet[$0]?.record.app }).compactMap { fleet.apps[$0]?.spec }
        let ranks = Self.graph(specs).ranks
        let ranked = keys.map { key in fleet.app(of: key).flatMap { ranks[$0.spec.label] } ?? 0 }
        return zip(keys, ranked).enumerated()
            .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }.map(\.element.0)
    }

    /// Apps with those first that others depend on, else in their order.
    func inOrder(_ specs: [AppSpec]) -> [AppSpec] {
        let ranks = Self.graph(specs).ranks
        return specs.enumerated()
            .sorted { (ranks[$0.element.label] ?? 0, $0.offset) < (ranks[$1.element.label] ?? 0, $1.offset) }
            .map(\.element)
    }

    private static func graph(_ specs: some Sequence<AppSpec>) -> DependencyGraph {
        DependencyGraph(specs.reduce(into: [:]) { $0[$1.label] = $1.dependencyLabels })
    }

    /// Nothing may depend on itself, not even in a roundabout way.
    ///
    /// - Parameter leaving: labels of apps that go.
    func checkOrder(_ specs: [AppSpec], without leaving: Set<String> = []) throws(Failure) {
        guard specs.contains(where: { $0.dependencies?.isEmpty == false }) else { return }
        var all: [String: AppSpec] = [:]
        for app in fleet.apps.values where !leaving.contains(app.spec.label) { all[app.spec.label] = app.spec }
        for spec in specs { all[spec.label] = spec }
        guard let cycle = Self.graph(all.values).cycle else { return }
        throw Failure(
            .dependencies, "apps depend on each other in a circle", why: cycle.joined(separator: " → "),
            next: "take one of these dependencies out")
    }

    /// Which app depends on which.
    package func graph() -> AppGraph {
        let nodes = fleet.apps.values.map { app in
            let keys = fleet.keys(of: app.key)
            let finished = keys.count { fleet[$0].map(hasFinished) ?? false }
            return AppGraph.Node(
                namespace: app.spec.namespace, name: app.spec.name,
                statuses: keys.compactMap { fleet[$0].map { status($0) } }, dependencies: app.spec.dependencies ?? [],
                reason: keys.lazy.compactMap { orderReason($0) }.first, cascade: app.spec.cascade,
                finished: finished > 0 ? finished : nil)
        }
        return AppGraph(nodes: nodes.sorted { $0.label < $1.label })
    }
}
