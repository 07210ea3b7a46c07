internal import Core
internal import OpenDaemon

/// One line that says what a command did.
enum Summary {
    /// `stopped api (2 instances), worker and web#1`, shortened when there are many.
    static func line(_ did: String, _ processes: [InstanceInfo]) -> String {
        let apps = byApp(processes)
        let owners = apps.reduce(into: [String: Int]()) { $0[$1.first.name, default: 0] += 1 }
        let counts = apps.map { first, count in
            // Several projects may have an app of that name.
            let project = owners[first.name] == 1 ? "" : first.namespace + "/"
            let name = count == 1 && first.mode == "cluster" ? first.label : first.name
            return project + (count > 1 ? "\(name) (\(count) instances)" : name)
        }
        return counts.isEmpty ? "nothing to do\n" : "\(did) \(list(counts))\n"
    }

    /// A line for what was started, one for what ran already.
    static func started(_ processes: [InstanceInfo], within: Duration) -> String {
        let parts = within.components
        // The clocks of client and engine start at different moments: 50 ms of slack.
        let limit = Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000) + 50
        let old = processes.filter { ($0.uptime ?? 0) > limit }
        // It waits for what it depends on.
        let held = processes.filter { $0.status == .waiting && $0.waitsUntil == nil }
        let new = processes.filter { ($0.uptime ?? 0) <= limit && !held.contains($0) }
        return (new.isEmpty ? "" : line("started", new)) + (held.isEmpty ? "" : line("waiting:", held))
            + (old.isEmpty ? "" : line("already running:", old))
    }

    /// `added api and worker; removed old; 3 unchanged`
    static func applied(_ changes: [String: ApplyResult.Change]) -> String {
        func names(_ change: ApplyResult.Change) -> [String] { changes.filter { $0.value == change }.keys.sorted() }
        let said: [ApplyResult.Change] = [.added, .changed, .removed]
        var parts = said.filter { !names($0).isEmpty }.map { "\($0.rawValue) \(list(names($0)))" }
        let same = names(.same).count
        if same > 0 { parts.append("\(same) unchanged") }
        return parts.isEmpty ? "nothing to do\n" : parts.joined(separator: "; ") + "\n"
    }

    /// `scaled api from 3 instances to 1`; an app that has as many as it had is named as such.
    ///
    /// - Parameters:
    ///   - before: all instances, before the command.
    ///   - processes: those of the apps that were scaled, now.
    static func scaled(_ processes: [InstanceInfo], before: [InstanceInfo]) -> String {
        func name(_ process: InstanceInfo) -> String { process.namespace + "/" + process.name }
        let counts = before.reduce(into: [String: Int]()) { $0[name($1), default: 0] += 1 }
        let apps = byApp(processes)
        guard !apps.isEmpty else { return "nothing to do\n" }
        return apps.map { first, count in
            let old = counts[name(first)] ?? 0
            let many = "\(count) instance\(count == 1 ? "" : "s")"
            return old == count
                ? "\(first.name) has \(many), as before\n"
                : "scaled \(first.name) from \(old) instance\(old == 1 ? "" : "s") to \(count)\n"
        }.joined()
    }

    /// More names than this are counted.
    private static let most = 8

    private static func list(_ names: [String]) -> String {
        guard names.count > 1 else { return names.first ?? "" }
        if names.count > most { return names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more" }
        return names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    /// The first instance of each app, and how many there are.
    private static func byApp(_ processes: [InstanceInfo]) -> [(first: InstanceInfo, count: Int)] {
        var result: [(first: InstanceInfo, count: Int)] = []
        for process in processes {
            let index = result.firstIndex { $0.first.name == process.name && $0.first.namespace == process.namespace }
            if let index {
                result[index].count += 1
            } else {
                result.append((process, 1))
            }
        }
        return result
    }
}
