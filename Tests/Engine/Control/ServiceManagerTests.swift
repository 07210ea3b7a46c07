import Core
@testable import Engine
import Glibc
import NIOCore
import NIOPosix
import Testing

/// sd_notify(3): what a service manager hears of us.
struct ServiceManagerTests {
    /// A socket as systemd has it.
    private final class Listener {
        let number: Int32
        let path: String

        init(abstract: Bool = false) throws {
            path =
                abstract
                ? "@od-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
                : "/tmp/od-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
            number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(path.utf8)
            if abstract { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(2 + bytes.count)
            let bound = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
            }
            try #require(bound == 0)
        }

        deinit {
            close(number)
            unlink(path)
        }

        func next() -> String? {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(number, &bytes, bytes.count, 0)
            return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
        }

        /// The next one that comes within the patience of tests.
        func wait() -> String? {
            var file = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            return poll(&file, 1, 30_000) == 1 ? next() : nil
        }

        func manager(_ more: [String: String] = [:]) -> ServiceManager {
            let variables = more.merging(["NOTIFY_SOCKET": path]) { $1 }
            return ServiceManager { variables[$0] }
        }
    }

    @Test(arguments: [false, true])
    func itHears(_ abstract: Bool) throws {
        let listener = try Listener(abstract: abstract)
        let manager = listener.manager()
        #expect(manager.isThere && manager.watchInterval == nil)
        manager.tell(.ready(main: 12))
        #expect(listener.next() == "READY=1\nSTATUS=engine \(Build.version)\nMAINPID=12")
        manager.tell(.main(13))
        #expect(listener.next() == "MAINPID=13")
        manager.tell(.stopping)
        #expect(listener.next() == "STOPPING=1\nSTATUS=stopping the apps\nEXTEND_TIMEOUT_USEC=30000000")
        manager.tell(.reloading)
        #expect(listener.next()?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
        manager.tell(.trouble(Failure(.storeFailed, "a", why: "b\nREADY=1", next: "c")))
        #expect(listener.next() == "STATUS=OD6001: a: b READY=1 (c)")
    }

    @Test func itWatchesTheLoop() throws {
        let listener = try Listener()
        #expect(listener.manager(["WATCHDOG_USEC": "10000000"]).watchInterval == 4000)
        let manager = listener.manager(["WATCHDOG_USEC": "10000"])
        let watch = manager.beginWatch(on: MultiThreadedEventLoopGroup.singleton.next())
        defer { watch?.cancel() }
        for _ in 0..<3 { #expect(listener.wait() == "WATCHDOG=1") }
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": ""], ["WATCHDOG_USEC": "1000000"]])
    func nobodyIsThere(_ variables: [String: String]) {
        let manager = ServiceManager { variables[$0] }
        #expect(!manager.isThere && manager.watchInterval == nil)
        manager.tell(.alive)
    }

    @Test func nobodyListens() {
        ServiceManager { $0 == "NOTIFY_SOCKET" ? "/nowhere/at/all" : nil }.tell(.alive)
        ServiceManager { $0 == "NOTIFY_SOCKET" ? "/" + String(repeating: "x", count: 200) : nil }.tell(.alive)
    }
}
