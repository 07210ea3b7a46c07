internal import Core
internal import Engine
internal import Widgets

/// A restart policy in words, for `od info`.
enum RestartListing {
    static func rows(_ policy: RestartPolicy) -> [(name: String, value: String)] {
        guard policy.mode != .never else { return [("restart", "never")] }
        var rows = [("restart", "\(policy.mode.rawValue), \(delays(policy)), \(limit(policy))")]
        if policy.coolDown > 0 { rows.append(("cool-down", "\(time(policy.coolDown)), then tried again")) }
        if !policy.stopExitCodes.isEmpty {
            rows.append(("stays down", "after " + policy.stopExitCodes.map(\.description).joined(separator: ", ")))
        }
        return rows
    }

    private static func delays(_ policy: RestartPolicy) -> String {
        guard policy.delay > 0 else { return "at once" }
        let first = "\(policy.strategy.rawValue) from \(time(policy.delay))"
        let most = " to \(time(policy.maxDelay))"
        return switch policy.strategy {
        case .fixed: "fixed \(time(policy.delay))"
        case .linear: first + most + varied(policy)
        case .exponential: first + most + grown(policy) + varied(policy)
        case .jitter: "\(first)\(most)\(grown(policy)), any part of it"
        }
    }

    private static func grown(_ policy: RestartPolicy) -> String { " by \(policy.factor.plain)" }

    private static func varied(_ policy: RestartPolicy) -> String {
        policy.jitter > 0 ? " ± \(policy.jitter) %" : ""
    }

    private static func limit(_ policy: RestartPolicy) -> String {
        guard policy.maxRestarts <= Defaults.countedRestarts else { return "never given up" }
        return "errored after \(policy.maxRestarts) quick exits in \(time(policy.window))"
    }

    private static func time(_ milliseconds: Int) -> String { Format.elapsed(milliseconds: milliseconds) }
}
