import Core
import Glibc
import Testing

@testable import Engine

/// Open files, ports, and the machine.
@Suite struct LookTests {
    private func process(_ pid: Int32?) -> InstanceInfo {
        InstanceInfo(id: 3, name: "api", instance: 1, namespace: "shop", status: .online, pid: pid)
    }

    @Test(arguments: [
        ("0100007F:1F90", "127.0.0.1", 8080), ("00000000:0016", "0.0.0.0", 22),
        ("00000000000000000000000001000000:2403", "::1", 9219),
    ])
    func addresses(text: String, address: String, port: Int) throws {
        let place = try #require(SocketAddress(text[...]))
        #expect(place.text == address && place.port == port)
    }

    @Test(arguments: ["", ":", "0100007F", "0100007F:", "01007F:1F90", "0100007G:1F90", "0100007F:1F90:1"])
    func whatIsNoAddressIsNone(text: String) {
        #expect(SocketAddress(text[...]) == nil)
    }

    /// This very process: a socket that waits, a file, and the limit of descriptors.
    @Test func whatIsOpenIsFound() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        let file = open("/proc/self/status", O_RDONLY)
        defer { close(file) }
        let found = OpenFiles.look(at: process(getpid()))
        #expect(found.processes > 0 && found.hidden == 0 && found.open > 2)
        #expect(found.id == 3 && found.instance == 1)
        let port = Int(UInt16(bigEndian: place.sin_port))
        #expect(found.ports.contains(ProcessFiles.Port(transport: "tcp", address: "127.0.0.1", port: port)))
        #expect(found.files.contains("/proc/\(getpid())/status"))
        #expect(found.limit == sysconf(Int32(_SC_OPEN_MAX)))
    }

    @Test func aChildBelongsToTheTree() throws {
        let child = try SamplerTests.Child("sleep 1000 & sleep 1000; true")
        while OpenFiles.look(at: process(child.pid)).processes < 3 { sched_yield() }
        #expect(!OpenFiles.look(at: process(child.pid)).isCut)
    }

    @Test func whatDoesNotRunHasNothingOpen() {
        let none = ProcessFiles(id: 3, name: "api", instance: 1, namespace: "shop")
        #expect(OpenFiles.look(at: process(nil)) == none)
        #expect(OpenFiles.look(at: process(getpid()), proc: "/nowhere") == none)
    }

    @Test func theMachineIsLookedAt() {
        let watch = MachineWatch()
        let start = Instant(nanoseconds: 1_000_000_000)
        let first = watch.look(at: start)
        #expect(first.cores.isEmpty, "there is nothing to compare with")
        #expect(first.disks.contains { $0.path == "/" && $0.total > 0 && $0.used <= $0.total && $0.read == nil })
        #expect(first.disks.allSatisfy { $0.used + ($0.available ?? .max / 2) <= $0.total })
        #expect(!first.interfaces.contains { $0.name == "lo" || $0.receiving != nil })
        #expect(watch.look(at: start.advanced(byMilliseconds: MachineWatch.pause - 1)) == first)
        let second = watch.look(at: start.advanced(byMilliseconds: 1000))
        #expect(!second.cores.isEmpty && second.cores.allSatisfy { (0...100).contains($0) })
        #expect(second.interfaces.allSatisfy { $0.receiving != nil && $0.sending != nil })
    }

    @Test func withoutProcThereIsNothing() {
        let watch = MachineWatch(proc: "/nowhere")
        _ = watch.look(at: Instant(nanoseconds: 0))
        #expect(watch.look(at: Instant(nanoseconds: 2_000_000_000)) == MachineInfo())
    }
}
