import Core

/// What people asked for and were promised: a second, much simpler account of the desired state, kept beside the kernel's.
struct Wishes: Hashable {
    enum Wish: Hashable { case running, stopped, deleted }

    /// Definitions by app name.
    var specs: [String: AppSpec] = [:]
    /// By label.
    var instances: [String: Wish] = [:]
    var isHalted = false

    /// Takes a command that was accepted. `isDown` says of an app that no instance of it ran.
    mutating func take(_ command: FleetCommand, shown: [InstanceInfo] = [], isDown: (String) -> Bool) {
        switch command {
        case .start(let request):
            let named = Set(labels(request.targets).map(Self.name))
            for spec in request.apps {
                if let old = specs[spec.name], old != spec, !isDown(spec.name) { wantAll(old) } else { define(spec) }
            }
            for label in labels(request.targets) where isInRange(label) { instances[label] = .running }
            bring(named.union(request.apps.map(\.name)), shown)
            isHalted = false
        case .apply(let request):
            let names = Set(request.apps.map(\.name))
            for (name, spec) in specs where spec.namespace == request.namespace && !names.contains(name) {
                for label in labels([name]) { instances[label] = .deleted }
            }
            for spec in request.apps { if specs[spec.name] == spec { keep(spec) } else { define(spec) } }
            isHalted = false
        case .stop(let targets, _):
            for label in labels(targets) + followers(of: labels(targets)) where instances[label] == .running {
                instances[label] = .stopped
            }
        case .restart(let targets, _):
            for label in labels(targets) where isInRange(label) { instances[label] = .running }
            isHalted = false
        case .reload(let targets):
            for label in labels(targets) where isInRange(label) && instances[label] != .deleted {
                instances[label] = .running
            }
            isHalted = false
        case .scale(let request, _):
            for name in Set(labels(request.targets).map(Self.name)) { scale(name, to: request) }
            isHalted = false
        case .reset: break
        case .delete(let targets):
            for label in labels(targets) { instances[label] = .deleted }
        case .change(let request):
            for change in request.changes { redefine(change.to) }
        case .restore(let apps):
            for app in apps { restore(app) }
            isHalted = false
        case .shutdown(let halt): isHalted = isHalted || halt
        case .detach: break
        case .resume: isHalted = false
        case .once(_, let command): take(command, shown: shown, isDown: isDown)
        }
    }

    /// An instance is gone for good.
    mutating func forget(_ label: String) {
        guard instances[label] == .deleted else { return }
        instances[label] = nil
        let name = Self.name(label)
        if !instances.keys.contains(where: { Self.name($0) == name }) { specs[name] = nil }
    }

    static func name(_ label: String) -> String { String(label.prefix { $0 != "#" }) }

    private mutating func define(_ spec: AppSpec) {
        specs[spec.name] = spec
        for label in labels([spec.name]) where !isInRange(label) { instances[label] = .deleted }
        wantAll(spec)
    }

    /// The same once more: what somebody has stopped stays so.
    private mutating func keep(_ spec: AppSpec) {
        for number in 0..<spec.instances where instances["\(spec.name)#\(number)"] != .stopped {
            instances["\(spec.name)#\(number)"] = .running
        }
    }

    /// New instances run, those that are too many go, others stay as they are.
    private mutating func scale(_ name: String, to request: ScaleRequest) {
        guard var spec = specs[name] else { return }
        spec.instances = request.relative ? spec.instances + request.count : request.count
        guard spec != specs[name] else { return }
        specs[name] = spec
        for label in labels([name]) where !isInRange(label) { instances[label] = .deleted }
        for number in 0..<spec.instances {
            let label = "\(name)#\(number)"
            if instances[label] ?? .deleted == .deleted { instances[label] = .running }
        }
    }

    private mutating func wantAll(_ spec: AppSpec) {
        for number in 0..<spec.instances { instances["\(spec.name)#\(number)"] = .running }
    }

    /// Another definition: what is stopped stays so.
    private mutating func redefine(_ spec: AppSpec) {
        let old = labels([spec.name])
        let isWanted = old.contains { instances[$0] == .running }
        specs[spec.name] = spec
        for label in old where !isInRange(label) { instances[label] = .deleted }
        for number in 0..<spec.instances where instances["\(spec.name)#\(number)"] == nil {
            instances["\(spec.name)#\(number)"] = isWanted ? .running : .stopped
        }
    }

    /// What a dump has and the fleet has not.
    private mutating func restore(_ app: SavedApp) {
        let isNew = specs[app.spec.name] == nil
        if isNew { specs[app.spec.name] = app.spec }
        for number in 0..<app.spec.instances {
            let label = "\(app.spec.name)#\(number)"
            guard isInRange(label) else { continue }
            if app.running.contains(number) {
                instances[label] = .running
            } else if isNew {
                instances[label] = .stopped
            }
        }
    }

    private func isInRange(_ label: String) -> Bool {
        let name = Self.name(label)
        guard let number = Int(label.dropFirst(name.count + 1)), let spec = specs[name] else { return false }
        return number < spec.instances
    }

    /// A target is `all`, a name or a label here.
    private func labels(_ targets: [String]) -> [String] {
        instances.keys.filter { label in
            targets.contains { $0 == "all" || $0 == label || $0 == Self.name(label) }
        }
    }
}
