import Core
import Engine
import GRDB
import Glibc
import Testing

/// A directory that is made with a database path in it and goes with the value's owner.
final class StoreFixture {
    let directory: String
    var path: String { directory + "/state.db" }

    init() throws {
        var template = Array("/tmp/od-store-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["state.db", "state.db-wal", "state.db-shm", "acknowledged"] { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }

    /// Runs SQL behind the store's back.
    func execute(_ sql: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    }

    func count(_ table: String) throws -> Int {
        try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    func mode(_ name: String) -> mode_t {
        var status = stat()
        return lstat("\(directory)/\(name)", &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}

func write(_ bytes: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

func app(_ key: UInt64, name: String = "api", env: [String: String] = [:]) -> AppRecord {
    AppRecord(
        key: key, spec: AppSpec(name: name, script: "api.js", program: "/usr/bin/node", cwd: "/srv", env: env))
}

func instance(_ key: UInt64, of app: UInt64, id: Int = 0, run: UInt64 = 0) -> InstanceRecord {
    InstanceRecord(key: key, app: app, number: 0, id: id, wanted: .running, run: run)
}

func exit(_ instance: UInt64, run: UInt64, _ exit: Exit = .code(1)) -> ExitRecord {
    ExitRecord(
        instance: instance, run: run, pid: 4711, exit: exit, at: WallTime(milliseconds: 1_700_000_000_123),
        uptime: 12, maxMemory: 1 << 40, cpuTime: 7)
}

func event(_ seq: UInt64, process: InstanceInfo? = nil, message: String? = nil) -> FleetEvent {
    FleetEvent(
        seq: seq, at: WallTime(milliseconds: 1_700_000_000_123), name: .online, process: process, message: message)
}
