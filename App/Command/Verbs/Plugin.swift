internal import ArgumentParser
internal import Core
internal import OpenDaemon

struct Plugin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugin",
        abstract: "Shows and switches what the daemon does beyond keeping apps running.",
        usage: "od plugin list | info ID | enable ID | disable ID",
        subcommands: [PluginList.self, PluginShow.self, PluginEnable.self, PluginDisable.self])
}

struct PluginList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists all capabilities, and how they are.", usage: "od plugin list [OPTIONS]",
        aliases: ["ls"])

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        session.printer.plugins(try await client.call(Methods.plugins, Nothing()))
        await client.close()
    }
}

struct PluginShow: Verb {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Tells all about a capability.", usage: "od plugin info ID [OPTIONS]")

    @OptionGroup var globals: Globals

    @Argument(help: "Its id; od plugin list shows them.")
    var id: String

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        session.printer.plugin(try await client.call(Methods.plugin, PluginRequest(id: id)))
        await client.close()
    }
}

struct PluginEnable: Verb {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Switches a capability on, with what it needs.",
        usage: "od plugin enable ID [OPTIONS]")

    @OptionGroup var globals: Globals

    @Argument(help: "Its id; od plugin list shows them.")
    var id: String

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        let changed = try await client.call(Methods.enablePlugin, PluginRequest(id: id))
        session.printer.switched(changed, "enabled", id: id)
        await client.close()
    }
}

struct PluginDisable: Verb {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Switches a capability off that no other needs.",
        usage: "od plugin disable ID [OPTIONS]",
        discussion: "It stays off over restarts of the daemon. Apps run on whatever is switched off.")

    @OptionGroup var globals: Globals

    @Argument(help: "Its id; od plugin list shows them.")
    var id: String

    func run(_ session: Session) async throws {
        let client = try await session.connect()
        let changed = try await client.call(Methods.disablePlugin, PluginRequest(id: id))
        session.printer.switched(changed, "disabled", id: id)
        await client.close()
    }
}
