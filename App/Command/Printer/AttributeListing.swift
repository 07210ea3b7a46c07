internal import Core
internal import Widgets

/// What a definition says of user, limits, priorities and logs, for `od info`; by the names of the config's keys.
enum AttributeListing {
    static func rows(_ detail: ProcessDetail) -> [(name: String, value: String)] {
        var rows: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value { rows.append((name, value)) }
        }
        if let said = detail.attributes {
            add("uid", said.uid)
            add("gid", said.gid)
            add("groups", said.groups?.joined(separator: ", "))
            add("umask", said.umask.map { "0" + String($0, radix: 8) })
            add("nice", said.nice.map(String.init))
            add("ioNice", said.ioNice.map { $0.class == .idle ? "idle" : "\($0.class.rawValue), level \($0.level)" })
            add("limits", said.limits?.sorted { $0.key < $1.key }.map(limit).joined(separator: ", "))
            add("cpuAffinity", said.cpuAffinity?.map(String.init).joined(separator: ","))
            add("noNewPrivileges", said.noNewPrivileges.map { "\($0)" })
            add("oomScoreAdjust", said.oomScoreAdjust.map(String.init))
        }
        add("logRotation", detail.logRotation.map(rotation))
        return rows
    }

    private static func limit(_ limit: (key: String, value: ResourceLimit)) -> String {
        let (soft, hard) = (amount(limit.value.soft), amount(limit.value.hard))
        return soft == hard ? "\(limit.key) \(soft)" : "\(limit.key) \(soft) (hard \(hard))"
    }

    private static func amount(_ value: UInt64?) -> String { value.map(String.init) ?? "unlimited" }

    private static func rotation(_ rotation: LogRotation) -> String {
        guard rotation.isOn else { return "none" }
        var when: [String] = []
        if rotation.maxSize > 0 { when.append("at " + Format.bytes(UInt64(rotation.maxSize))) }
        if rotation.interval > 0 { when.append("after " + Format.elapsed(milliseconds: rotation.interval)) }
        var kept = ["\(rotation.maxFiles) old files of each log"]
        if rotation.maxAge > 0 { kept.append(Format.elapsed(milliseconds: rotation.maxAge)) }
        if rotation.maxTotal > 0 { kept.append(Format.bytes(UInt64(rotation.maxTotal)) + " in all") }
        if rotation.compress { kept.append("compressed") }
        return when.joined(separator: " or ") + "; " + kept.joined(separator: ", ")
    }
}
