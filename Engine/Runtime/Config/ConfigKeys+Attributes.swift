internal import Core

/// What an app's processes are made before they execute: user, limits, priorities.
extension ConfigKeys {
    package static let attributes: [ConfigKey<AppConfig>] = [
        ConfigKey("umask", .fileMode, \.attributes.umask, "mode bits that new files do not get, octal, like 027"),
        ConfigKey("uid", .text, \.attributes.uid, "the user that it runs as, by name or number; needs root"),
        ConfigKey("gid", .text, \.attributes.gid, "its group; default: that of the user"),
        ConfigKey("groups", .words, \.attributes.groups, "its supplementary groups; default: those of the user"),
        ConfigKey("nice", .whole(-20...19), \.attributes.nice, "-20, first, to 19, last; below 0 needs root"),
        ConfigKey(
            "ioNice", type: "class or map", schema: priority,
            "realtime, best-effort or idle; or class and level, 0 to 7"
        ) {
            node, reader, app in
            app.attributes.ioNice = readIOPriority(node, &reader)
        },
        ConfigKey(
            "limits", type: "map", schema: resourceLimits, "limits by the names of setrlimit: nofile, nproc, core, as …"
        ) {
            node, reader, app in
            app.attributes.limits = (app.attributes.limits ?? [:]).merging(readLimits(node, &reader) ?? [:]) { $1 }
        },
        ConfigKey("cpuAffinity", .cpus, \.attributes.cpuAffinity, "the CPUs that it may use, like 0-3,6"),
        ConfigKey(
            "noNewPrivileges", .flag, \.attributes.noNewPrivileges, "nothing that it executes gains rights (setuid)"),
        ConfigKey(
            "oomScoreAdjust", .whole(-1000...1000), \.attributes.oomScoreAdjust,
            "who is killed first for want of memory, -1000 to 1000; below 0 needs root"),
    ]

    private static let priority = ConfigSchema.anyOf([
        .words(IOPriority.Class.allCases.map(\.rawValue)),
        .object(ConfigSchema.keys(ioKeys).members + [("minProperties", .number("1"))]),
    ])

    private static let resourceLimits = ConfigSchema.record(
        Resource.allCases.map { resource in
            (
                resource.rawValue,
                .anyOf([
                    ConfigValue<UInt64?>.limit.schema,
                    .object(ConfigSchema.keys(limitKeys).members + [("minProperties", .number("1"))]),
                ])
            )
        })

    // MARK: ioNice

    private struct IODraft: Sendable {
        var `class`: IOPriority.Class?
        var level: Int?
    }

    private static let ioKeys: [ConfigKey<IODraft>] = [
        ConfigKey("class", .word, \.class, "realtime, best-effort or idle"),
        ConfigKey("level", .whole(0...7), \.level, "0, first, to 7, last"),
    ]

    private static func readIOPriority(_ node: ConfigNode, _ reader: inout ConfigReader) -> IOPriority? {
        guard case .map = node.value else {
            let word: ConfigValue<IOPriority.Class> = .word
            return reader.value(word, of: node).map { IOPriority($0) }
        }
        var draft = IODraft()
        let before = reader.problems.count
        reader.read(node, by: ioKeys, into: &draft)
        guard let name = draft.class else {
            if draft.level == nil, reader.problems.count == before {
                reader.fail(.configMissing, at: node.mark, "‘class’ is missing")
            }
            return draft.level.map { IOPriority(.bestEffort, level: $0) }
        }
        return IOPriority(name, level: draft.level ?? Defaults.ioLevel)
    }

    // MARK: limits

    /// A limit as written: `.some(nil)` is unlimited.
    private struct LimitDraft: Sendable {
        var soft: UInt64??
        var hard: UInt64??
    }

    private static let limitKeys: [ConfigKey<LimitDraft>] = [
        ConfigKey("soft", .limit, \.soft, "what holds"),
        ConfigKey("hard", .limit, \.hard, "up to what the app itself may raise it"),
    ]

    private static func readLimits(_ node: ConfigNode, _ reader: inout ConfigReader) -> [String: ResourceLimit]? {
        guard let pairs = reader.map(node) else { return nil }
        var result: [String: ResourceLimit] = [:]
        let names = Resource.allCases.map(\.rawValue)
        for pair in pairs {
            reader.inside(pair.key) { reader in
                guard names.contains(pair.key) else {
                    let near = NearestName.of(pair.key, among: names).map { "did you mean ‘\($0)’?" }
                    let all = "the limits are \(names.joined(separator: ", "))"
                    return reader.fail(.configUnknownKey, at: pair.mark, "no such limit; " + (near ?? all))
                }
                result[pair.key] = readLimit(pair.node, &reader)
            }
        }
        return result
    }

    /// One value for both, or each for itself. Only one of them said means both.
    private static func readLimit(_ node: ConfigNode, _ reader: inout ConfigReader) -> ResourceLimit? {
        guard case .map = node.value else {
            return reader.value(.limit, of: node).map { ResourceLimit(soft: $0, hard: $0) }
        }
        var draft = LimitDraft()
        reader.read(node, by: limitKeys, into: &draft)
        guard let soft = draft.soft ?? draft.hard, let hard = draft.hard ?? draft.soft else {
            reader.fail(.configMissing, at: node.mark, "‘soft’ and ‘hard’ are missing")
            return nil
        }
        if (soft ?? .max) > (hard ?? .max) {
            reader.fail(.configValue, at: node.mark, "‘soft’ is higher than ‘hard’")
        }
        return ResourceLimit(soft: soft, hard: hard)
    }
}

extension ConfigValue where T == Int {
    /// Mode bits, octal as everywhere, whether quoted or not: `022`, `"0027"`, `0o77`.
    static var fileMode: ConfigValue<Int> {
        ConfigValue(
            type: "octal", expected: "octal digits from 0 to 777, like 022",
            schema: .anyOf([.whole(0...777), .pattern("^(0o)?0*[0-7]{1,3}$")])
        ) { node in
            guard let text = node.scalarText else { return nil }
            let digits = text.hasPrefix("0o") ? text.dropFirst(2) : text[...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
            return Int(digits, radix: 8).flatMap { $0 <= 0o777 ? $0 : nil }
        }
    }
}

extension ConfigValue where T == UInt64? {
    /// A limit: a number, a size, or `unlimited`, which is `.some(nil)`.
    static var limit: ConfigValue<UInt64?> {
        ConfigValue(
            type: "limit", expected: "a number, a size like 512M, or unlimited",
            schema: .anyOf([ConfigValue<Int>.size.schema, .words(["unlimited", "infinity"])])
        ) { node in
            guard let text = node.scalarText else { return nil }
            if text == "unlimited" || text == "infinity" { return .some(nil) }
            return ConfigSize(text).map { .some(UInt64($0.bytes)) }
        }
    }
}

extension ConfigValue where T == [Int] {
    /// Numbers of CPUs: `0-3,6` or a list of numbers and ranges.
    static var cpus: ConfigValue<[Int]> {
        let one = ConfigSchema.anyOf([
            .whole(0...ProcessAttributes.maxCPU), .pattern("^[0-9]+( ?- ?[0-9]+)?(, ?[0-9]+( ?- ?[0-9]+)?)*$"),
        ])
        return ConfigValue(
            type: "CPUs", expected: "CPUs from 0 to \(ProcessAttributes.maxCPU), like 0-3,6 or [0, 1]",
            schema: .anyOf([one, .list(one, atLeast: 1)])
        ) { node in
            let texts: [String?] =
                if case .list(let items) = node.value { items.map(\.scalarText) } else { [node.scalarText] }
            // No more parts than there are CPUs: one more names none that is new.
            let most = ProcessAttributes.maxCPU + 1
            var isNamed = [Bool](repeating: false, count: most)
            var count = 0
            for text in texts {
                guard let text else { return nil }
                let parts = text.split(separator: ",", maxSplits: most, omittingEmptySubsequences: false)
                count += parts.count
                guard count <= most else { return nil }
                for part in parts {
                    guard let range = cpuRange(part) else { return nil }
                    for cpu in range { isNamed[cpu] = true }
                }
            }
            let numbers = isNamed.indices.filter { isNamed[$0] }
            return numbers.isEmpty ? nil : numbers
        }
    }

    private static func cpuRange(_ text: Substring) -> ClosedRange<Int>? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            let bare = part.drop { $0 == " " }
            return bare.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(bare) : nil
        }
        guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
            last <= ProcessAttributes.maxCPU
        else { return nil }
        return first...last
    }
}
