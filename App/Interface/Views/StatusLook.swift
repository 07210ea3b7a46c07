import Core
import Themes
import Widgets

/// How a state looks: a mark of its own shape, a word and a colour.
extension ProcessStatus {
    var role: Role {
        switch self {
        case .online: .online
        case .starting, .reloading: .starting
        case .waiting: .waiting
        case .stopping, .killing: .stopping
        case .stopped, .created: .stopped
        case .errored: .errored
        }
    }

    /// For help, without a full stop.
    var meaning: String {
        switch self {
        case .online: "it runs, and is ready where it says so"
        case .errored: "it was given up: it ended too often, or cannot be started"
        case .waiting: "for its next try, or for what it depends on"
        case .starting: "it runs and is not ready yet"
        case .reloading: "its successor is on the way"
        case .stopping: "it was told to end"
        case .killing: "it did not end in time and is killed"
        case .stopped: "it ended, and nobody wants it to run"
        case .created: "it was never started"
        }
    }

    func mark(_ glyphs: Glyphs) -> StyledText {
        let mark =
            switch self {
            case .online: glyphs.online
            case .starting, .reloading: glyphs.starting
            case .waiting: glyphs.waiting
            case .stopping, .killing: glyphs.stopping
            case .stopped: glyphs.stopped
            case .created: glyphs.created
            case .errored: glyphs.errored
            }
        return StyledText(mark, role)
    }
}

extension InstanceInfo {
    /// `● online`
    func label(_ glyphs: Glyphs) -> StyledText {
        status.mark(glyphs) + StyledText(" " + word, status.role)
    }
}

extension Fleet {
    /// What there is to say about how it is: its uptime, or why it does not run.
    func story(of row: Row, at now: Instant) -> String {
        let process = row.process
        switch process.status {
        case .online, .starting, .reloading, .stopping, .killing:
            return uptime(of: row, at: now).map { Format.duration(milliseconds: $0) } ?? ""
        case .waiting:
            let left = timeLeft(of: row, at: now).map { "in " + Format.duration(milliseconds: $0 + 999) }
            return [left ?? process.reason, process.exit?.description].compactMap { $0 }.joined(separator: ", ")
        case .errored: return process.reason ?? process.exit?.description ?? ""
        case .stopped: return process.exit?.description ?? ""
        case .created: return "never started"
        }
    }
}
