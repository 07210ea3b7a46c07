internal import Core

/// TOML 1.0 into nodes with marks.
///
/// An own parser, for the same reason as JSON's: TOML libraries for Swift do not tell where a value stands, and toml++
/// behind TOMLKit aborts the process on some texts that are none.
enum TOMLDocument {
    static func parse(_ text: String) throws(ConfigProblem) -> ConfigNode {
        var reader = TOMLReader(text)
        return try reader.document()
    }
}

/// A table that is being filled: headers and dotted keys add to it from several places.
final class TOMLTable {
    enum Entry {
        /// A value: lists and inline tables are complete, nothing can be added to them.
        case node(ConfigNode)
        case table(TOMLTable)
        /// `[[name]]`
        case tables([TOMLTable])
    }

    let mark: ConfigMark
    var entries: [(key: String, mark: ConfigMark, entry: Entry)] = []
    private var index: [String: Int] = [:]
    /// A header names it: no other may.
    var hasHeader = false
    /// The section whose dotted keys made it: other sections cannot add to it.
    var section: Int?

    init(at mark: ConfigMark) { self.mark = mark }

    func entry(_ key: String) -> Entry? { index[key].map { entries[$0].entry } }

    func put(_ key: String, at mark: ConfigMark, _ entry: Entry) {
        if let place = index[key] {
            entries[place].entry = entry
        } else {
            index[key] = entries.count
            entries.append((key, mark, entry))
        }
    }

    /// One more of a list of tables, the first of which makes the list. False: the name is that of something else.
    func append(_ table: TOMLTable, to key: String, at mark: ConfigMark) -> Bool {
        guard let place = index[key] else {
            put(key, at: mark, .tables([table]))
            return true
        }
        guard case .tables(var tables) = entries[place].entry else { return false }
        // Nobody else may hold the list while it grows: a long one would be copied for each table.
        entries[place].entry = .tables([])
        tables.append(table)
        entries[place].entry = .tables(tables)
        return true
    }

    var node: ConfigNode {
        let pairs = entries.map { key, mark, entry in
            let node: ConfigNode =
                switch entry {
                case .node(let node): node
                case .table(let table): table.node
                case .tables(let tables): ConfigNode(.list(tables.map(\.node)), at: mark)
                }
            return ConfigPair(key: key, mark: mark, node: node)
        }
        return ConfigNode(.map(pairs), at: mark)
    }
}

private struct TOMLReader {
    typealias Key = (name: String, mark: ConfigMark)

    private var text: TOMLText
    /// Counts headers.
    private var section = 0

    init(_ text: String) { self.text = TOMLText(text) }

    mutating func document() throws(ConfigProblem) -> ConfigNode {
        let root = TOMLTable(at: text.mark)
        var current = root
        try text.skipLines()
        while text.peek != nil {
            if text.peek == "[" { current = try header(root) } else { try pair(into: current, depth: 0) }
            try text.endOfLine()
            try text.skipLines()
        }
        return root.node
    }

    // MARK: tables

    /// `[a.b]` or `[[a.b]]`
    private mutating func header(_ root: TOMLTable) throws(ConfigProblem) -> TOMLTable {
        section += 1
        let isList = text.take("[[")
        if !isList { _ = text.take("[") }
        let keys = try path()
        guard text.take(isList ? "]]" : "]") else { throw text.problem("expected ‘\(isList ? "]]" : "]")’") }
        var parent = root
        for key in keys.dropLast() { parent = try step(into: key, of: parent) }
        let last = keys[keys.count - 1]
        return isList ? try append(last, to: parent) : try define(last, in: parent)
    }

    /// The table of that name on the way to another: made when there is none, the last one of a list of tables.
    private func step(into key: Key, of table: TOMLTable) throws(ConfigProblem) -> TOMLTable {
        switch table.entry(key.name) {
        case .table(let next): return next
        case .tables(let all): if let last = all.last { return last }
        case .node: throw twice(key)
        case nil: break
        }
        let next = TOMLTable(at: key.mark)
        table.put(key.name, at: key.mark, .table(next))
        return next
    }

    private func define(_ key: Key, in parent: TOMLTable) throws(ConfigProblem) -> TOMLTable {
        if case .tables = parent.entry(key.name) { throw twice(key) }
        let table = try step(into: key, of: parent)
        guard !table.hasHeader, table.section == nil else { throw twice(key) }
        table.hasHeader = true
        return table
    }

    private func append(_ key: Key, to parent: TOMLTable) throws(ConfigProblem) -> TOMLTable {
        let table = TOMLTable(at: key.mark)
        table.hasHeader = true
        guard parent.append(table, to: key.name, at: key.mark) else { throw twice(key) }
        return table
    }

    private func twice(_ key: Key) -> ConfigProblem {
        ConfigProblem(.configSyntax, at: key.mark, "‘\(key.name)’ is given more than once")
    }

    /// `a.b = 1`
    private mutating func pair(into table: TOMLTable, depth: Int) throws(ConfigProblem) {
        let keys = try path()
        guard text.take("=") else { throw text.problem("expected ‘=’ after the key") }
        text.skipBlanks()
        var owner = table
        for key in keys.dropLast() {
            if case .tables = owner.entry(key.name) { throw twice(key) }
            owner = try step(into: key, of: owner)
            guard !owner.hasHeader, owner.section == nil || owner.section == section else { throw twice(key) }
            owner.section = section
        }
        let last = keys[keys.count - 1]
        guard owner.entry(last.name) == nil else { throw twice(last) }
        owner.put(last.name, at: last.mark, .node(try value(depth: depth + 1)))
    }

    /// `a.b."c d"`, and the blanks around it.
    private mutating func path() throws(ConfigProblem) -> [Key] {
        var keys: [Key] = []
        repeat {
            text.skipBlanks()
            let mark = text.mark
            keys.append((try text.key(), mark))
            text.skipBlanks()
        } while text.take(".")
        guard keys.count <= ConfigLimits.depth else { throw text.tooDeep() }
        return keys
    }

    // MARK: values

    private mutating func value(depth: Int) throws(ConfigProblem) -> ConfigNode {
        guard depth <= ConfigLimits.depth else { throw text.tooDeep() }
        let start = text.mark
        switch text.peek {
        case "\"", "'":
            let string = try text.string()
            return ConfigNode(.string(string), at: start, text: string)
        case "[": return ConfigNode(.list(try items(depth: depth)), at: start)
        case "{": return try inlineTable(at: start, depth: depth)
        default: return try text.plain()
        }
    }

    private mutating func items(depth: Int) throws(ConfigProblem) -> [ConfigNode] {
        _ = text.take("[")
        var items: [ConfigNode] = []
        try text.skipLines()
        while !text.take("]") {
            items.append(try value(depth: depth + 1))
            try text.skipLines()
            guard text.take(",") || text.peek == "]" else { throw text.problem("expected ‘,’ or ‘]’") }
            try text.skipLines()
        }
        return items
    }

    private mutating func inlineTable(at start: ConfigMark, depth: Int) throws(ConfigProblem) -> ConfigNode {
        _ = text.take("{")
        let table = TOMLTable(at: start)
        text.skipBlanks()
        if text.take("}") { return table.node }
        while true {
            try pair(into: table, depth: depth)
            text.skipBlanks()
            if text.take("}") { return table.node }
            guard text.take(",") else { throw text.problem("expected ‘,’ or ‘}’") }
        }
    }
}
