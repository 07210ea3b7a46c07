internal import ArgumentParser
internal import Core
internal import OpenDaemon

/// Of `od` without a verb and of `od monit`: one group, so that it counts wherever on the line it stands.
struct DashboardFlags: ParsableArguments {
    /// As it is written, for the verbs that have no such flag.
    static let readOnlyWord = "--read-only"

    @Flag(help: "Only look, at a daemon that runs: no key changes anything.")
    var readOnly = false
}

struct Monit: Verb {
    static let configuration = CommandConfiguration(
        commandName: "monit", abstract: "Opens the dashboard of the running daemon.", usage: "od monit [OPTIONS]",
        discussion: "Unlike od alone it never starts an engine of its own, and never looks at a config.")

    static let takesSeveralHosts = true

    @OptionGroup var globals: Globals

    @OptionGroup var flags: DashboardFlags

    func run(_ session: Session) async throws {
        try checkTerminal()
        try await session.dashboard(readOnly: flags.readOnly)
    }
}
