internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

struct Update: Verb {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Installs another version in the place of this one; apps go on.",
        usage: "od update FILE | DIR | --back [OPTIONS]",
        discussion: """
            FILE is a release (.tar.gz), DIR a folder with od and od-keeper. Both are tried, then put in the place of \
            this od and its keeper, whose files are kept as od.previous and od-keeper.previous: od update --back goes \
            back to them. A daemon that runs is replaced then, as by od daemon restart.
            """)

    @OptionGroup var globals: Globals
    @Argument(help: ArgumentHelp("A release or a folder.", valueName: "file-or-dir"), completion: .file())
    var release: String?
    @Flag(help: "Go back to the version before.") var back = false

    func run(_ session: Session) async throws {
        guard (release == nil) == back else {
            throw Failure(
                .usage, "od update needs one thing to install", why: "a file, a folder, or --back",
                next: "od help update")
        }
        try session.requireLocal("what od update replaces")
        let installation = Installation.ofThisProcess()
        let versions = try await installation.install(
            release.map { .release(FilePath.absolute($0, in: FilePath.currentDirectory())) } ?? .previous)
        session.printer.done("installed \(versions.new) in the place of \(versions.old) in \(installation.folder)")
        guard session.daemonRuns else { return }
        session.printer.replaced(try await DaemonRestart.replace(session))
    }
}
