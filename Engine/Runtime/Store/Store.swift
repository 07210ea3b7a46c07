package import Core
import GRDB

/// What must survive the engine: apps, instances, what is wanted of them, and a bounded history of exits and events.
///
/// One SQLite file (WAL, synchronous=FULL): when `commit` has returned, its writes survive `kill -9` and power loss.
/// All calls block and may be made from any thread; they run one after the other.
package final class Store: Sendable {
    private let path: String
    private let queue: DatabaseQueue

    /// Opens the database at `path` and brings its schema up to date; a missing one is made, with its directory.
    ///
    /// - Throws: `OD6001` when the file is damaged, made by a newer version, in use or out of reach. A file that cannot
    ///   be used is left as it is.
    package init(path: String) throws(Failure) {
        self.path = path
        do {
            try Self.makePrivate(path)
            var configuration = Configuration()
            configuration.label = "state.db"
            configuration.busyMode = .timeout(Self.busyTimeout)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try Schema.prepare($0) }
        } catch {
            throw Failure(opening: path, error)
        }
    }

    /// Reads all that an engine needs at its start, in the order of the keys.
    package func load() throws(Failure) -> StoredFleet {
        try reading { db in
            let reader = RowReader()
            return StoredFleet(
                home: try reader.home(db), apps: try reader.apps(db), instances: try reader.instances(db),
                lastEvent: try reader.lastEvent(db))
        }
    }

    /// Makes all writes durable in one transaction, in their order, or none of them.
    ///
    /// - Throws: `OD6001`; the store is then as it was before the call, and the call may be repeated.
    package func commit(_ writes: [StoreWrite]) throws(Failure) {
        guard !writes.isEmpty else { return }
        do {
            try queue.write { db in
                let writer = RowWriter(db)
                for write in writes { try writer.apply(write) }
                try writer.trim()
            }
        } catch {
            throw Failure(writing: path, error)
        }
    }

    /// Events with a number above `seq`, oldest first, at most `limit`. Events older than `keptEvents` are gone.
    package func events(after seq: UInt64 = 0, limit: Int) throws(Failure) -> [FleetEvent] {
        try reading { try RowReader().events($0, after: seq, limit: limit) }
    }

    /// The last `limit` exits of an instance, newest first.
    package func exits(instance: UInt64, limit: Int) throws(Failure) -> [ExitRecord] {
        try reading { try RowReader().exits($0, instance: instance, limit: limit) }
    }

    private func reading<Value>(_ body: (Database) throws -> Value) throws(Failure) -> Value {
        do {
            return try queue.inDatabase(body)
        } catch {
            throw Failure(reading: path, error)
        }
    }
}

// Bounds of the history. Beyond them the oldest rows go, a batch at a time.
extension Store {
    /// Events kept at most.
    package static let keptEvents = 10_000
    /// Exits kept at most of one instance.
    package static let keptExits = 1000
    /// Exits kept at most of all instances, deleted ones included.
    package static let keptExitsInAll = 100_000
    /// Seconds that a call waits for another program that holds the file (a backup, a shell of SQLite).
    static let busyTimeout = 5.0
}
