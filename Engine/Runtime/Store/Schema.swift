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
        """
    ]

    /// Sets the connection up and applies what is missing, in one transaction. Reads two pragmas when nothing is.
    static func prepare(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= migrations.count else { throw TooNew(version: version) }
        // Not by GRDB's own WAL mode: that writes and drops a table at every opening.
        guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
            throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: "the file system does not allow WAL mode")
        }
        try db.execute(sql: "PRAGMA synchronous = FULL")
        guard version < migrations.count else { return }
        try db.inTransaction(.immediate) {
            for migration in migrations[version...] { try db.execute(sql: migration) }
            try db.execute(sql: "PRAGMA user_version = \(migrations.count)")
            return .commit
        }
    }
}
