// Whether a dependency is as its condition wants it: a decision over how its instances are.
//
//     condition                met when
//     started                  one executes, and none is about to
//     ready, healthy           one is ready, and none is on its way to it
//     completed                one has run, and all that ran have ended
//     completed-successfully   the same, each with code 0
//
// Instances that were stopped or gave up do not count as long as another one does.

/// How one instance of a dependency is.
package enum DependencyMember: Hashable, Sendable {
    /// About to run, or on its way out; the word for it: `starting`, `waiting`, `stopping`.
    case moving(String)
    /// It executes and is not ready.
    case unready
    case ready
    /// It ran, and nothing of it lives.
    case ended(Exit)
    /// Nobody wants it, and it did not run.
    case idle
    case gaveUp
}

/// Whether what an app depends on is as it wants it.
package enum DependencyGate {
    /// Why a dependency is not as wanted, in a word or two: `starting`, `gave up`, `failed: exit 3`; nil when it is.
    ///
    /// - Parameter members: its instances; none: there is no such app.
    package static func obstacle(_ condition: Dependency.Condition, _ members: [DependencyMember]) -> String? {
        if members.isEmpty { return "not there" }
        for case .moving(let word) in members { return word }
        switch condition {
        case .started:
            return members.contains { $0 == .unready || $0 == .ready } ? nil : rest(members)
        case .ready, .healthy:
            if members.contains(.unready) { return "starting" }
            return members.contains(.ready) ? nil : rest(members)
        case .completed, .completedSuccessfully:
            return completed(members, success: condition == .completedSuccessfully)
        }
    }

    private static func completed(_ members: [DependencyMember], success: Bool) -> String? {
        if members.contains(where: { $0 == .unready || $0 == .ready }) { return "running" }
        if members.contains(.gaveUp), success { return "gave up" }
        for case .ended(let exit) in members where success && !exit.isSuccess { return "failed: \(exit)" }
        return members.allSatisfy { $0 == .idle } ? "not started" : nil
    }

    /// Of instances none of which executes.
    private static func rest(_ members: [DependencyMember]) -> String {
        if members.contains(.gaveUp) { return "gave up" }
        return members.allSatisfy { $0 == .idle } ? "not started" : "stopped"
    }
}
