import CKernel
import Core
import Glibc

/// Sockets that the runs of an app share: made here, stored with the keeper, which hands them to each run. They are open
/// as long as anything of the app runs or is about to, whatever becomes of engine, keeper or an instance.
enum SharedSocket {
    private static let kind = UInt64(UInt8(ascii: "P"))

    /// Under which the keeper stores it: the app, the port (0 for one that node binds) and which of them it is.
    static func key(app: UInt64, port: Int?, index: Int) -> UInt64 {
        kind << 56 | (app & 0xFFFF_FFFF) << 24 | UInt64(UInt16(truncatingIfNeeded: port ?? 0)) << 8
            | UInt64(UInt8(truncatingIfNeeded: index))
    }

    /// The app that a stored socket belongs to; nil for what is none.
    static func app(of key: UInt64) -> UInt64? { key >> 56 == kind ? key >> 24 & 0xFFFF_FFFF : nil }

    /// The keys for an order, in the order of the descriptors from 3 on.
    static func keys(_ sockets: SpawnOrder.Sockets) -> [(key: UInt64, port: Int?)] {
        let named = sockets.order.port.map { [(key(app: sockets.app, port: $0, index: 0), $0 as Int?)] } ?? []
        return named + (0..<sockets.order.spare).map { (key(app: sockets.app, port: nil, index: $0 + 1), nil) }
    }

    /// A TCP socket of both families, or of the older one on a machine without IPv6. With a port it is bound to all
    /// addresses and listens; without one it is bound by whoever uses it first.
    ///
    /// It blocks, as sockets do that systemd passes: who wants another mode sets it.
    static func open(port: Int?) throws(Errno) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        var family = AF_INET6
        var number = socket(family, type, 0)
        if number < 0, errno == EAFNOSUPPORT {
            family = AF_INET
            number = socket(family, type, 0)
        }
        guard number >= 0 else { throw Errno(errno) }
        let made = Descriptor(number)
        set(number, SOL_SOCKET, SO_REUSEADDR, 1)
        if family == AF_INET6 { set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard let port else { return made }
        let isBound = family == AF_INET6 ? bind6(number, port) : bind4(number, port)
        guard isBound == 0, listen(number, Int32(Defaults.portBacklog)) == 0 else { throw Errno(errno) }
        return made
    }

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func bind6(_ socket: Int32, _ port: Int) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    private static func bind4(_ socket: Int32, _ port: Int) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// The writing ends of pipes that are the stdin of runs. The keeper holds them too: an app does not read its end because
/// an engine has.
enum InputPipe {
    private static let kind = UInt64(UInt8(ascii: "I"))

    /// Under which the keeper stores it.
    static func key(_ id: RunID) -> UInt64 { kind << 56 | (id.instance & 0xFFFF_FFFF) << 24 | id.run & 0xFF_FFFF }

    static func isOne(_ key: UInt64) -> Bool { key >> 56 == kind }

    /// Both ends. Writing does not wait.
    static func open() throws(Errno) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        _ = try Errno.check(od_pipe(&ends))
        let pipe = (read: Descriptor(ends[0]), write: Descriptor(ends[1]))
        // Reading waits: programs expect that of a stdin.
        guard fcntl(ends[0], F_SETFL, 0) == 0, fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 else { throw Errno(errno) }
        return pipe
    }

    /// All of it or nothing: half a line would be another one.
    static func write(_ bytes: [UInt8], to pipe: Descriptor) throws(Errno) {
        var left = Int32(0)
        let room = od_pipe_size(pipe.lent)
        guard ioctl(pipe.lent, UInt(FIONREAD), &left) == 0 else { throw Errno(errno) }
        // A pipe is filled by pages: what is in it may take up to a page more than its bytes.
        guard room < 0 || bytes.count <= 4096 || Int(left) + bytes.count + 8192 <= Int(room) else {
            throw Errno(EAGAIN)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(pipe.lent, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Errno(errno) }
            rest = rest.dropFirst(count)
        }
    }
}
