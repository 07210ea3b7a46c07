package import Core
import FoundationEssentials
import GRDB

/// The last definition under which an app ran well.
package struct GoodSpec: Hashable, Sendable, Codable {
    package var spec: AppSpec
    /// When another one took its place.
    package var until: WallTime

    package init(spec: AppSpec, until: WallTime) {
        self.spec = spec
        self.until = until
    }
}

/// What is kept of an app for `od why`.
package struct Annals: Hashable, Sendable {
    /// Newest first.
    package var deeds: [Deed] = []
    package var crashes: [CrashReport] = []
    package var good: GoodSpec?

    package init() {}
}

// Deeds, crash reports and good definitions, by `namespace/name`: an app that is deleted and comes back still has them.
extension Store {
    /// Rows kept of one app, and of all apps, of each table.
    package static let keptOfApp = Defaults.crashReports
    package static let keptOfAll = Defaults.crashReports * 100

    /// Tables that an older version neither needs nor touches.
    static let annals = """
        CREATE TABLE IF NOT EXISTS crash (row INTEGER PRIMARY KEY, app TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS crash_app ON crash (app);
        CREATE TABLE IF NOT EXISTS deed (row INTEGER PRIMARY KEY, app TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS deed_app ON deed (app);
        CREATE TABLE IF NOT EXISTS good (row INTEGER PRIMARY KEY, app TEXT NOT NULL, text TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS good_app ON good (app);
        """

    /// Keeps how a run ended; beyond `keptOfApp` the oldest report of its app goes.
    ///
    /// - Throws: `OD6001`; nothing is kept then.
    package func add(_ crash: CrashReport) throws(Failure) {
        try add([(crash.app, try Self.text(crash))], to: "crash", most: Self.keptOfApp)
    }

    /// Keeps who has done what to some apps.
    ///
    /// - Throws: `OD6001`; nothing is kept then.
    package func add(_ deed: Deed, to apps: [String]) throws(Failure) {
        let text = try Self.text(deed)
        try add(apps.map { ($0, text) }, to: "deed", most: Self.keptOfApp)
    }

    /// Keeps the last good definition of an app; the one before goes.
    ///
    /// - Throws: `OD6001`; nothing is kept then.
    package func put(_ good: GoodSpec, of app: String) throws(Failure) {
        try add([(app, try Self.text(good))], to: "good", most: 1)
    }

    /// What is kept of an app.
    ///
    /// - Throws: `OD6001`
    package func annals(of app: String) throws(Failure) -> Annals {
        try reading { db -> Annals in
            var annals = Annals()
            annals.deeds = try Self.rows(db, "deed", app)
            annals.crashes = try Self.rows(db, "crash", app)
            let good: [GoodSpec] = try Self.rows(db, "good", app)
            annals.good = good.first
            return annals
        }
    }

    private func add(_ rows: [(app: String, text: String)], to table: String, most: Int) throws(Failure) {
        try writing { db in
            for (app, text) in rows {
                try db.execute(sql: "INSERT INTO \(table) (app, text) VALUES (?, ?)", arguments: [app, text])
                try db.execute(
                    sql: """
                        DELETE FROM \(table) WHERE app = ?1 AND row NOT IN
                            (SELECT row FROM \(table) WHERE app = ?1 ORDER BY row DESC LIMIT ?2)
                        """, arguments: [app, most])
            }
            try db.execute(
                sql: "DELETE FROM \(table) WHERE row <= (SELECT max(row) FROM \(table)) - ?",
                arguments: [Self.keptOfAll])
        }
    }

    /// What an older or a newer version has written and we cannot read is left out.
    private static func rows<Value: Decodable>(_ db: Database, _ table: String, _ app: String) throws -> [Value] {
        let sql = "SELECT text FROM \(table) WHERE app = ? ORDER BY row DESC"
        return try String.fetchAll(db, sql: sql, arguments: [app]).compactMap {
            try? JSONDecoder().decode(Value.self, from: Data($0.utf8))
        }
    }

    private static func text(_ value: some Encodable) throws(Failure) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        } catch {
            throw Failure(.bug, "a report cannot be written", why: "\(error)", next: "report it with od version")
        }
    }
}
