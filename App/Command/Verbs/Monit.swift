internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Monit: Verb {
    static let configuration = CommandConfiguration(
        commandName: "monit", abstract: "Opens the dashboard of the running daemon.", usage: "od monit [OPTIONS]",
        discussion: "Unlike od alone it never starts an engine of its own, and never looks at a config.")

    @OptionGroup var globals: Globals

    @Flag(help: "Only look: no key changes anything.")
    var readOnly = false

    func run(_ session: Session) async throws {
        try checkTerminal()
        try await session.dashboard(try await session.connect(start: .never), readOnly: readOnly)
    }
}
