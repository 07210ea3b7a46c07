import CKernel
import Core
import Glibc
import Testing

@testable import Engine

@Suite struct NotifySocketTests {
    private static let id = RunID(instance: 3, run: 9)

    /// Nobody but the daemon's user can reach it, and nothing of it is left.
    @Test func aFileOfOurOwn() throws {
        let home = try Folder()
        let socket = try NotifySocket(home: home.path, Self.id, isRoot: false)
        #expect(socket.name == "\(home.path)/notify/3.9")
        var facts = stat()
        try #require(lstat(socket.name, &facts) == 0)
        #expect(facts.st_mode == S_IFSOCK | 0o600)
        try #require(lstat("\(home.path)/notify", &facts) == 0)
        #expect(facts.st_mode == S_IFDIR | 0o700)
        let known = try NotifySocket(socket.descriptor)
        #expect(known.name == socket.name)
        known.remove()
        #expect(lstat(socket.name, &facts) != 0)
    }

    @Test func anAbstractNameForRoot() throws {
        let home = try Folder()
        let socket = try NotifySocket(home: home.path, Self.id, isRoot: true)
        #expect(socket.name.hasPrefix("@opendaemon-") && socket.name.utf8.count == 44)
        socket.remove()
        #expect(try NotifySocket(home: home.path, Self.id, isRoot: true).name != socket.name)
    }

    /// The name of a socket has 107 bytes.
    @Test func aLongHomeHasNoRoomForIt() throws {
        let home = "/tmp/" + String(repeating: "long/", count: 30)
        #expect(try NotifySocket(home: home, Self.id, isRoot: false).name.hasPrefix("@"))
        #expect(od_signs_notify(home) == -ENAMETOOLONG)
    }

    /// An engine died between two steps.
    @Test func whatIsLeftBehindIsSwept() throws {
        let home = try Folder()
        NotifySocket.sweep(home: home.path, keeping: [])
        let living = try NotifySocket(home: home.path, Self.id, isRoot: false)
        let dead = try NotifySocket(home: home.path, RunID(instance: 4, run: 1), isRoot: false)
        NotifySocket.sweep(home: home.path, keeping: [living.name])
        #expect(Folder.names("\(home.path)/notify") == ["3.9"])
        // Its name is used again: the same start, tried once more.
        #expect(try NotifySocket(home: home.path, Self.id, isRoot: false).name == living.name)
        #expect(dead.name.hasSuffix("/4.1"))
    }
}
