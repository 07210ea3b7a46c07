import Core
import FoundationEssentials
import GRDB

/// Turns rows back into records. Columns are read by position: twice as fast as by name.
struct RowReader {
    /// A row that no version of ours can have written.
    struct BadRow: Error {
        let table: String
        let key: String
    }

    private let decoder = JSONDecoder()

    func home(_ db: Database) throws -> HomeRecord {
        guard let row = try Row.fetchOne(db, sql: "SELECT halted, embedded, next_key, keeper, events FROM home") else {
            return HomeRecord()
        }
        return HomeRecord(
            halted: row[0], embedded: row[1], nextKey: UInt64(bitPattern: row[2]), keeper: row[3],
            events: UInt64(bitPattern: row[4]))
    }

    func apps(_ db: Database) throws -> [AppRecord] {
        try records(db, "SELECT key, spec FROM app ORDER BY key") { row in
            AppRecord(
                key: UInt64(bitPattern: row[0]), spec: try decoded(AppSpec.self, row[1], table: "app", row: row))
        }
    }

    func instances(_ db: Database) throws -> [InstanceRecord] {
        let sql = """
            SELECT key, app, number, id, wanted, run, ended, restarts, exit, exited_at, trouble, backoff,
                ready, reload
            FROM instance ORDER BY key
            """
        return try records(db, sql) { row in
            guard let wanted = Wanted(rawValue: row[4]) else { throw bad("instance", row) }
            var record = InstanceRecord(
                key: UInt64(bitPattern: row[0]), app: UInt64(bitPattern: row[1]), number: row[2], id: row[3],
                wanted: wanted, run: UInt64(bitPattern: row[5]), ended: UInt64(bitPattern: row[6]), restarts: row[7],
                exit: (row[8] as Int32?).map(Exit.init(stored:)),
                exitedAt: (row[9] as Int64?).map(WallTime.init(milliseconds:)), trouble: row[10],
                backoff: try (row[11] as String?).map {
                    try decoded(RestartMemory.self, $0, table: "instance", row: row)
                },
                reload: try (row[13] as String?).map {
                    try decoded(ReloadMemory.self, $0, table: "instance", row: row)
                })
            record.ready = (row[12] as Int64?).map(UInt64.init(bitPattern:))
            return record
        }
    }

    func lastEvent(_ db: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(db, sql: "SELECT max(seq) FROM event") ?? 0)
    }

    func receipts(_ db: Database) throws -> [Receipt] {
        try records(db, "SELECT row, receipt FROM receipt ORDER BY row") { row in
            try decoded(Receipt.self, row[1], table: "receipt", row: row)
        }
    }

    /// The oldest events after `seq`, or without one the newest; oldest first.
    func events(_ db: Database, _ query: EventQuery) throws -> [FleetEvent] {
        let sql = """
            SELECT seq, at, name, process, message, crash FROM event WHERE seq > ? AND at >= ? AND at <= ?
            ORDER BY seq \(query.after == nil ? "DESC" : "ASC")
            """
        let arguments: StatementArguments = [
            Int64(clamping: query.after ?? 0), query.since?.milliseconds ?? .min, query.until?.milliseconds ?? .max,
        ]
        var events: [FleetEvent] = []
        let rows = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
        while events.count < query.limit, let row = try rows.next() {
            var event = try bareEvent(row)
            // Most rows of a narrow filter are not wanted: their instances need not be decoded.
            guard query.filter.matches(event) else { continue }
            event.process = try (row[3] as String?).map {
                try decoded(InstanceInfo.self, $0, table: "event", row: row)
            }
            if let targets = query.targets, !targets.matches(event) { continue }
            events.append(event)
        }
        return query.after == nil ? events.reversed() : events
    }

    /// One event by its row; nil when it is gone.
    func event(_ db: Database, row number: Int64) throws -> FleetEvent? {
        let sql = "SELECT seq, at, name, process, message, crash FROM event WHERE row = ?"
        guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [number]) else { return nil }
        var event = try bareEvent(row)
        event.process = try (row[3] as String?).map { try decoded(InstanceInfo.self, $0, table: "event", row: row) }
        return event
    }

    /// Without its instance.
    private func bareEvent(_ row: Row) throws -> FleetEvent {
        guard let name = EventName(rawValue: row[2]) else { throw bad("event", row) }
        return FleetEvent(
            seq: UInt64(bitPattern: row[0]), at: WallTime(milliseconds: row[1]), name: name, process: nil,
            message: row[4], crash: row[5])
    }

    func capabilities(_ db: Database) throws -> [String: Bool] {
        let rows = try Row.fetchAll(db, sql: "SELECT id, enabled FROM capability")
        return Dictionary(rows.map { ($0[0] as String, $0[1] as Bool) }) { $1 }
    }

    func exits(_ db: Database, instance: UInt64, limit: Int) throws -> [ExitRecord] {
        let sql = """
            SELECT instance, run, pid, status, at, uptime, max_memory, cpu_time FROM exit
            WHERE instance = ? ORDER BY run DESC LIMIT ?
            """
        return try records(db, sql, [column(instance), max(0, limit)]) { row in
            ExitRecord(
                instance: UInt64(bitPattern: row[0]), run: UInt64(bitPattern: row[1]), pid: row[2],
                exit: Exit(stored: row[3]), at: WallTime(milliseconds: row[4]), uptime: row[5],
                maxMemory: UInt64(bitPattern: row[6]), cpuTime: row[7])
        }
    }

    func processes(_ db: Database) throws -> [ProcessRecord] {
        try records(db, "SELECT instance, run, pid, ticks, since FROM process ORDER BY instance") { row in
            ProcessRecord(
                id: RunID(instance: UInt64(bitPattern: row[0]), run: UInt64(bitPattern: row[1])), pid: row[2],
                ticks: UInt64(bitPattern: row[3]), since: Instant(nanoseconds: UInt64(bitPattern: row[4])))
        }
    }

    private func records<Record>(
        _ db: Database, _ sql: String, _ arguments: StatementArguments = StatementArguments(),
        _ record: (Row) throws -> Record
    ) throws -> [Record] {
        var result: [Record] = []
        let rows = try Row.fetchCursor(try db.cachedStatement(sql: sql), arguments: arguments)
        while let row = try rows.next() { result.append(try record(row)) }
        return result
    }

    private func decoded<Value: Decodable>(_: Value.Type, _ text: String, table: String, row: Row) throws -> Value {
        do {
            return try decoder.decode(Value.self, from: Data(text.utf8))
        } catch {
            throw bad(table, row)
        }
    }

    private func bad(_ table: String, _ row: Row) -> BadRow { BadRow(table: table, key: "\(row[0] as Int64)") }
}
