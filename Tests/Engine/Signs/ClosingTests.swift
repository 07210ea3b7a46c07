import CKernel
import Glibc
import Testing

@testable import Engine

/// Descriptors that strangers pass, and whose last close waits.
@Suite(.serialized) struct ClosingTests {
    /// A TCP connection whose last close waits an hour for a peer that does not read, or until that peer is closed.
    private struct Lingering {
        let ours: Int32
        let peer: Int32

        init() throws {
            let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            let listener = socket(AF_INET, kind, 0)
            defer { close(listener) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            ours = socket(AF_INET, kind, 0)
            let connected = withUnsafeMutablePointer(to: &address) { [ours] pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, size) == 0 && listen(listener, 1) == 0
                        && getsockname(listener, $0, &size) == 0 && connect(ours, $0, size) == 0
                }
            }
            try #require(connected)
            peer = accept(listener, nil, nil)
            try #require(peer >= 0)
            var patience = linger(l_onoff: 1, l_linger: 3600)
            setsockopt(ours, SOL_SOCKET, SO_LINGER, &patience, socklen_t(MemoryLayout<linger>.size))
            let bytes = [UInt8](repeating: 1, count: 1 << 16)
            while send(ours, bytes, bytes.count, Int32(MSG_DONTWAIT)) > 0 {}
        }
    }

    private static func connected(to socket: Int32) throws -> Int32 {
        let name = try NotifySocket(Descriptor(dup(socket))).name
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: [0] + Array(name.utf8.dropFirst())) }
        let size = socklen_t(2 + name.utf8.count)
        let client = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let done = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, size) }
        }
        try #require(done == 0)
        return client
    }

    private func take(_ socket: Int32) -> Int64 {
        var byte: UInt8 = 0
        return od_signs_take(socket, &byte, 1)
    }

    /// Nobody waits with them; when as many wait as may, messages are left where they are until one has done.
    @Test func whoSendsThemWaitsAlone() async throws {
        let notify = od_signs_notify(nil)
        try #require(notify >= 0)
        let app = try Self.connected(to: notify)
        defer {
            close(app)
            close(notify)
        }
        var peers: [Int32] = []
        for _ in 0..<OD_SIGNS_CLOSERS {
            let one = try Lingering()
            try #require(od_link_send(app, "x", 1, [one.ours], 1) == 0)
            close(one.ours)
            peers.append(one.peer)
            #expect(take(notify) == 1)
        }
        try #require(od_link_send(app, "y", 1, nil, 0) == 0)
        #expect(take(notify) == -Int64(EBUSY))
        for peer in peers { close(peer) }
        var last = take(notify)
        while last == -Int64(EBUSY) {
            try await Task.sleep(for: .milliseconds(1))
            last = take(notify)
        }
        #expect(last == 1)
    }
}
