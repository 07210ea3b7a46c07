internal import Core
internal import Engine
internal import Widgets

/// `--sort FIELD[:asc|desc]`: the order in which instances are listed.
struct ListOrder: Hashable, Sendable {
    private enum Field: String, CaseIterable {
        case id, name, namespace, status, mode, pid, uptime, restarts, cpu, memory
    }

    private let field: Field
    private let falls: Bool

    /// Throws OD1001 for a field that there is not.
    init(_ text: String) throws(Failure) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0).lowercased() }
        // As PM2 and top call them too.
        let name = ["mem": "memory", "user": "namespace", "↺": "restarts", "restart": "restarts"][parts[0]] ?? parts[0]
        guard let field = Field(rawValue: name), parts.count <= 2,
            ["asc", "desc"].contains(parts.last ?? "")
                || parts.count == 1
        else {
            let names = Field.allCases.map(\.rawValue)
            let near = Field(rawValue: name) == nil ? NearestName.of(name, among: names) : nil
            throw Failure(
                .usage, "--sort does not understand ‘\(text)’",
                why: near.map { "the nearest field is \($0)" }
                    ?? "it takes one of \(names.joined(separator: ", ")), and :asc or :desc",
                next: "for example od list --sort memory:desc")
        }
        self.field = field
        falls = parts.count == 2 && parts[1] == "desc"
    }

    /// Sorted; what is equal, or has no such figure, stands by id. What has no figure comes last in both directions.
    func sorted(_ processes: [InstanceInfo]) -> [InstanceInfo] {
        processes.sorted { one, other in
            let (left, right) = (key(one), key(other))
            switch (left, right) {
            case (.absent, .absent): return one.id < other.id
            case (.absent, _): return false
            case (_, .absent): return true
            default:
                if left == right { return one.id < other.id }
                return falls ? right < left : left < right
            }
        }
    }

    private enum Key: Comparable {
        case text(String)
        case number(Double)
        case absent
    }

    private func key(_ process: InstanceInfo) -> Key {
        func number<T: BinaryInteger>(_ value: T?) -> Key { value.map { .number(Double($0)) } ?? .absent }
        switch field {
        case .id: return number(process.id)
        case .name: return .text(process.name)
        case .namespace: return .text(process.namespace)
        case .status: return .text(process.word)
        case .mode: return .text(process.mode)
        case .pid: return number(process.pid)
        case .uptime: return number(process.uptime)
        case .restarts: return number(process.restarts)
        case .cpu: return process.cpu.map { .number($0) } ?? .absent
        case .memory: return number(process.memory)
        }
    }
}

/// `--mini-list`: one short line an instance, for narrow places.
enum MiniList {
    /// `0 api#0 online 1234`
    static func text(_ processes: [InstanceInfo]) -> String {
        processes.map { process in
            let pid = process.pid.map { " \($0)" } ?? ""
            return "\(process.id) \(Text.sanitize(process.label)) \(process.word)\(pid)\n"
        }.joined()
    }
}
