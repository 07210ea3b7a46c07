internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Metrics: Verb {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Shows the CPU time and memory that apps had, or without a target the machine.",
        usage: "od metrics [TARGET...] [OPTIONS]",
        discussion: """
            Figures are kept by the second for \(Defaults.historySeconds / 60) minutes while a dashboard is open, by ten \
            seconds for \(Defaults.historyTens / 360) hours, and by the minute for \
            \(Defaults.storedMinutes / 86_400_000) days. Also of apps that were deleted. \(Targets.note)
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "Names of apps, instances or projects, ids, /regex/, or all; none: the machine.")
    var targets: [String] = []

    @Option(
        help: ArgumentHelp(
            "From when: 10m, 12:30, 2026-05-01T12:00:00Z; default: an hour ago.", valueName: "when"))
    var since: Since?

    @Option(help: ArgumentHelp("To when; default: to now.", valueName: "when"))
    var until: Since?

    func run(_ session: Session) async throws {
        let to = until?.time ?? .now
        let from = since?.began ?? WallTime(milliseconds: to.milliseconds - Int64(Self.usual))
        guard from < to else {
            throw Failure(
                .usage, "--since is not before --until", why: "\(from) comes after \(to)",
                next: "od metrics TARGET --since 2h --until 1h")
        }
        let request = MetricsRequest(
            targets: targets.isEmpty ? nil : targets, host: targets.isEmpty ? true : nil, from: from, to: to)
        let client = try await session.connect()
        let result = try await client.call(Methods.metrics, request)
        await client.close()
        session.printer.metrics(result, request)
    }

    /// An hour.
    private static let usual = 3_600_000
}
