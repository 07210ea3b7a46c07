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
        guard let row = try Row.fetchOne(db, sql: "SELECT halted, embedded, next_key, keeper FROM home") else {
            return HomeRecord()
        }
        return HomeRecord(halted: row[0], embedded: row[1], nextKey: UInt64(bitPattern: row[2]), keeper: row[3])
    }

    func apps(_ db: Database) throws -> [AppRecord] {
        try records(db, "SELECT key, spec FROM app ORDER BY key") { row in
            AppRecord(
                key: UInt64(bitPattern: row[0]), spec: try decoded(AppSpec.self, row[1], table: "app", row: row))
        }
    }

    func instances(_ db: Database) throws -> [InstanceRecord] {
        let sql = """
            SELECT key, app, number, id, wanted, run, ended, restarts, exit, exited_at, trouble
            FROM instance ORDER BY key
            """
        return try records(db, sql) { row in
            guard let wanted = Wanted(rawValue: row[4]) else { throw bad("instance", row) }
            return InstanceRecord(
                key: UInt64(bitPattern: row[0]), app: UInt64(bitPattern: row[1]), number: row[2], id: row[3],
                wanted: wanted, run: UInt64(bitPattern: row[5]), ended: UInt64(bitPattern: row[6]), restarts: row[7],
                exit: (row[8] as Int32?).map(Exit.init(stored:)),
                exitedAt: (row[9] as Int64?).map(WallTime.init(milliseconds:)), trouble: row[10])
        }
    }

    func lastEvent(_ db: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(db, sql: "SELECT max(seq) FROM event") ?? 0)
    }

    func events(_ db: Database, after seq: UInt64, limit: Int) throws -> [FleetEvent] {
        let sql = "SELECT seq, at, name, process, message FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        return try records(db, sql, [Int64(clamping: seq), max(0, limit)]) { row in
            guard let name = EventName(rawValue: row[2]) else { throw bad("event", row) }
            let process = row[3] as String?
            return FleetEvent(
                seq: UInt64(bitPattern: row[0]), at: WallTime(milliseconds: row[1]), name: name,
                process: try process.map { try decoded(InstanceInfo.self, $0, table: "event", row: row) },
                message: row[4])
        }
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
