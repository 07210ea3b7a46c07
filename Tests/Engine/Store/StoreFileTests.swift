import Core
import Engine
import Glibc
import Testing

struct StoreFileTests {
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
    }

    @Test func nobodyElseCanReadIt() throws {
        #expect(chmod(fixture.directory, 0o755) == 0)
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(1))])
        #expect(["state.db", "state.db-wal", "state.db-shm"].map(fixture.mode) == [0o600, 0o600, 0o600])
    }

    @Test func aMissingHomeIsMadeForItsOwnerOnly() throws {
        let home = fixture.directory + "/home"
        defer { rmdir(home) }
        do {
            _ = try Store(path: home + "/state.db")
            #expect(fixture.mode("home") == 0o700)
        }
        for name in ["state.db", "state.db-wal", "state.db-shm"] { unlink("\(home)/\(name)") }
    }

    @Test func rightsOfOthersAreTakenAway() throws {
        _ = try Store(path: fixture.path)
        #expect(chmod(fixture.path, 0o666) == 0)
        _ = try Store(path: fixture.path)
        #expect(fixture.mode("state.db") == 0o600)
    }

    @Test func aLinkInItsPlaceIsRefused() throws {
        let elsewhere = fixture.directory + "/acknowledged"
        try write([], to: elsewhere)
        #expect(symlink(elsewhere, fixture.path) == 0)
        #expect(throws: Failure.self) { try Store(path: fixture.path) }
        #expect(contents(elsewhere).isEmpty)
    }

    @Test func aPathThatCannotBeIsReported() {
        let failure = #expect(throws: Failure.self) { try Store(path: fixture.directory + "/no/such/state.db") }
        #expect(failure?.code == .storeFailed)
        #expect(failure?.why.contains("No such file") == true)
    }

    @Test func aFileThatIsNoDatabaseIsLeftAsItIs() throws {
        let garbage = Array("this is no database, but somebody may want it\n".utf8) + (0..<9000).map { UInt8($0 % 251) }
        try write(garbage, to: fixture.path)
        let failure = #expect(throws: Failure.self) { try Store(path: fixture.path) }
        #expect(failure?.code == .storeFailed)
        #expect(failure?.why.contains("damaged") == true)
        #expect(failure?.next.contains("mv \(fixture.path)") == true)
        #expect(contents(fixture.path) == garbage)
    }

    /// SQLite would take it as empty and begin anew.
    @Test(arguments: [1, 100, 512, 4095]) func whatIsLeftOfADatabaseIsLeftAsItIs(_ size: Int) throws {
        try Store(path: fixture.path).commit([.putApp(app(1))])
        for name in ["-wal", "-shm"] { unlink(fixture.path + name) }
        let rest = Array(contents(fixture.path).prefix(size))
        try write(rest, to: fixture.path)
        let failure = #expect(throws: Failure.self) { try Store(path: fixture.path) }
        #expect(failure?.why == "the file is damaged: \(size) bytes are less than a page of 4096")
        #expect(failure?.next.contains("mv \(fixture.path)") == true)
        #expect(contents(fixture.path) == rest)
    }

    /// The same with all that is missing in the write-ahead log: SQLite brings it back.
    @Test func aTornFileWithItsLogIsWhole() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(7))])
        let (log, whole) = (contents(fixture.path + "-wal"), contents(fixture.path))
        let copy = try StoreFixture()
        try write(Array(whole.prefix(1000)), to: copy.path)
        try write(log, to: copy.path + "-wal")
        #expect(try Store(path: copy.path).load().apps.map(\.key) == [7])
    }

    /// After a planned end a copy of the file alone has everything.
    @Test func whatIsSettledIsInTheFileItself() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.putApp(app(7))])
        #expect(!contents(fixture.path + "-wal").isEmpty)
        store.settle()
        #expect(contents(fixture.path + "-wal").isEmpty)
        let copy = try StoreFixture()
        try write(contents(fixture.path), to: copy.path)
        #expect(try Store(path: copy.path).load().apps.map(\.key) == [7])
        try store.commit([.putApp(app(8))])
        #expect(try store.load().apps.map(\.key) == [7, 8], "it goes on")
    }

    @Test func aDamagedPageIsReportedAndLeftAsItIs() throws {
        try Store(path: fixture.path).commit((1...200).map { .putApp(app($0, name: "app\($0)")) })
        var bytes = contents(fixture.path)
        for index in 4096..<bytes.count { bytes[index] = 0xA5 }
        try write(bytes, to: fixture.path)
        let failure = #expect(throws: Failure.self) { try Store(path: fixture.path).load() }
        #expect(failure?.code == .storeFailed)
        #expect(failure?.why.contains("damaged") == true)
        #expect(contents(fixture.path) == bytes)
    }

    @Test(arguments: [
        "UPDATE app SET spec = '{'", "UPDATE instance SET wanted = 'sideways'",
    ])
    func aRowThatMakesNoSenseIsNamed(_ sql: String) throws {
        try Store(path: fixture.path).commit([.putApp(app(17)), .putInstance(instance(17, of: 17))])
        try fixture.execute(sql)
        let failure = #expect(throws: Failure.self) { try Store(path: fixture.path).load() }
        #expect(failure?.code == .storeFailed)
        #expect(failure?.why.contains("row 17") == true)
    }

    @Test func anUnknownEventIsNamed() throws {
        let store = try Store(path: fixture.path)
        try store.commit([.addEvent(event(8))])
        try fixture.execute("UPDATE event SET name = 'process:vanished'")
        let failure = #expect(throws: Failure.self) { try store.events(limit: 1) }
        #expect(failure?.why.contains("row 8") == true)
    }

    @Test func aNewerSchemaIsRefusedAndLeftAsItIs() throws {
        try Store(path: fixture.path).commit([.putApp(app(1))])
        try fixture.execute("PRAGMA user_version = 1000")
        let before = contents(fixture.path)
        let failure = #expect(throws: Failure.self) { try Store(path: fixture.path) }
        #expect(failure?.code == .storeFailed)
        #expect(failure?.why.contains("newer od") == true)
        #expect(contents(fixture.path) == before)
    }
}
