package import Core
import GRDB
import Synchronization

/// What must survive the engine: apps, instances, what is wanted of them, and a bounded history of exits and events.
///
/// One SQLite file (WAL, synchronous=FULL): when `commit` has returned, its writes survive `kill -9` and power loss.
/// All calls block and may be made from any thread; they run one after the other.
package final class Store: Sendable {
    let path: String
    private let database: Mutex<DatabaseFile>
    private var queue: DatabaseQueue { database.withLock { $0.queue } }

    /// Opens the database at `path` and brings its schema up to date; a missing one is made, with its directory.
    ///
    /// - Throws: `OD6001` when the file is damaged, made by a newer version, in use or out of reach. A file that cannot
    ///   be used is left as it is.
    package init(path: String) throws(Failure) {
        self.path = path
        do {
            database = Mutex(try DatabaseFile(path))
        } catch {
            throw Failure(opening: path, error)
        }
    }

    /// Whether another file than the one that is open stands at the path, or none. Looks at the file system only.
    package var isMoved: Bool { database.withLock { $0.identity } != DatabaseFile.Identity(path) }

    /// Makes the file anew when it was removed, of what is in the open one. No other call may be under way.
    ///
    /// - Returns: false when there is nothing to do.
    /// - Throws: `OD6001` when it cannot be made, or when something else stands there: that is left alone.
    package func restore() throws(Failure) -> Bool {
        guard isMoved else { return false }
        do {
            guard DatabaseFile.Identity(path) == nil else { throw DatabaseFile.Replaced() }
            let restored = try database.withLock { try $0.restored(at: path) }
            database.withLock { $0 = restored }
        } catch {
            throw Failure(writing: path, error)
        }
        return true
    }

    /// Reads all that an engine needs at its start, in the order of the keys.
    package func load() throws(Failure) -> StoredFleet {
        try reading { db in
            let reader = RowReader()
            return StoredFleet(
                home: try reader.home(db), apps: try reader.apps(db), instances: try reader.instances(db),
                lastEvent: try reader.lastEvent(db), receipts: try reader.receipts(db))
        }
    }

    /// Makes all writes durable in one transaction, in their order, or none of them; then which processes the runs of
    /// instances are.
    ///
    /// - Throws: `OD6001`; the store is then as it was before the call, and the call may be repeated.
    package func commit(_ writes: [StoreWrite], processes: [ProcessRecord] = []) throws(Failure) {
        guard !writes.isEmpty || !processes.isEmpty else { return }
        do {
            try queue.write { db in
                let writer = RowWriter(db)
                for write in writes { try writer.apply(write) }
                for process in processes { try writer.put(process) }
                try writer.trim()
            }
        } catch {
            throw Failure(writing: path, error)
        }
    }

    /// Events with a number above `seq`, oldest first, at most `limit`. Events older than `keptEvents` are gone.
    package func events(after seq: UInt64 = 0, limit: Int) throws(Failure) -> [FleetEvent] {
        try events(EventQuery(after: seq, limit: limit))
    }

    /// Events that match, oldest first.
    package func events(_ query: EventQuery) throws(Failure) -> [FleetEvent] {
        try reading { try RowReader().events($0, query) }
    }

    /// Which capabilities people have switched on or off, by id.
    package func capabilities() throws(Failure) -> [String: Bool] {
        try reading { try RowReader().capabilities($0) }
    }

    /// Makes durable that capabilities are on or off.
    package func put(capabilities: [String: Bool]) throws(Failure) {
        do {
            try queue.write { db in
                for (id, enabled) in capabilities {
                    try db.execute(sql: "INSERT OR REPLACE INTO capability VALUES (?, ?)", arguments: [id, enabled])
                }
            }
        } catch {
            throw Failure(writing: path, error)
        }
    }

    /// The processes of the last runs, as far as they were told, in the order of the instances' keys.
    package func processes() throws(Failure) -> [ProcessRecord] {
        try reading { try RowReader().processes($0) }
    }

    /// The last `limit` exits of an instance, newest first.
    package func exits(instance: UInt64, limit: Int) throws(Failure) -> [ExitRecord] {
        try reading { try RowReader().exits($0, instance: instance, limit: limit) }
    }

    func writing(_ body: (Database) throws -> Void) throws(Failure) {
        do {
            try queue.write { try body($0) }
        } catch {
            throw Failure(writing: path, error)
        }
    }

    func reading<Value>(_ body: (Database) throws -> Value) throws(Failure) -> Value {
        do {
            return try queue.inDatabase(body)
        } catch {
            throw Failure(reading: path, error)
        }
    }
}

/// Which stored events are wanted.
package struct EventQuery: Sendable {
    package var filter: EventFilter
    /// Only those of these instances; nil: of all, and of engine and keeper.
    package var targets: TargetMatcher?
    /// The oldest with a number above this one; nil: the newest.
    package var after: UInt64?
    package var since: WallTime?
    /// Only those up to this moment.
    package var until: WallTime?
    package var limit: Int

    package init(
        _ filter: EventFilter = .all, targets: TargetMatcher? = nil, after: UInt64? = nil, since: WallTime? = nil,
        until: WallTime? = nil, limit: Int
    ) {
        self.until = until
        self.filter = filter
        self.targets = targets
        self.after = after
        self.since = since
        self.limit = limit
    }
}

// Bounds of the history. Beyond them the oldest rows go, a batch at a time.
extension Store {
    /// Events kept at most.
    package static let keptEvents = Defaults.storedEvents
    /// Exits kept at most of one instance.
    package static let keptExits = Defaults.storedExits
    /// Exits kept at most of all instances, deleted ones included.
    package static let keptExitsInAll = Defaults.storedExitsInAll
    /// Seconds that a call waits for another program that holds the file (a backup, a shell of SQLite).
    static let busyTimeout = 5.0
}
