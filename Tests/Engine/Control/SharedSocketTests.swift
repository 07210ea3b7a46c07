import CKernel
import Core
import Glibc
import Testing

@testable import Engine

/// Sockets and pipes that the keeper holds for runs.
@Suite struct SharedSocketTests {
    @Test func keysTellWhatTheyAre() {
        let order = SpawnOrder.Sockets(app: 7, order: SocketOrder(port: 3000, spare: 2))
        let keys = SharedSocket.keys(order)
        #expect(keys.map(\.port) == [3000, nil, nil] && Set(keys.map(\.key)).count == 3)
        #expect(keys.allSatisfy { SharedSocket.app(of: $0.key) == 7 && !InputPipe.isOne($0.key) })
        #expect(
            SharedSocket.keys(.init(app: 7, order: SocketOrder(port: nil, spare: 2))).map(\.key)
                == keys.dropFirst().map(\.key))
        let input = InputPipe.key(RunID(instance: 7, run: 3))
        #expect(InputPipe.isOne(input) && SharedSocket.app(of: input) == nil)
        #expect(input != InputPipe.key(RunID(instance: 7, run: 4)))
        #expect(SharedSocket.app(of: Door.key) == nil && SharedSocket.app(of: LogPump.pageKey("/a")) == nil)
    }

    @Test func aPortIsOpenedOnce() throws {
        let free = try SharedSocket.open(port: nil)
        #expect(Glibc.listen(free.lent, 1) == 0, "it is bound by its user")
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(free.lent, $0, &length) }
        }
        // The port stands at the same place in both families.
        let port = Int(UInt16(bigEndian: address.sin6_port))
        let error = #expect(throws: Errno.self) { try SharedSocket.open(port: port) }
        #expect(error?.number == EADDRINUSE)
    }

    @Test func aLineIsWrittenWholeOrNot() throws {
        let pipe = try InputPipe.open()
        try InputPipe.write(Array("hello\n".utf8), to: pipe.write)
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(read(pipe.read.lent, &buffer, 16) == 6)
        let large = [UInt8](repeating: 65, count: Int(od_pipe_size(pipe.write.lent)) - 8192)
        try InputPipe.write(large, to: pipe.write)
        let full = #expect(throws: Errno.self) { try InputPipe.write(large, to: pipe.write) }
        #expect(full?.number == EAGAIN)
        close(pipe.read.give())
        signal(SIGPIPE, SIG_IGN)
        let gone = #expect(throws: Errno.self) { try InputPipe.write([65], to: pipe.write) }
        #expect(gone?.number == EPIPE)
    }
}
