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
    mutating func take(_ command: FleetCommand, isDown: (String) -> Bool) {
        switch command {
        case .start(let request):
            for spec in request.apps {
                if let old = specs[spec.name], old != spec, !isDown(spec.name) { wantAll(old) } else { define(spec) }
            }
            for label in labels(request.targets) where isInRange(label) { instances[label] = .running }
            isHalted = false
        case .apply(let request):
            let names = Set(request.apps.map(\.name))
            for (name, spec) in specs where spec.namespace == request.namespace && !names.contains(name) {
                for label in labels([name]) { instances[label] = .deleted }
            }
            for spec in request.apps { define(spec) }
            isHalted = false
        case .stop(let targets):
            for label in labels(targets) where instances[label] == .running { instances[label] = .stopped }
        case .restart(let targets):
            for label in labels(targets) where isInRange(label) { instances[label] = .running }
            isHalted = false
        case .delete(let targets):
            for label in labels(targets) { instances[label] = .deleted }
        case .shutdown(let halt): isHalted = isHalted || halt
        case .detach: break
        case .resume: isHalted = false
        case .once(_, let command): take(command, isDown: isDown)
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

    private mutating func wantAll(_ spec: AppSpec) {
        for number in 0..<spec.instances { instances["\(spec.name)#\(number)"] = .running }
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
