import Core
import Glibc
import Interface
import OpenDaemon
import Themes

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
}

/// Shows the dashboard of a daemon until the user leaves it; answers the exit code.
///
/// - Parameters:
///   - home: the folder with the user's settings and themes.
///   - opening: how it was asked for.
func runDashboard(_ client: OpenDaemon, home: String, _ opening: Opening) async -> Int32 {
    let mailbox = Mailbox()
    let (commands, outbox) = AsyncStream.makeStream(
        of: Interface.Command.self, bufferingPolicy: .bufferingOldest(Courier.backlog))
    let executor = ScreenExecutor()
    let courier = Task {
        await Courier(client: client, mailbox: mailbox, home: home, executor: executor).run(commands)
    }
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
    await courier.value
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
        let (why, next) =
            switch self {
            case .noTerminal: ("stdin or stdout is none", "od list prints a table")
            case .unnamed: ("TERM is not set", "TERM=xterm-256color od, or od list")
            case .unfit: ("no cursor can be moved on what TERM names", "set TERM to what it is, or use od list")
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
