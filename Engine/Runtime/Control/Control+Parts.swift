import Glibc

extension Control {
    /// What lives outside the kernel.
    struct Parts: Sendable {
        var home: HomePaths
        var link: KeeperLink
        var store: Store
        /// Where the store blocks: one thread, so that batches are written in their order.
        var storeWorker: Worker
        var pump: LogPump
        var archivist: Archivist
        /// Where log files are read, which may lie on any disk: one that hangs holds up who reads logs, and nobody else.
        var readers: Worker
        /// Where the engine's own small files are read and written, and `/proc`: never a file that an app names.
        var chores: Worker
        /// Where log files are searched: one thread, which gives way.
        var searchers: Worker
        var meter: Meter
        /// Starts a keeper with a copy of the listening socket; gives our end of the link to it. Blocks.
        var startKeeper: @Sendable (_ listener: Int32) throws -> Int32
        /// Ends this process with a code.
        var end: @Sendable (Int32) -> Void = { exit($0) }
        /// Hears what runs say.
        var signs: SignWatch
        /// Where users are looked up and cgroups are made.
        var spawner = Spawner()
        /// How busy the machine is, for those who ask.
        var machine = MachineWatch()
        /// Who started this daemon as a service, if anybody did.
        var manager = ServiceManager()
    }
}
