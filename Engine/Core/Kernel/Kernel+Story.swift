// What is asked about the past of an instance: who it is for those who keep it.
extension Kernel {
    /// An instance and the definition of its app.
    package struct Subject: Hashable, Sendable {
        package var key: UInt64
        package var process: InstanceInfo
        package var spec: AppSpec
        /// Why od has restarted it, when that was no exit of its own.
        package var cause: String?
        package var dependencies: [DependencyState]

        /// `namespace/name`
        package var app: String { "\(spec.namespace)/\(spec.name)" }
    }

    /// The instances that `targets` name.
    package func subjects(of targets: [String], at now: Moment) throws(Failure) -> [Subject] {
        try resolve(targets).compactMap { subject($0, at: now) }
    }

    /// nil for an instance of nobody.
    package func subject(_ key: UInt64, at now: Moment) -> Subject? {
        guard let process = info(key, now), let app = fleet.app(of: key) else { return nil }
        return Subject(
            key: key, process: process, spec: app.spec, cause: fleet[key]?.record.cause,
            dependencies: dependencies(of: app.spec, now))
    }

    private func dependencies(of spec: AppSpec, _ now: Moment) -> [DependencyState] {
        (spec.dependencies ?? []).map { dependency in
            let label = dependency.label(in: spec.namespace)
            var state = DependencyState(
                name: dependency.name, condition: dependency.condition,
                obstacle: DependencyGate.obstacle(dependency.condition, members(label)))
            guard state.obstacle != nil, let app = app(label) else { return state }
            state.reason = fleet.keys(of: app.key).lazy.compactMap { info($0, now)?.reason }.first
            return state
        }
    }

    /// The definition that a record replaces, if another one under which an instance is up and is no quick exit any
    /// more.
    package func goodSpec(before record: AppRecord, at now: Moment) -> AppSpec? {
        guard let old = fleet.apps[record.key]?.spec, old != record.spec else { return nil }
        let isGood = fleet.keys(of: record.key).contains { key in
            (fleet[key]?.life.running).map { now.boot.milliseconds(since: $0.since) >= old.restart.minUptime } ?? false
        }
        return isGood ? old : nil
    }
}
