import Core

/// The one list of capabilities, and how each is: on, off, resting.
///
/// Work of a capability asks `allows` first and says afterwards how it went: one that fails again and again rests, and
/// costs nothing meanwhile.
struct Capabilities: Sendable {
    /// All that there are, in the order in which they are shown.
    static let list: [Capability] = [.logs, .metrics, .liveMetrics, .events]

    /// What is known of one.
    private struct Status: Sendable {
        var isEnabled = true
        var breaker: Breaker
        var failures = 0
        /// The last failure since it worked.
        var reason: String?
    }

    private let list: [Capability]
    private var status: [String: Status] = [:]

    /// - Parameter stored: what people have switched on or off; ids that are not in the list mean nothing.
    init(_ list: [Capability] = Capabilities.list, stored: [String: Bool] = [:], breaker: Breaker.Policy = .init()) {
        self.list = list
        for one in list { status[one.id] = Status(breaker: Breaker(one.breaker ?? breaker)) }
        for one in list where one.fixed == nil && stored[one.id] == false { status[one.id]?.isEnabled = false }
        // A later version may need what was switched off: then it is off too. Needs stand before who needs them.
        for one in list where !one.needs.allSatisfy(isEnabled) { status[one.id]?.isEnabled = false }
    }

    // MARK: work

    func isEnabled(_ id: String) -> Bool { status[id]?.isEnabled ?? false }

    func isEnabled(_ one: Capability) -> Bool { isEnabled(one.id) }

    /// Whether its work may be done now. True is followed by `succeeded` or `failed`.
    mutating func allows(_ one: Capability, at now: Instant) -> Bool {
        guard isEnabled(one) else { return false }
        return status[one.id]?.breaker.allows(at: now) ?? false
    }

    /// The last failure since it worked.
    func trouble(_ one: Capability) -> String? { status[one.id]?.reason }

    mutating func succeeded(_ one: Capability) {
        status[one.id]?.breaker.succeeded()
        status[one.id]?.reason = nil
    }

    /// Its work failed. What follows is told for the engine's log.
    mutating func failed(_ one: Capability, _ why: String, at now: Instant) -> String {
        let action = status[one.id]?.breaker.failed(at: now) ?? .goesOn
        status[one.id]?.failures += 1
        status[one.id]?.reason = why
        return switch action {
        case .goesOn: "\(one.id): \(why)"
        case .rests(let milliseconds): "\(one.id) rests for \(milliseconds) ms: \(why)"
        }
    }

    // MARK: switching

    /// Switches one on, with what it needs; returns the ids of those that were off.
    mutating func enable(_ id: String) throws(Failure) -> [String] {
        let one = try find(id)
        var changed: [String] = []
        for need in one.needs { changed += try enable(need) }
        guard !isEnabled(one) else { return changed }
        set(id, enabled: true)
        return changed + [id]
    }

    /// Switches one off that nothing needs that is on; returns its id if it was on.
    mutating func disable(_ id: String) throws(Failure) -> [String] {
        let one = try find(id)
        if let why = one.fixed {
            throw Failure(
                .pluginNeeded, "‘\(id)’ cannot be switched off", why: why, next: "od plugin list shows what can be")
        }
        let users = list.filter { $0.needs.contains(id) && isEnabled($0) }.map(\.id)
        guard users.isEmpty else {
            throw Failure(
                .pluginNeeded, "‘\(id)’ cannot be switched off",
                why: "\(users.joined(separator: ", ")) cannot do without it",
                next: "od plugin disable \(users[0]) first")
        }
        guard isEnabled(one) else { return [] }
        set(id, enabled: false)
        return [id]
    }

    /// Sets one as it is, without looking at others; what was wrong with it is forgotten.
    mutating func set(_ id: String, enabled: Bool) {
        guard let old = status[id] else { return }
        status[id]?.isEnabled = enabled
        status[id]?.reason = nil
        status[id]?.breaker = old.breaker.anew
    }

    private func find(_ id: String) throws(Failure) -> Capability {
        if let one = list.first(where: { $0.id == id }) { return one }
        throw Failure(
            .noSuchPlugin, "there is no capability ‘\(id.prefix(80))’",
            why: "there are \(list.map(\.id).joined(separator: ", "))", next: "od plugin list shows them")
    }

    // MARK: showing

    func infos(at now: Moment) -> [PluginInfo] { list.map { info($0, now) } }

    func info(_ id: String, at now: Moment) throws(Failure) -> PluginInfo { info(try find(id), now) }

    private func info(_ one: Capability, _ now: Moment) -> PluginInfo {
        var info = PluginInfo(
            id: one.id, summary: one.summary, state: .enabled, needs: one.needs,
            neededBy: list.filter { $0.needs.contains(one.id) }.map(\.id), fixed: one.fixed)
        guard let status = status[one.id] else { return info }
        info.failures = status.failures
        guard status.isEnabled else {
            info.state = .disabled
            return info
        }
        info.reason = status.reason
        if let until = rest(one.id) {
            info.state = .resting
            info.restsUntil = now.wallTime(of: until)
        } else if let broken = one.needs.first(where: { rest($0) != nil }) {
            info.state = .failed
            info.reason = "it needs \(broken), which rests"
        }
        return info
    }

    /// Until when one rests.
    private func rest(_ id: String) -> Instant? {
        if case .resting(let until) = status[id]?.breaker.state { until } else { nil }
    }
}
