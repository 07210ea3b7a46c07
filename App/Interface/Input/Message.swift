package import Core
package import Themes

/// Everything that can happen to the dashboard. Made by the terminal and by the client; taken by `State.update`.
package enum Message: Sendable {
    // The terminal.
    case key(Key)
    /// Text that was pasted; it never acts as keys.
    case paste(String)
    case mouse(Mouse)
    case resized(width: Int, height: Int)
    /// Something of the user's own cannot be written.
    case trouble(String)
    /// The user's files of themes have changed: all themes that there are now, what is wrong with the files, and
    /// by name with those of which there is no theme.
    case themes([Theme], mistakes: [String], broken: [String: String] = [:])
    /// The colour of the terminal's background.
    case ground(RGB)
    /// The moment that `State.wakesAt` named has come.
    case tick

    // The engine.
    case connected(HelloResult)
    case snapshot(FleetSnapshot)
    case event(FleetEvent)
    case metrics(FleetMetrics)
    case disconnected(Failure)

    // Answers to commands.
    case answered(call: Int, Answer)
    case failed(call: Int, Failure)
    case inspected(ProcessDetail)
    /// The answer to `Command.ask`; one that is not wanted any more is dropped by its number.
    case found(Int, Finding)
    case notFound(Int, Failure)
    /// `Command.write` has come to an end.
    case wrote(path: String, bytes: Int)
    case notWritten(Failure)
    /// The answer to `Command.lookBack`.
    case past(Int, Past.View)
    case pastFailed(Int, Failure)
    /// The answer to `Command.lookAtMinute`.
    case minute(Past.View)

    // The log stream that the last `Command.followLogs` asked for; others are dropped by `stream`.
    case logOpened(stream: Int)
    case logChunk(stream: Int, LogChunk)
    case logFailed(stream: Int, Failure)
    /// The answer to `Command.readLogs`.
    case logPage(stream: Int, [LogChunk])
    case logPageFailed(stream: Int, Failure)
}

/// What a call brought back, as far as the dashboard cares.
package enum Answer: Hashable, Sendable {
    case done
    case processes([InstanceInfo])
    case status(DaemonStatus)
    /// Some of the apps could not be started.
    case failures([Failure])
    /// The same of a reload, and the apps that had to end before they were started again.
    case reloaded([Failure], restarted: [String])
}
