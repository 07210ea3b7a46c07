package import Core

/// What the list is filtered by. Words, of which a process must have all: plain ones occur in its name or state,
/// `cpu>5 mem>=100M state=errored ns=shop` compare, and `!` in front turns a word round. In any case. `name=api` means
/// the app, `name=api#1` one instance; `state=err` and `ns=sh` are true of what begins so.
package struct Query: Hashable, Sendable {
    private enum Field: String, Hashable {
        case cpu, mem, pid, id, restarts, uptime, procs
        case name, state, ns
    }

    fileprivate enum Comparison: String, Hashable, CaseIterable {
        // The longer ones first: `>=` begins like `>`.
        case atLeast = ">=", atMost = "<=", differs = "!=", more = ">", less = "<", equal = "="
    }

    private enum Term: Hashable {
        case text(String)
        case figure(Field, Comparison, Double)
        case word(Field, String)
        /// Not finished yet, as `cpu>` while it is typed: it excludes nothing.
        case open
        /// A figure is compared with what is none, as in `cpu>>1`: nothing fits it.
        case odd(String)
        /// Something is compared that processes do not have, as in `foo>3`: nothing fits it.
        case unknown(String)
    }

    /// Names that mean the same.
    private static let aliases: [String: Field] = [
        "memory": .mem, "rst": .restarts, "status": .state, "namespace": .ns, "project": .ns, "up": .uptime,
        "app": .name,
    ]

    private static let fields = "name state ns cpu mem pid id restarts uptime procs"

    private let terms: [(term: Term, isNegated: Bool)]
    private let text: String

    package init(_ text: String) {
        self.text = text
        terms = text.lowercased().split(separator: " ").map { word in
            let isNegated = word.first == "!"
            let (term, isDifferent) = Self.term(isNegated ? word.dropFirst() : word)
            return (term, isNegated != isDifferent)
        }
    }

    /// Why nothing can fit; nil when something can.
    package var mistake: String? {
        terms.lazy.compactMap { term, _ in
            switch term {
            case .odd(let word): "‘\(word)’ compares with no number: cpu>5 mem>=100M uptime<2h"
            case .unknown(let name): "‘\(name)’ is no field: \(Self.fields)"
            default: nil
            }
        }.first
    }

    package static func == (a: Query, b: Query) -> Bool { a.text == b.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// `uptime` in milliseconds; nil where none runs.
    package func matches(_ process: InstanceInfo, uptime: Int?) -> Bool {
        guard !terms.isEmpty else { return true }
        let text = "\(process.namespace)/\(process.label) \(process.word)".lowercased()
        return terms.allSatisfy { term, isNegated in
            switch term {
            case .open: true
            case .odd, .unknown: false
            case .text(let word): text.contains(word) != isNegated
            case .word(.name, let word):
                [process.name.lowercased(), process.label.lowercased()].contains(word) != isNegated
            case .word(let field, let word): Self.value(field, of: process).hasPrefix(word) != isNegated
            case .figure(let field, let comparison, let figure):
                Self.figure(field, of: process, uptime).map { comparison.holds($0, figure) != isNegated } ?? false
            }
        }
    }

    private static func term(_ word: Substring) -> (Term, isDifferent: Bool) {
        guard !word.isEmpty else { return (.open, false) }
        let name = word.prefix { $0.isLetter }
        let rest = word.dropFirst(name.count)
        guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }), !name.isEmpty else {
            return (.text(String(word)), false)
        }
        guard let field = Field(rawValue: String(name)) ?? aliases[String(name)] else {
            return (.unknown(String(name)), false)
        }
        let value = rest.dropFirst(comparison.rawValue.count)
        guard !value.isEmpty else { return (.open, false) }
        switch field {
        case .name, .state, .ns: return (.word(field, String(value)), comparison == .differs)
        default:
            guard let figure = figure(value, of: field) else { return (.odd(String(word)), false) }
            return (.figure(field, comparison, figure), false)
        }
    }

    /// `12`, `1.5G`, `90%`, `2h`: in percent, bytes or milliseconds.
    private static func figure(_ text: Substring, of field: Field) -> Double? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] =
            switch field {
            case .mem: ["": 1, "b": 1, "k": 1024, "m": 1_048_576, "g": 1_073_741_824, "t": 1_099_511_627_776]
            case .uptime: ["": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
            case .cpu: ["": 1, "%": 1]
            default: ["": 1]
            }
        guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        return number * unit
    }

    private static func value(_ field: Field, of process: InstanceInfo) -> String {
        switch field {
        case .state: process.word
        case .ns: process.namespace.lowercased()
        default: process.label.lowercased()
        }
    }

    private static func figure(_ field: Field, of process: InstanceInfo, _ uptime: Int?) -> Double? {
        switch field {
        case .cpu: process.cpu
        case .mem: process.memory.map { Double($0) }
        case .pid: process.pid.map { Double($0) }
        case .id: Double(process.id)
        case .restarts: Double(process.restarts)
        case .uptime: uptime.map { Double($0) }
        case .procs: process.processes.map { Double($0) }
        case .name, .state, .ns: nil
        }
    }
}

extension Query.Comparison {
    fileprivate func holds(_ a: Double, _ b: Double) -> Bool {
        switch self {
        case .atLeast: a >= b
        case .atMost: a <= b
        case .differs: a != b
        case .more: a > b
        case .less: a < b
        case .equal: a == b
        }
    }
}
