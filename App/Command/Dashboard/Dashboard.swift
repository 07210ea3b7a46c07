import Core
import Glibc
import Interface
import OpenDaemon
import Themes
import Widgets

/// Fails when no dashboard can be shown here; writes nothing. To be asked before an engine is started for it.
func checkTerminal() throws(Failure) {
    if let refusal = Screen.refusal() { throw refusal.failure }
}

/// How a dashboard was asked for.
struct Opening {
    /// The engine was started for it, so that leaving it asks what becomes of the apps.
    var isOwner: Bool
    /// Nothing can be changed from it.
    var isReadOnly = false
    /// Its first process is selected.
    var project: String?
    /// What is to be said first.
    var notes: [String] = []
    /// The one other machine that it is of, as `--host` takes it.
    var remote: String?
    /// The machines of the tabs; empty for one daemon, without tabs.
    var hosts: [String] = []
}

/// Shows the dashboard of a daemon, or of several as tabs, until the user leaves it; answers the exit code.
///
/// - Parameters:
///   - destinations: at least one.
///   - home: the folder with the user's settings and themes.
///   - opening: how it was asked for.
func runDashboard(_ destinations: [Destination], home: String, _ opening: Opening) async -> Int32 {
    let mailbox = Mailbox()
    let (wishes, outbox) = AsyncStream.makeStream(
        of: Hosts.Wish.self, bufferingPolicy: .bufferingOldest(Courier.backlog))
    let executor = ScreenExecutor()
    let switchboard = Switchboard(mailbox: mailbox, executor: executor, desk: Desk(mailbox: mailbox, home: home))
    let serving = Task { await switchboard.run(wishes, destinations) }
    let result = await ScreenThread.run { () -> Result<ScreenLoop.End, Screen.Refusal> in
        do throws(Screen.Refusal) {
            let preferences = Preferences.load(from: home)
            let screen = try Screen(theme: .dark, depth: .ofThisTerminal())
            var loop = ScreenLoop(
                screen: screen, mailbox: mailbox, executor: executor, opening, preferences: preferences
            ) { outbox.yield($0) }
            return .success(loop.run())
        } catch {
            return .failure(error)
        }
    }
    executor.close()
    mailbox.close()
    outbox.finish()
    // What was arranged last is still written.
    await serving.value
    switch result {
    case .success(let end):
        if let farewell = end.farewell { Output(descriptor: 1).write(farewell + "\n") }
        return end.status
    case .failure(let refusal):
        Output(descriptor: 2).write(FailureText.text(refusal.failure, colour: false))
        return refusal.failure.exitCode
    }
}

extension Screen.Refusal {
    var failure: Failure {
        let name = Text.sanitize(getenv("TERM").map { String(cString: $0) } ?? "").prefix(40)
        let (why, next) =
            switch self {
            case .noTerminal: ("stdin or stdout is none", "od list prints a table")
            case .unnamed: ("TERM is not set", "TERM=xterm-256color od, or od list")
            case .unknown:
                ("this machine has no description of ‘\(name)’, which TERM names", "TERM=xterm-256color od, or od list")
            case .unfit:
                ("no cursor can be moved on ‘\(name)’, which TERM names", "set TERM to what it is, or use od list")
            case .failed: ("it could not be set up", "od list prints a table")
            }
        return Failure(.noTerminal, "the dashboard needs a terminal", why: why, next: next)
    }
}

extension ColorDepth {
    /// What the environment promises, NO_COLOR included.
    static func ofThisTerminal() -> ColorDepth {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        return ColorDepth(
            noColor: variable("NO_COLOR"), colorTerm: variable("COLORTERM"), term: variable("TERM"))
    }
}
