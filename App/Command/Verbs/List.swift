internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct List: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all apps, one line an instance.", usage: "od list [OPTIONS]",
        aliases: ["ls", "l", "ps", "status"])

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        session.printer.processes(try await client.call(Methods.list, Nothing()))
        await client.close()
    }
}
