// All apps and instances with the indices that keep a step cheap: a fleet of 1,000 costs a step no more than one of 10.

/// The table of apps and instances.
struct Fleet: Hashable, Sendable {
    /// One instance: what is remembered of it and where it is in its life.
    struct Instance: Hashable, Sendable {
        var record: InstanceRecord
        var life = Lifecycle()
        var restart: Restart
        /// Another run, while the own one is being replaced.
        var beside: Beside?
        /// How the own run ended; what follows waits until the one beside it is gone.
        var verdict: Verdict?
        /// What the present wait is for.
        var waitReason: String?
        /// Processes that the first one, which ended with 0, has left behind: it put itself into the background.
        var left = 0
        /// What the present run says of itself.
        var message: String?
        /// It is wanted, and waits for its next try or for others.
        var isAboutToStart: Bool {
            switch life.state {
            case .waiting: record.trouble == nil
            case .held: true
            case .idle, .starting, .unready, .online, .ending: false
            }
        }

        /// It is removed as soon as it is down.
        var deleting: Bool { record.wanted == .deleted }
    }

    private(set) var apps: [UInt64: AppRecord] = [:]
    private var instances: [UInt64: Instance] = [:]
    /// App keys by `namespace/name`.
    private var names: [String: UInt64] = [:]
    /// Instance keys by app, in the order of their numbers.
    private var members: [UInt64: [UInt64]] = [:]
    private var ids: Set<Int> = []
    /// Every id below this is taken.
    private var lowestFreeID = 0
    private(set) var deleting: Set<UInt64> = []
    /// Instances that wait for what they depend on, and those whose stop signal waits for others.
    private(set) var held: Set<UInt64> = []
    private(set) var heldEnds: Set<UInt64> = []
    /// Keys of the apps that depend on an app, by `namespace/name` of that one, known or not.
    private var dependents: [String: Set<UInt64>] = [:]
    /// Keys of apps with a limit of memory.
    private(set) var limited: Set<UInt64> = []

    var all: Dictionary<UInt64, Instance>.Values { instances.values }

    /// An instance, to read or to change in place; setting nil is done by `remove(instance:)`.
    subscript(key: UInt64) -> Instance? {
        get { instances[key] }
        set {
            guard let newValue else { return }
            instances[key] = newValue
            if newValue.deleting { deleting.insert(key) } else { deleting.remove(key) }
            if newValue.life.state == .held { held.insert(key) } else { held.remove(key) }
            if newValue.life.ending?.isHeld == true { heldEnds.insert(key) } else { heldEnds.remove(key) }
        }
    }

    func app(of key: UInt64) -> AppRecord? { instances[key].flatMap { apps[$0.record.app] } }

    func app(namespace: String, name: String) -> AppRecord? { names["\(namespace)/\(name)"].flatMap { apps[$0] } }

    /// Keys of an app's instances in the order of their numbers.
    func keys(of app: UInt64) -> [UInt64] { members[app] ?? [] }

    /// All keys in the order of ids.
    func sortedKeys() -> [UInt64] { instances.values.sorted { $0.record.id < $1.record.id }.map(\.record.key) }

    /// Keys of the apps that depend on one, in the order in which they were added.
    func dependents(of spec: AppSpec) -> [UInt64] { (dependents[spec.label] ?? []).sorted() }

    func hasDependents(_ spec: AppSpec) -> Bool { dependents[spec.label] != nil }

    /// Some app depends on another.
    var hasOrder: Bool { !dependents.isEmpty }

    mutating func put(_ app: AppRecord) {
        if let old = apps[app.key] { forgetLinks(of: old) }
        apps[app.key] = app
        names[app.spec.label] = app.key
        for label in app.spec.dependencyLabels { dependents[label, default: []].insert(app.key) }
        if app.spec.maxMemory != nil { limited.insert(app.key) }
    }

    private mutating func forgetLinks(of app: AppRecord) {
        limited.remove(app.key)
        for label in app.spec.dependencyLabels {
            dependents[label]?.remove(app.key)
            if dependents[label]?.isEmpty == true { dependents[label] = nil }
        }
    }

    mutating func add(_ instance: Instance) {
        let record = instance.record
        self[record.key] = instance
        ids.insert(record.id)
        while ids.contains(lowestFreeID) { lowestFreeID += 1 }
        let present = members[record.app] ?? []
        let place = present.firstIndex { (instances[$0]?.record.number ?? 0) > record.number } ?? present.count
        members[record.app, default: []].insert(record.key, at: place)
    }

    /// Removes an instance, and its app when it was the last: true.
    mutating func remove(instance key: UInt64) -> Bool {
        guard let instance = instances.removeValue(forKey: key) else { return false }
        deleting.remove(key)
        held.remove(key)
        heldEnds.remove(key)
        ids.remove(instance.record.id)
        lowestFreeID = min(lowestFreeID, instance.record.id)
        let app = instance.record.app
        members[app]?.removeAll { $0 == key }
        guard members[app]?.isEmpty ?? true else { return false }
        members[app] = nil
        if let record = apps.removeValue(forKey: app) {
            forgetLinks(of: record)
            names[record.spec.label] = nil
        }
        return true
    }

    /// The smallest id that no instance has.
    var freeID: Int { lowestFreeID }
}
