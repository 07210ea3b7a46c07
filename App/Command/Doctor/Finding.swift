internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// What `od doctor` found at one point.
struct Finding: Hashable, Sendable, Codable {
    enum State: String, Hashable, Sendable, Codable {
        case ok, warn, fail
    }

    /// What was looked at: one word.
    var check: String
    var state: State
    /// What is the case, and why that is not well.
    var what: String
    /// The command or the action that mends it; nil when nothing is to be mended.
    var mend: String?

    static func ok(_ check: String, _ what: String) -> Finding { Finding(check: check, state: .ok, what: what) }

    static func warn(_ check: String, _ what: String, mend: String) -> Finding {
        Finding(check: check, state: .warn, what: what, mend: mend)
    }

    static func fail(_ check: String, _ what: String, mend: String) -> Finding {
        Finding(check: check, state: .fail, what: what, mend: mend)
    }

    static func fail(_ check: String, _ failure: Failure) -> Finding {
        .fail(check, "\(failure.what): \(failure.why) (\(failure.code.rawValue))", mend: failure.next)
    }
}

/// `od doctor`: a line for each finding, and one for what mends it.
enum FindingListing {
    static func text(_ findings: [Finding], colour: Bool) -> String {
        let width = findings.map(\.check.count).max() ?? 0
        let lines = findings.map { finding in
            let gap = String(repeating: " ", count: width - finding.check.count)
            let state = finding.state.rawValue + (finding.state == .ok ? "  " : "")
            let indent = String(repeating: " ", count: width + 8)
            return Paint.text(state, Style(finding.state.role), colour) + "  "
                + Paint.text(finding.check, Style(.dim), colour) + gap + "  "
                + Text.lines(finding.what).joined(separator: "\n" + indent) + "\n"
                + (finding.mend.map { indent + Paint.text("mend: ", Style(.dim), colour) + Text.sanitize($0) + "\n" }
                    ?? "")
        }
        let bad = findings.count { $0.state == .fail }
        let doubtful = findings.count { $0.state == .warn }
        let sum =
            bad + doubtful == 0
            ? "all is well" : "\(bad) broken, \(doubtful) doubtful, \(findings.count - bad - doubtful) well"
        return lines.joined() + sum + "\n"
    }
}

extension Finding.State {
    fileprivate var role: Role {
        switch self {
        case .ok: .online
        case .warn: .warning
        case .fail: .error
        }
    }
}

extension Printer {
    func findings(_ findings: [Finding]) {
        if json { return value(findings) }
        let shown = quiet ? findings.filter { $0.state != .ok } : findings
        output.write(FindingListing.text(shown, colour: console.outputColour))
    }
}
