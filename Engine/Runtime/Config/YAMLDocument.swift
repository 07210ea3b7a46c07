internal import Core
internal import Yams

/// YAML 1.2 by Yams, with its core schema for plain scalars, aliases, and merge keys (`<<`).
///
/// Small files with aliases can stand for huge trees. Two guards: the tree that we build has a bound on its values,
/// and a file with many aliases may not have lists or maps as keys, because the parser below would expand those.
enum YAMLDocument {
    static func parse(_ text: String) throws(ConfigProblem) -> ConfigNode {
        let start = ConfigMark(line: 1, column: 1)
        guard !OddKeys.dangerous(text) else {
            throw ConfigProblem(
                .configSyntax, at: start, "many aliases together with lists or maps as keys are refused")
        }
        let root: Node?
        do {
            root = try compose(yaml: text, Resolver.basic, .default, .utf8)
        } catch let error as YamlError {
            throw problem(error, text)
        } catch {
            throw ConfigProblem(.configSyntax, at: start, "no YAML: \(error)")
        }
        guard let root else { return ConfigNode(.null, at: start) }
        var tree = YAMLTree()
        return try tree.convert(root, depth: 0)
    }

    private static func problem(_ error: YamlError, _ text: String) -> ConfigProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = ConfigMark(mark)
            let said = context.map { "\(problem), \($0.text) that began at line \($0.mark.line)" } ?? problem
            return ConfigProblem(.configSyntax, at: place, isTab(text, at: place) ? "a tab cannot indent YAML" : said)
        case .reader(let problem, let offset, _, _):
            return ConfigProblem(.configSyntax, at: place(of: offset ?? 0, in: text), problem)
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "‘\($0)’" }.joined(separator: ", ")
            return ConfigProblem(
                .configSyntax, at: ConfigMark(context.mark), "\(names) is given more than once in this map")
        default:
            return ConfigProblem(.configSyntax, at: ConfigMark(line: 1, column: 1), "\(error)")
        }
    }

    private static func isTab(_ text: String, at mark: ConfigMark) -> Bool {
        let lines = text.utf8.split(separator: 0x0A, maxSplits: mark.line, omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return false }
        return lines[mark.line - 1].dropFirst(mark.column - 1).first == 0x09
    }

    private static func place(of offset: Int, in text: String) -> ConfigMark {
        let before = text.prefix(offset)
        let line = before.utf8.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
        let column = before.unicodeScalars.reversed().prefix { $0 != "\n" }.count + 1
        return ConfigMark(line: line, column: column)
    }
}

extension ConfigMark {
    fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }

    fileprivate init(_ mark: Mark?) { self.init(line: mark?.line ?? 1, column: mark?.column ?? 1) }
}

/// Turns the parser's nodes into ours, counting.
private struct YAMLTree {
    private var left = ConfigLimits.nodes

    mutating func convert(_ node: Node, depth: Int) throws(ConfigProblem) -> ConfigNode {
        let mark = ConfigMark(node.mark)
        left -= 1
        guard left > 0 else {
            throw ConfigProblem(.configSyntax, at: mark, "the aliases of this file stand for too many values")
        }
        guard depth <= ConfigLimits.depth else {
            throw ConfigProblem(
                .configSyntax, at: mark, "lists and maps are nested deeper than \(ConfigLimits.depth) levels")
        }
        switch node {
        case .scalar(let scalar):
            return ConfigNode(value(of: scalar), at: mark, text: scalar.string)
        case .sequence(let sequence):
            var items: [ConfigNode] = []
            for item in sequence { items.append(try convert(item, depth: depth + 1)) }
            return ConfigNode(.list(items), at: mark)
        case .mapping(let mapping):
            return ConfigNode(.map(try pairs(of: mapping, depth: depth)), at: mark)
        case .alias:
            throw ConfigProblem(.configSyntax, at: mark, "an alias of nothing")
        }
    }

    /// The map's own pairs, then those of `<<` that it does not have itself.
    private mutating func pairs(of mapping: Node.Mapping, depth: Int) throws(ConfigProblem) -> [ConfigPair] {
        var result: [ConfigPair] = []
        var merged: [ConfigPair] = []
        for (key, value) in mapping {
            let mark = ConfigMark(key.mark)
            guard let scalar = key.scalar else {
                throw ConfigProblem(.configSyntax, at: mark, "a key is a name, not a list or a map")
            }
            let node = try convert(value, depth: depth + 1)
            if scalar.string == "<<", scalar.style == .plain {
                merged += try sources(of: node)
            } else {
                result.append(ConfigPair(key: scalar.string, mark: mark, node: node))
            }
        }
        var known = Set(result.map(\.key))
        for pair in merged where known.insert(pair.key).inserted { result.append(pair) }
        return result
    }

    private func sources(of node: ConfigNode) throws(ConfigProblem) -> [ConfigPair] {
        switch node.value {
        case .map(let pairs): return pairs
        case .list(let items):
            var all: [ConfigPair] = []
            for item in items { all += try sources(of: item) }
            return all
        default: throw ConfigProblem(.configSyntax, at: node.mark, "<< merges maps, found \(node.found)")
        }
    }

    private func value(of scalar: Node.Scalar) -> ConfigNode.Value {
        let text = scalar.string
        guard scalar.style == .plain, scalar.tag != Tag(.str) else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return PlainNumber.matches(text) ? .number(text) : .string(text)
        }
    }
}

/// Numbers of YAML's core schema: `12`, `-1`, `0x1F`, `0o17`, `1.5`, `6e3`.
enum PlainNumber {
    static func matches(_ text: String) -> Bool {
        if text.hasPrefix("0x") { return isAll(text.dropFirst(2)) { $0.isHexDigit } }
        if text.hasPrefix("0o") { return isAll(text.dropFirst(2)) { ("0"..."7").contains($0) } }
        let body = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard body.utf8.allSatisfy({ (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0) }) else { return false }
        return body.first.map { $0.isNumber || $0 == "." } == true && Double(body) != nil
    }

    private static func isAll(_ digits: Substring, _ test: (Character) -> Bool) -> Bool {
        !digits.isEmpty && digits.allSatisfy(test)
    }
}

/// Looks at the text alone for what the parser must not see: it compares the keys of a map, and a key that is a list
/// of aliases of lists of aliases takes it for ever.
enum OddKeys {
    static func dangerous(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var aliases = 0
        var odd = false
        var inAlias = false
        // The last byte that is no blank, and whether a blank came after it.
        var last = UInt8(ascii: "\n")
        var afterBlank = true
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: " ") {
                afterBlank = true
                continue
            }
            let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: "\n")
            let starts = afterBlank || isSeparator(last)
            if byte == UInt8(ascii: "*"), starts, !isSeparator(next) {
                aliases += 1
                inAlias = true
            } else if byte == UInt8(ascii: ":"), inAlias || last == UInt8(ascii: "]") || last == UInt8(ascii: "}") {
                odd = true
            } else if byte == UInt8(ascii: "?"), starts, isSeparator(next) {
                odd = true
            } else if isSeparator(byte) {
                inAlias = false
            }
            last = byte
            afterBlank = false
        }
        return odd && aliases > ConfigLimits.aliasesWithOddKeys
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { " \t\r\n,[]{}:-".utf8.contains(byte) }
}
