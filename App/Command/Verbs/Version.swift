internal import ArgumentParser

struct Version: Verb {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Prints the version.", usage: "od version [OPTIONS]")

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        session.printer.version()
    }
}
