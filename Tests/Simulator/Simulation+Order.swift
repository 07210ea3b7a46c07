import Core

// Apps that depend on each other: what the plan says, and what must hold.
extension Plan {
    /// web needs api, api a job that is done, mail cron and api.
    static func dependencies(of app: Int) -> [Dependency]? {
        switch apps[app] {
        case "api": [Dependency("job", .completed)]
        case "web": [Dependency("api")]
        case "mail": [Dependency("cron"), Dependency("default/api", .started)]
        default: nil
        }
    }
}

extension InstanceInfo {
    /// It waits for other apps, to begin or to end; there is no timer then.
    var isHeld: Bool { reason?.hasPrefix("for ") == true || reason?.hasPrefix("ends after ") == true }
}

extension DependencyMember {
    init(_ process: InstanceInfo) {
        switch process.status {
        case .online, .reloading: self = .ready
        case .errored: self = .gaveUp
        case .created, .stopped: self = process.exit.map { .ended($0) } ?? .idle
        case .starting: self = process.pid == nil ? .moving(process.status.rawValue) : .unready
        case .waiting, .stopping, .killing: self = .moving(process.status.rawValue)
        }
    }
}

extension Simulation {
    /// Why an app must not run, by how the others are shown; nil when all that it needs is there.
    static func obstacle(_ spec: AppSpec, _ shown: [InstanceInfo]) -> String? {
        for dependency in spec.dependencies ?? [] {
            let name = dependency.name.split(separator: "/").last.map(String.init)
            let members = shown.filter { $0.name == name }.map(DependencyMember.init)
            if let word = DependencyGate.obstacle(dependency.condition, members) { return "\(dependency.name) \(word)" }
        }
        return nil
    }

    /// Nothing begins before what it needs, and nothing is asked to end while one that needs it is ending.
    mutating func checkOrder(_ effect: KeeperEffect) {
        guard isOrdered, let engine else { return }
        let shown = engine.kernel.list(at: now)
        switch effect {
        case .spawn(let order):
            // The engine before may have asked for it, and does so once more.
            let isNew = keeper.runs[order.id] == nil && engine.adopted.isEmpty && !engine.recovers
            // One beside a run that is to be replaced is the same app still.
            let isSecond = keeper.runs.contains { $0.key.instance == order.id.instance && $0.value.lives }
            guard isNew, !isSecond, let name = name(order.id), let spec = engine.wishes.specs[name] else { return }
            if let obstacle = Self.obstacle(planned(spec), shown) { fail("\(name) begins before \(obstacle)") }
        case .signal(let id, let signal) where signal != 9:
            guard let name = name(id), keeper.runs[id]?.mainLives == true, !engine.recovers, !engine.reorders,
                keeper.runs.count(where: { $0.key.instance == id.instance && $0.value.lives }) == 1
            else { return }
            let needing = engine.wishes.specs.values.filter { spec in
                planned(spec).dependencies?.contains { $0.name.split(separator: "/").last.map(String.init) == name }
                    == true
            }.map(\.name)
            if let other = shown.first(where: { needing.contains($0.name) && $0.status == .stopping }) {
                fail("\(name) is asked to end before \(other.label), which needs it")
            }
        case .signal, .signalFirst, .askToEnd, .listen, .closeSockets, .attach, .ended, .discard: break
        }
    }

    /// As the plan has it, whatever the kernel was told.
    private func planned(_ spec: AppSpec) -> AppSpec {
        guard mutation?.needsOrder == true else { return spec }
        var spec = spec
        spec.dependencies = Plan.apps.firstIndex(of: spec.name).flatMap(Plan.dependencies)
        return spec
    }

    private func name(_ id: RunID) -> String? {
        newest.first { $0.value.instance == id.instance }.map { Wishes.name($0.key) }
    }

    /// Instances that wait before their first run have a name, too.
    mutating func nameNew(_ writes: [StoreWrite]) {
        for case .putInstance(let record) in writes where record.run == 0 {
            let apps = writes.compactMap { if case .putApp(let app) = $0 { app } else { nil } } + store.fleet.apps
            guard let app = apps.first(where: { $0.key == record.app }) else { continue }
            newest["\(app.spec.name)#\(record.number)"] = RunID(instance: record.key, run: 0)
        }
    }

    /// What begins to wait for others though it was idle begins anew when they are there.
    mutating func noteWaits(_ events: [FleetEvent], byCommand: Bool) {
        guard byCommand, let engine else { return }
        let idle: Set<ProcessStatus> = [.created, .stopped, .errored]
        for event in events where event.name == .waiting {
            guard let process = event.process, process.isHeld, let id = newest[process.label] else { continue }
            let before = engine.shown.first { $0.label == process.label }?.status ?? .created
            if idle.contains(before), !engine.adopted.contains(id.instance) {
                awaited.insert(id.instance)
                // It has none left while it waits.
                fresh[id.instance] = id.run
            }
        }
    }

    /// At rest only those wait for whom something is really missing.
    func held(_ process: InstanceInfo) -> String? {
        guard let engine, let spec = promised.specs[process.name] else { return nil }
        let obstacle = Self.obstacle(spec, engine.kernel.list(at: now))
        return obstacle == nil ? "\(process.label) waits \(process.reason ?? ""), and all that it needs is there" : nil
    }
}

extension Wishes {
    /// Who is started brings what it needs and is down.
    mutating func bring(_ names: Set<String>, _ shown: [InstanceInfo]) {
        var open = names.sorted()
        var seen: Set<String> = []
        while let name = open.popLast() {
            guard seen.insert(name).inserted, let spec = specs[name] else { continue }
            for dependency in spec.dependencies ?? [] {
                let other = dependency.name.split(separator: "/").last.map(String.init) ?? ""
                var one = spec
                one.dependencies = [dependency]
                let members = shown.filter { $0.name == other }
                guard specs[other] != nil, Simulation.obstacle(one, shown) != nil else { continue }
                open.append(other)
                for process in members where !names.contains(other) && instances[process.label] != .deleted {
                    let isDown = [.created, .stopped, .errored].contains(process.status)
                    if isDown || instances[process.label] != .running { instances[process.label] = .running }
                }
            }
        }
    }

    /// Those that are stopped with apps that are stopped as a whole.
    func followers(of labels: [String]) -> [String] {
        let stopped = Set(labels.map(Self.name)).filter { name in
            instances.keys.allSatisfy { Self.name($0) != name || labels.contains($0) }
        }
        let names = specs.values.filter { spec in
            spec.cascade?.stops == true
                && spec.dependencies?.contains { dependency in
                    stopped.contains(dependency.name.split(separator: "/").last.map(String.init) ?? "")
                } == true
        }.map(\.name)
        return instances.keys.filter { names.contains(Self.name($0)) && !labels.contains($0) }
    }
}
