internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Ping: Verb {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Asks the engine for a sign of life, and says how long it took; never starts one.",
        usage: "od ping [OPTIONS]",
        discussion: "Exit code 0 when it answered, 1 when it did not or none runs.")

    @OptionGroup var globals: Globals

    /// What `--json` prints. `milliseconds` is the way there and back.
    struct Answer: Encodable {
        var pid: Int32
        var version: String
        var milliseconds: Double
    }

    func run(_ session: Session) async throws {
        let client = try await session.connect(start: .never)
        let clock = ContinuousClock()
        let began = clock.now
        _ = try await client.call(Methods.ping, Nothing())
        let way = clock.now - began
        session.printer.pong(
            Answer(
                pid: client.hello.pid, version: client.hello.build, milliseconds: Stopwatch.milliseconds(way)))
        await client.close()
    }
}

extension Printer {
    func pong(_ answer: Ping.Answer) {
        if json { return value(answer) }
        done(
            "engine \(answer.version), pid \(answer.pid), answered in \(Stopwatch.text(.milliseconds(answer.milliseconds)))"
        )
    }
}
