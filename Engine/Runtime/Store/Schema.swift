import GRDB

/// The tables of state.db and how an older file becomes a present one.
///
/// `PRAGMA user_version` holds the number of migrations that a file has seen. A migration that was released is never
/// edited; a new one is added at the end. Specs and events are JSON: a field that is added to them must be optional
/// or come with a migration that fills it in.
enum Schema {
    /// The file was made by a version of ours that knows more migrations.
    struct TooNew: Error {
        let version: Int
    }

    static let migrations = [
        // 1. `exit.status` and `instance.exit` are statuses of waitpid(2), -1 when nobody could read it.
        """
        CREATE TABLE home (
            one INTEGER PRIMARY KEY CHECK (one = 1), halted INTEGER NOT NULL, embedded INTEGER NOT NULL,
            next_key INTEGER NOT NULL, keeper TEXT
        );
        CREATE TABLE app (key INTEGER PRIMARY KEY, spec TEXT NOT NULL);
        CREATE TABLE instance (
            key INTEGER PRIMARY KEY, app INTEGER NOT NULL REFERENCES app (key) ON DELETE CASCADE,
            number INTEGER NOT NULL, id INTEGER NOT NULL, wanted TEXT NOT NULL, run INTEGER NOT NULL,
            ended INTEGER NOT NULL, restarts INTEGER NOT NULL, exit INTEGER, exited_at INTEGER, trouble TEXT
        );
        CREATE INDEX instance_app ON instance (app);
        CREATE TABLE exit (
            row INTEGER PRIMARY KEY, instance INTEGER NOT NULL, run INTEGER NOT NULL, pid INTEGER NOT NULL,
            status INTEGER NOT NULL, at INTEGER NOT NULL, uptime INTEGER NOT NULL, max_memory INTEGER NOT NULL,
            cpu_time INTEGER NOT NULL, UNIQUE (instance, run)
        );
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL, process TEXT, message TEXT
        );
        """,
        // 2. `backoff` is JSON. Numbers of events may have gaps: rows are counted by a number of their own.
        """
        ALTER TABLE instance ADD COLUMN backoff TEXT;
        ALTER TABLE home ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE capability (id TEXT PRIMARY KEY, enabled INTEGER NOT NULL);
        ALTER TABLE event RENAME TO event_1;
        CREATE TABLE event (
            row INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, at INTEGER NOT NULL, name TEXT NOT NULL,
            process TEXT, message TEXT, crash INTEGER
        );
        INSERT INTO event (seq, at, name, process, message)
            SELECT seq, at, name, process, message FROM event_1 ORDER BY seq;
        DROP TABLE event_1;
        """,
        // Commands that clients have named, so that one which is sent again is not done again.
        """
        CREATE TABLE receipt (row INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, receipt TEXT NOT NULL);
        """,
        // The last run that said that it was ready.
        "ALTER TABLE instance ADD COLUMN ready INTEGER;",
        // `reload` is JSON.
        """
        ALTER TABLE instance ADD COLUMN reload TEXT;
        """,
    ]

    /// Tables beside those, which an older version neither needs nor touches: they do not raise the number, so that it
    /// can still be gone back to.
    static let additions = """
        -- Which process the last run of each instance is. `since` is CLOCK_BOOTTIME in nanoseconds.
        CREATE TABLE IF NOT EXISTS process (
            instance INTEGER PRIMARY KEY, run INTEGER NOT NULL, pid INTEGER NOT NULL, ticks INTEGER NOT NULL,
            since INTEGER NOT NULL
        );
        """

    /// Sets the connection up and applies what is missing, in one transaction. Reads two pragmas when nothing is.
    static func prepare(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= migrations.count else { throw TooNew(version: version) }
        // Not by GRDB's own WAL mode: that writes and drops a table at every opening.
        guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
            throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: "the file system does not allow WAL mode")
        }
        try db.execute(sql: "PRAGMA synchronous = FULL")
        if version < migrations.count {
            try db.inTransaction(.immediate) {
                for migration in migrations[version...] { try db.execute(sql: migration) }
                try db.execute(sql: "PRAGMA user_version = \(migrations.count)")
                return .commit
            }
        }
        if try !db.tableExists("process") { try db.execute(sql: additions) }
        if try !db.tableExists("good") { try db.execute(sql: Store.annals) }
        if try !db.tableExists("metric_minute") { try db.execute(sql: Store.metricTables) }
    }
}
