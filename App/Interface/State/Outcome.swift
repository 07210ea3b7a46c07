import Core

/// A process that was started from here: how that ends is told in the place of the first message.
struct Outcome: Hashable, Sendable {
    /// After so many milliseconds what happens to it is news of its own.
    static let patience = 10_000

    var until: Instant
    /// What was said when the command was answered.
    var said: String
}

extension State {
    /// Those of `names` that do not run yet, or may fail at once, are looked after.
    mutating func lookAfter(_ names: [InstanceName], said: String) {
        outcomes = outcomes.filter { $0.value.until > now }
        guard names.count <= Self.maxPending else { return }
        for name in names {
            outcomes[name] = Outcome(until: now.advanced(byMilliseconds: Outcome.patience), said: said)
        }
    }

    /// Says how a start went, once that is known.
    mutating func follow(_ event: FleetEvent) {
        guard let process = event.process, let outcome = outcomes[InstanceName(process)] else { return }
        let name = InstanceName(process)
        guard outcome.until > now, process.status != .stopping else { return outcomes[name] = nil }
        let others = outcomes.contains { $0.key != name && isStarting($0.key) && $0.value.said == outcome.said }
        switch process.status {
        case .online where !others && toasts.contains { $0.text == outcome.said && $0.weight == .info }:
            toasts.removeAll { $0.text == outcome.said }
            let many = outcomes.count { $0.value.said == outcome.said }
            say(.success, many == 1 ? "\(shortName(name)) is online" : "\(many) processes are online")
        case .waiting, .stopped:
            outcomes[name] = nil
            toasts.removeAll { $0.text == outcome.said }
            guard let exit = process.exit else { return }
            let again = process.status == .waiting ? process.reason.map { ", \($0)" } ?? "" : ""
            say(
                process.status == .stopped && exit == .code(0) ? .info : .warning,
                "\(shortName(name)) ended again: \(exit.description)\(again)",
                command: "\(program) why \(shortName(name))")
        case .errored:
            // It is said that it is.
            outcomes[name] = nil
            toasts.removeAll { $0.text == outcome.said }
        default: break
        }
    }

    /// Its start goes on.
    func isStarting(_ name: InstanceName) -> Bool { live.rows[name]?.process.status == .starting }
}
