import Core
import FoundationEssentials
import GRDB

/// Turns the writes of one transaction into rows. Statements are prepared once a connection and reused.
///
/// Used inside one transaction only.
struct RowWriter {
    /// Rows of history that go in one batch, so that most transactions only look.
    static let trimBatch = 256
    static let exitTrimBatch = 50

    private let db: Database
    private let encoder: JSONEncoder

    init(_ db: Database) {
        self.db = db
        encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
    }

    func apply(_ write: StoreWrite) throws {
        switch write {
        case .putApp(let app): try put(app)
        case .removeApp(let key): try run("DELETE FROM app WHERE key = ?", [column(key)])
        case .putInstance(let instance): try put(instance)
        case .removeInstance(let key): try removeInstance(key)
        case .putHome(let home): try put(home)
        case .addExit(let exit): try add(exit)
        case .addEvent(let event): try add(event)
        case .addReceipt(let receipt): try add(receipt)
        }
    }

    /// Takes the oldest rows away when a table has more than it may; two looks at an index when it has not.
    func trim() throws {
        try run(
            """
            DELETE FROM event WHERE row <= (SELECT max(row) FROM event) - ?2
                AND (SELECT min(row) FROM event) <= (SELECT max(row) FROM event) - ?1
            """, [Store.keptEvents, Store.keptEvents - Self.trimBatch])
        try run(
            """
            DELETE FROM exit WHERE row <= (SELECT max(row) FROM exit) - ?2
                AND (SELECT min(row) FROM exit) <= (SELECT max(row) FROM exit) - ?1
            """, [Store.keptExitsInAll, Store.keptExitsInAll - Self.trimBatch])
    }

    private func put(_ app: AppRecord) throws {
        // An upsert: REPLACE would delete the row first, and its instances with it.
        try run(
            "INSERT INTO app VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET spec = excluded.spec",
            [column(app.key), try json(app.spec)])
    }

    private func put(_ instance: InstanceRecord) throws {
        try run(
            """
            INSERT OR REPLACE INTO instance (
                key, app, number, id, wanted, run, ended, restarts, exit, exited_at, trouble, backoff, ready, reload
            ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                column(instance.key), column(instance.app), instance.number, instance.id, instance.wanted.rawValue,
                column(instance.run), column(instance.ended), instance.restarts, instance.exit?.stored,
                instance.exitedAt?.milliseconds, instance.trouble, try instance.backoff.map(json),
                instance.ready.map(column),
                try instance.reload.map(json),
            ])
    }

    /// The process of a run of an instance that is there; one that was deleted meanwhile is left out.
    func put(_ process: ProcessRecord) throws {
        try run(
            """
            INSERT OR REPLACE INTO process SELECT ?1, ?2, ?3, ?4, ?5
            WHERE EXISTS (SELECT 1 FROM instance WHERE key = ?1)
            """,
            [
                column(process.id.instance), column(process.id.run), process.pid, column(process.ticks),
                column(process.since.nanoseconds),
            ])
    }

    private func removeInstance(_ key: UInt64) throws {
        try run("DELETE FROM instance WHERE key = ?", [column(key)])
        try run("DELETE FROM process WHERE instance = ?", [column(key)])
    }

    private func put(_ home: HomeRecord) throws {
        try run(
            "INSERT OR REPLACE INTO home (one, halted, embedded, next_key, keeper, events) VALUES (1, ?, ?, ?, ?, ?)",
            [home.halted, home.embedded, column(home.nextKey), home.keeper, column(home.events)])
    }

    /// The first record of a run stands: an exit that is told again after a recovery counts once.
    private func add(_ exit: ExitRecord) throws {
        try run(
            """
            INSERT OR IGNORE INTO exit (instance, run, pid, status, at, uptime, max_memory, cpu_time)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                column(exit.instance), column(exit.run), exit.pid, exit.exit.stored, exit.at.milliseconds,
                exit.uptime, column(exit.maxMemory), exit.cpuTime,
            ])
        // Runs are numbered without a break, so the oldest number tells how many there can be.
        try run(
            """
            DELETE FROM exit WHERE instance = ?1 AND run <= ?2 - ?4
                AND EXISTS (SELECT 1 FROM exit WHERE instance = ?1 AND run <= ?2 - ?3)
            """,
            [column(exit.instance), column(exit.run), Store.keptExits, Store.keptExits - Self.exitTrimBatch])
    }

    private func add(_ event: FleetEvent) throws {
        try run(
            """
            INSERT OR REPLACE INTO event (seq, at, name, process, message, crash) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                column(event.seq), event.at.milliseconds, event.name.rawValue, try event.process.map(json),
                event.message, event.crash,
            ])
    }

    private func add(_ receipt: Receipt) throws {
        try run(
            "INSERT OR IGNORE INTO receipt (key, receipt) VALUES (?, ?)", [receipt.key, try json(receipt)])
        try run("DELETE FROM receipt WHERE row <= (SELECT max(row) FROM receipt) - ?", [Defaults.receipts])
    }

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private func json(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// SQLite's integers are signed; keys keep their bits.
func column(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }

extension Exit {
    /// As waitpid(2) gives it, -1 for an unknown one.
    var stored: Int32 {
        switch self {
        case .code(let code): (code & 0xFF) << 8
        case .signal(let number, let core): number | (core ? 0x80 : 0)
        case .unknown: -1
        }
    }

    init(stored status: Int32) {
        self = status == -1 ? .unknown : Exit(waitStatus: status)
    }
}
