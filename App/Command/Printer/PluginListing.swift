internal import Core
internal import Themes
internal import Widgets

/// `od plugin list` and `od plugin info`.
enum PluginListing {
    static func table(_ plugins: [PluginInfo], colour: Bool) -> String {
        let ids = plugins.map { Text.sanitize($0.id) }
        let width = ids.map(\.count).max() ?? 0
        let states = plugins.map(\.state.rawValue.count).max() ?? 0
        return zip(plugins, ids).map { plugin, id in
            padded(id, width) + "  " + state(plugin, colour, width: states) + "  " + Text.sanitize(plugin.summary)
                + (plugin.state == .enabled ? "" : plugin.reason.map { ": " + Text.sanitize($0) } ?? "") + "\n"
        }.joined()
    }

    static func text(_ plugin: PluginInfo, colour: Bool) -> String {
        func list(_ ids: [String]) -> String { ids.isEmpty ? "nothing" : ids.joined(separator: ", ") }
        var rows = [
            ("does", plugin.summary), ("state", plugin.state.rawValue), ("needs", list(plugin.needs)),
            ("needed by", list(plugin.neededBy)),
            ("switch", plugin.fixed.map { "always on: \($0)" } ?? "od plugin enable or disable \(plugin.id)"),
            ("failures", "\(plugin.failures)"),
        ]
        if let reason = plugin.reason { rows.append(("reason", reason)) }
        if let until = plugin.restsUntil { rows.append(("rests until", until.description)) }
        let width = rows.map(\.0.count).max() ?? 0
        return Paint.text(Text.sanitize(plugin.id), Style(.heading, .bold), colour) + "\n"
            + rows.map { name, value in
                "  " + Paint.text(padded(name, width), Style(.dim), colour) + "  "
                    + (name == "state" ? state(plugin, colour, width: 0) : Text.sanitize(value)) + "\n"
            }.joined()
    }

    private static func state(_ plugin: PluginInfo, _ colour: Bool, width: Int) -> String {
        Paint.text(padded(plugin.state.rawValue, width), Style(plugin.state.role), colour)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension PluginInfo.State {
    fileprivate var role: Role {
        switch self {
        case .enabled: .online
        case .disabled: .stopped
        case .failed: .errored
        case .resting: .waiting
        }
    }
}

extension Printer {
    func plugins(_ plugins: [PluginInfo]) {
        if json { return value(plugins) }
        output.write(PluginListing.table(plugins, colour: console.outputColour))
    }

    func plugin(_ plugin: PluginInfo) {
        if json { return value(plugin) }
        output.write(PluginListing.text(plugin, colour: console.outputColour))
    }

    /// What a switch changed; nothing when it was so already.
    func switched(_ changed: [PluginInfo], _ did: String, id: String) {
        if json { return value(changed) }
        if quiet { return }
        let names = changed.map { Text.sanitize($0.id) }.joined(separator: " and ")
        output.write(names.isEmpty ? "‘\(Text.sanitize(id))’ was \(did) already\n" : "\(did) \(names)\n")
    }
}
