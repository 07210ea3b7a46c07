// A reload in order: what an app depends on is replaced before it, and must be there when its own runs are replaced.
extension Kernel {
    /// A run that executes is to be replaced, and its successor was not asked for.
    func isNextToReload(_ key: UInt64) -> Bool {
        guard let instance = fleet[key], let wants = instance.record.reload?.wants, instance.beside == nil,
            case .online = instance.life.state
        else { return false }
        return instance.record.run <= wants
    }

    /// Why a run cannot be replaced now: `for db (starting)`, `after db, which is reloaded first`; nil when it can.
    func obstacle(toReloadOf key: UInt64) -> String? {
        if let first = reloadedFirst(key) { return "after \(first), which is reloaded first" }
        return mustHold(key) ? "for " + obstacles(key).joined(separator: ", ") : nil
    }

    /// Whether what is in the way of a reload goes away by what is under way. If not, the reload has failed, rather than
    /// to wait for somebody who may never come.
    func comesAbout(_ key: UInt64) -> Bool {
        if reloadedFirst(key) != nil { return true }
        var seen: Set<UInt64> = []
        var open = [key]
        while let next = open.popLast() {
            guard seen.insert(next).inserted, let spec = fleet.app(of: next)?.spec else { continue }
            for dependency in spec.dependencies ?? [] {
                let label = dependency.label(in: spec.namespace)
                guard DependencyGate.obstacle(dependency.condition, members(label)) != nil else { continue }
                let others = app(label).map { fleet.keys(of: $0.key) } ?? []
                let held = others.filter { fleet[$0]?.life.state == .held }
                guard !held.isEmpty || others.contains(where: isUnderWay) else { return false }
                open += held
            }
        }
        return true
    }

    /// It runs, ends or gives up soon, whatever people do. What waits to be restarted may do that for ever.
    private func isUnderWay(_ key: UInt64) -> Bool {
        switch fleet[key]?.life.state {
        case .starting, .unready, .ending: true
        case .idle, .online, .waiting, .held, nil: false
        }
    }

    /// The name of an app that it depends on, and that is being reloaded.
    private func reloadedFirst(_ key: UInt64) -> String? {
        guard reloading.count > 1, let spec = fleet.app(of: key)?.spec else { return nil }
        return spec.dependencyLabels.compactMap(app).first { reloading.contains($0.key) }?.spec.name
    }
}
