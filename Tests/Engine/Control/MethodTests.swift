import Core
import Glibc
import NIOPosix
import Support
import Testing

@testable import Engine

/// One description: the engine answers what is in it, and nothing else.
struct MethodTests {
    @Test func everyMethodHasItsHandlerAndWishesKeepTheirOrder() throws {
        let world = try StoreFolder()
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &pair) == 0)
        defer { close(pair[1]) }
        let parts = Control.Parts(
            home: HomePaths(world.path), link: KeeperLink(socket: pair[0]),
            store: try Store(path: world.path + "/s.db"),
            storeWorker: try Worker("od-store"), pump: try LogPump { _ in }, archivist: try Archivist(home: world.path),
            readers: try Worker("od-read"), chores: try Worker("od-chores"), searchers: try Worker("od-search"),
            meter: try Meter(),
            startKeeper: { _ in -1 }, signs: try SignWatch { _ in })
        defer { parts.pump.stop() }
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let control = Control(
            loop: loop, parts: parts, stored: StoredFleet(), capabilities: Capabilities(stored: [:]), embedded: false,
            startNumber: 1)
        let described = Set(Methods.all.map(\.name))
        #expect(control.router.names.union([Methods.hello.name]) == described)
        // They change nothing that is stored, but what was said first must arrive first.
        let told: Set = [Methods.signal.name, Methods.send.name]
        #expect(control.router.ordered == told.union(Methods.all.filter(\.changes).map(\.name)))
    }

    /// A method that is declared and not in the list has no documentation.
    @Test func everyMethodIsInTheList() throws {
        let path = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }
        let sources = ["Method", "Definitions", "Steering"].compactMap {
            Snapshots(folder: path).text("Engine/Core/Wire/\($0).swift")
        }
        let declared = sources.joined().matches(of: /static let \w+ = Method</).count
        #expect(declared > 10)
        #expect(declared == Methods.all.count)
    }
}

/// A folder of its own, removed afterwards.
private final class StoreFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/od-methods-XXXXXX\0".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        for name in ["s.db", "s.db-wal", "s.db-shm"] { unlink(path + "/" + name) }
        rmdir(path)
    }
}
