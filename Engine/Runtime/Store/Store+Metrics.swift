package import Core
import FoundationEssentials
import GRDB

// Figures of whole minutes: a row for each, so that it costs one small write a minute, whatever the number of apps.
extension Store {
    /// Tables that an older version neither needs nor touches. `written` counts all bytes that were ever written before
    /// the end of a row, so that the bound needs no sum.
    static let metricTables = """
        CREATE TABLE IF NOT EXISTS metric_series (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, minute INTEGER NOT NULL
        );
        CREATE TABLE IF NOT EXISTS metric_minute (
            minute INTEGER PRIMARY KEY, written INTEGER NOT NULL, data BLOB NOT NULL
        );
        """

    /// Keeps the figures of a minute; beyond `Defaults.storedMinutes` and `Defaults.storedMinuteBytes` the oldest go.
    /// A minute that is there already gets these figures too.
    ///
    /// - Parameter number: the wall clock's minutes since 1970.
    /// - Throws: `OD6001`; nothing is kept then.
    package func add(minute number: Int, _ sums: [MetricName: MetricSum]) throws(Failure) {
        try writing { db in
            var minute = MetricMinute(number: number)
            for (name, sum) in sums { minute.sums[try Self.series(db, name, number)] = sum }
            if let data = try Data.fetchOne(
                db, sql: "SELECT data FROM metric_minute WHERE minute = ?", arguments: [number])
            {
                minute.add(MetricMinute(number: number, bytes: Array(data)))
            }
            let bytes = minute.bytes
            let before = try Int.fetchOne(db, sql: "SELECT max(written) FROM metric_minute") ?? 0
            try db.execute(
                sql: "INSERT OR REPLACE INTO metric_minute (minute, written, data) VALUES (?, ?, ?)",
                arguments: [number, before + bytes.count, Data(bytes)])
            let oldest = number - Defaults.storedMinutes / 60_000
            try db.execute(
                sql: "DELETE FROM metric_minute WHERE minute < ? OR written <= ?",
                arguments: [oldest, before + bytes.count - Defaults.storedMinuteBytes])
            // Once an hour: names of which no figures are left.
            if number % 60 == 0 {
                try db.execute(
                    sql: """
                        DELETE FROM metric_series WHERE minute < (SELECT min(minute) FROM metric_minute)
                        """)
            }
        }
    }

    /// Whose figures are kept.
    ///
    /// - Throws: `OD6001`
    package func metricNames() throws(Failure) -> [MetricName] {
        try reading { try String.fetchAll($0, sql: "SELECT name FROM metric_series").map { MetricName(text: $0) } }
    }

    /// Puts the minutes of some series into a fold, one row after the other: it holds no more than the answer.
    ///
    /// - Throws: `OD6001`
    package func fold(_ names: Set<MetricName>, into fold: MetricFold) throws(Failure) -> MetricFold {
        try reading { db in
            var fold = fold
            var known: [UInt32: MetricName] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT id, name FROM metric_series") {
                let name = MetricName(text: row[1])
                if names.contains(name) { known[UInt32(truncatingIfNeeded: row[0] as Int64)] = name }
            }
            guard !known.isEmpty else { return fold }
            let wanted = Set(known.keys)
            let rows = try Row.fetchCursor(
                try db.cachedStatement(
                    sql: "SELECT minute, data FROM metric_minute WHERE minute BETWEEN ? AND ? ORDER BY minute"),
                arguments: [fold.from.milliseconds / 60_000, fold.to.milliseconds / 60_000])
            while let row = try rows.next() {
                let minute = MetricMinute(number: row[0], bytes: Array(row[1] as Data), wanted: wanted)
                fold.add(minute, names: known)
            }
            return fold
        }
    }

    private static func series(_ db: Database, _ name: MetricName, _ minute: Int) throws -> UInt32 {
        let sql = """
            INSERT INTO metric_series (name, minute) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET minute = ?2 RETURNING id
            """
        let id = try Int64.fetchOne(try db.cachedStatement(sql: sql), arguments: [name.text, minute])
        return UInt32(truncatingIfNeeded: id ?? 0)
    }

    // MARK: events

    /// What the events that are kept tell of a moment.
    ///
    /// - Throws: `OD6001`
    package func hindsight(_ time: WallTime) throws(Failure) -> Hindsight {
        try reading { db in
            let since = try Int64.fetchOne(db, sql: "SELECT at FROM event ORDER BY row LIMIT 1")
            let sql = """
                SELECT max(CASE WHEN at <= ?1 THEN row END), max(at > ?1), process ->> '$.namespace',
                    process ->> '$.name', process ->> '$.instance'
                FROM event WHERE process IS NOT NULL GROUP BY 3, 4, 5
                """
            var (rows, later): ([Int64], Set<MetricName>) = ([], [])
            let cursor = try Row.fetchCursor(
                try db.cachedStatement(sql: sql), arguments: [time.milliseconds])
            while let row = try cursor.next() {
                if let last = row[0] as Int64? { rows.append(last) }
                if row[1] as Bool, let namespace = row[2] as String?, let name = row[3] as String? {
                    later.insert(MetricName(namespace: namespace, name: name, instance: row[4] as Int? ?? 0))
                }
            }
            return Hindsight(
                time, since: since.map { WallTime(milliseconds: $0) },
                last: try rows.compactMap { try RowReader().event(db, row: $0) }, later: later)
        }
    }
}
