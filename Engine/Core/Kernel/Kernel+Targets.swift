// Whom a command means.
extension Kernel {
    static let maxTargets = 4096
    /// Names that an error lists.
    private static let shownNames = 12

    /// Keys of the instances that `targets` name, each once, in the order of ids. Every target must name something.
    func resolve(_ targets: [String]) throws(Failure) -> [UInt64] {
        guard targets.count <= Self.maxTargets else {
            throw Failure(
                .usage, "\(targets.count) targets", why: "one command takes \(Self.maxTargets) at most",
                next: "name a namespace, a /regex/ or all")
        }
        var found: Set<UInt64> = []
        for text in targets {
            let keys = try resolve(text)
            guard !keys.isEmpty || text == "all" else { throw noSuch(text) }
            found.formUnion(keys)
        }
        return fleet.sortedKeys().filter(found.contains)
    }

    private func resolve(_ text: String) throws(Failure) -> [UInt64] {
        switch try Target(text) {
        case .all:
            return fleet.all.map(\.record.key)
        case .id(let id):
            return fleet.all.filter { $0.record.id == id }.map(\.record.key)
        case .file(let path):
            return fleet.all.filter { fleet.apps[$0.record.app]?.spec.config == path }.map(\.record.key)
        case .pattern(let pattern):
            return try matching(pattern)
        case .name(let namespace, let name, let number):
            let owners = try owners(namespace: namespace, name: name)
            if owners.isEmpty, namespace == nil, number == nil { return members(of: name) }
            return fleet.all
                .filter { owners.contains($0.record.app) && (number == nil || $0.record.number == number) }
                .map(\.record.key)
        }
    }

    /// The app of that name; an error that lists the choices when several projects have it.
    private func owners(namespace: String?, name: String) throws(Failure) -> [UInt64] {
        let owners = fleet.apps.values.filter {
            $0.spec.name == name && (namespace == nil || $0.spec.namespace == namespace)
        }
        guard owners.count <= 1 else {
            let choices = owners.map { "\($0.spec.namespace)/\(name)" }.sorted().joined(separator: ", ")
            throw Failure(
                .ambiguousTarget, "‘\(name)’ is an app of several projects", why: "they are \(choices)",
                next: "say which one, for example \(owners.map(\.spec.namespace).min() ?? "")/\(name)")
        }
        return owners.map(\.key)
    }

    private func members(of namespace: String) -> [UInt64] {
        fleet.all.filter { fleet.apps[$0.record.app]?.spec.namespace == namespace }.map(\.record.key)
    }

    private func matching(_ pattern: String) throws(Failure) -> [UInt64] {
        var search = PatternSearch(try TargetMatcher.pattern(pattern))
        return fleet.all
            .filter { search.matches(Array((fleet.apps[$0.record.app]?.spec.name ?? "").utf8)) }
            .map(\.record.key)
    }

    private func noSuch(_ text: String) -> Failure {
        if let failure = noInstance(text) { return failure }
        let names = Set(fleet.apps.values.map(\.spec.name)).sorted()
        let known = names + Set(fleet.apps.values.map(\.spec.namespace)).sorted()
        let more = names.count > Self.shownNames ? " and \(names.count - Self.shownNames) more" : ""
        let list = "the apps are \(names.prefix(Self.shownNames).joined(separator: ", "))\(more)"
        // `shop/wrker#2` means the name in it.
        let name = text.prefix { $0 != "#" }.split(separator: "/").last.map(String.init) ?? text
        let near = NearestName.of(name, among: known) ?? known.first { name.count > 1 && $0.hasPrefix(name) }
        let nearest = known.contains(name) ? nil : near.map { "the nearest is \($0)" }
        let why = names.isEmpty ? "there are no apps yet" : nearest ?? list
        let next = names.isEmpty ? "od start FILE starts one" : "od list shows names, ids and namespaces"
        return Failure(.noSuchTarget, "‘\(text)’ names no process", why: why, next: next)
    }

    /// `shop/api#7` of an app that has others; nil for an app that there is not.
    private func noInstance(_ text: String) -> Failure? {
        guard case .name(let namespace, let name, _?)? = try? Target(text),
            let owner = try? owners(namespace: namespace, name: name).first
        else { return nil }
        let numbers = fleet.keys(of: owner).compactMap { fleet[$0]?.record.number }.sorted()
        let list = numbers.prefix(Self.shownNames).map { "\(name)#\($0)" }.joined(separator: ", ")
        let more = numbers.count > Self.shownNames ? " and \(numbers.count - Self.shownNames) more" : ""
        return Failure(
            .noSuchTarget, "‘\(text)’ names no process",
            why: numbers.count == 1 ? "the only instance is \(list)" : "the instances are \(list)\(more)",
            next: "od list shows them; od scale \(name) N makes more")
    }
}
