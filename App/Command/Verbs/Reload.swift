internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Reload: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Replaces runs one by one; the new is online before the old ends.",
        usage: "od reload TARGET... [OPTIONS]",
        discussion: """
            Instances of an app come one after the other, apps at the same time. When a new run does not come up, the \
            old one goes on and no other instance of that app is touched. A single instance without a shared port is \
            restarted.

            \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all.")
    var targets: [String] = []

    /// Lines of stderr that are shown of an instance that was not reloaded.
    private static let shownLines = 10

    func run(_ session: Session) async throws {
        let request = TargetRequest(targets: try Targets.named(targets, for: "reload"))
        let asked = WallTime.now
        let client = try await session.connect()
        let result = try await session.working(.reloading, client) { try await client.call(Methods.reload, request) }
        session.printer.reloaded(result)
        for failure in result.failures where !globals.json {
            await showErrors(of: failure, result, client, session, since: asked)
        }
        await client.close()
        if let failure = result.failures.first { throw ExitCode(failure.exitCode) }
    }

    /// What was written on stderr since the reload began, its last lines. The clock of another machine is another.
    private func showErrors(
        of failure: Failure, _ result: ReloadResult, _ client: OpenDaemon, _ session: Session, since: WallTime
    ) async {
        guard let process = result.processes.first(where: { failure.what.hasPrefix($0.label + " ") }) else { return }
        var request = LogRequest(targets: [String(process.id)], lines: Self.shownLines, channels: [.error])
        if session.remote == nil { request.since = since }
        var writer = LogWriter(form: .lines(clean: true, colour: false))
        var bytes: [UInt8] = []
        for await update in client.logs(request) { bytes += writer.add(update) }
        bytes += writer.finish()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let last = lines.suffix(Self.shownLines + (bytes.last == UInt8(ascii: "\n") ? 1 : 0))
        session.printer.errors.write(bytes: Array(last.joined(separator: [UInt8(ascii: "\n")])))
    }
}
