import Core

// How a history is told.
extension Simulation {
    func label(_ id: RunID) -> String {
        (newest.first { $0.value.instance == id.instance }?.key ?? "nobody").padded(8)
    }

    /// `api#0     online`
    static func line(_ event: FleetEvent) -> String {
        let who = event.process.map { $0.label.padded(8) } ?? "        "
        return "\(who)  \(event.name.rawValue)" + (event.message.map { " (\($0))" } ?? "")
    }

    static func line(_ answer: Outcome) -> String {
        func states(_ processes: [InstanceInfo]) -> String {
            processes.map { "\($0.label) \($0.status)" }.joined(separator: ", ")
        }
        switch answer {
        case .nothing: return "done"
        case .processes(let processes): return processes.isEmpty ? "nothing" : states(processes)
        case .failed(let failure): return failure.description
        case .started(let result):
            let parts = [
                states(result.processes), result.failures.map(\.description).joined(separator: "; "),
                result.unchanged.isEmpty ? "" : "not changed: \(result.unchanged.joined(separator: ", "))",
            ]
            return parts.filter { !$0.isEmpty }.joined(separator: "; ")
        case .reloaded(let result):
            let restarted = result.restarted.isEmpty ? "" : "restarted: \(result.restarted.joined(separator: ", "))"
            return ([states(result.processes), restarted] + result.failures.map(\.description))
                .filter { !$0.isEmpty }.joined(separator: "; ")
        case .applied(let result):
            let changes = result.changes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return ([changes.joined(separator: ", "), states(result.processes)] + result.failures.map(\.description))
                .filter { !$0.isEmpty }.joined(separator: "; ")
        }
    }

    /// What `od list` knows, one line each.
    var table: [String] {
        guard let engine else { return ["no engine runs"] }
        let shown = engine.kernel.list(at: now)
        if shown.isEmpty { return ["nothing"] }
        return shown.map { process in
            var line = "\(process.id)  \(process.label.padded(8))  \(process.status.rawValue.padded(8))"
            line += "  restarts \(process.restarts)"
            if let uptime = process.uptime { line += "  up \(uptime) ms" }
            if let exit = process.exit { line += "  last \(exit)" }
            if let until = process.waitsUntil {
                line += "  for \(until.milliseconds - now.wall.milliseconds) ms"
            }
            if let reason = process.reason { line += "  \(reason)" }
            return line
        }
    }
}

extension String {
    func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
