import Core
import Glibc

/// What the processes of a tree have open, from `/proc/PID/fd` and `/proc/PID/net` (proc(5)). Blocks.
struct OpenFiles {
    /// Processes of a tree that are looked into.
    static let mostProcesses = 256
    /// Descriptors that are looked at in all.
    static let mostDescriptors = 16_384
    /// Files of `/proc/PID/net`, and the state in which a socket waits for others: TCP_LISTEN, and for UDP the state of
    /// one without a peer (include/net/tcp_states.h).
    private static let tables = [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")]

    private let proc: String
    private var found: ProcessFiles
    private var files: Set<String> = []
    private var sockets: Set<Substring> = []

    /// - Parameters:
    ///   - process: the instance; one that does not run has nothing open.
    ///   - proc: where the process file system is mounted.
    static func look(at process: InstanceInfo, proc: String = ProcessTable.usualPlace) -> ProcessFiles {
        var look = OpenFiles(process, proc)
        if let pid = process.pid { look.look(at: pid) }
        return look.found
    }

    private init(_ process: InstanceInfo, _ proc: String) {
        self.proc = proc
        found = ProcessFiles(
            id: process.id, name: process.name, instance: process.instance, namespace: process.namespace)
    }

    private mutating func look(at root: Int32) {
        let pids = tree(of: root)
        found.processes = pids.count
        found.isCut = pids.count > Self.mostProcesses
        for pid in pids.prefix(Self.mostProcesses) { lookInto(pid) }
        found.limit = limit(of: root)
        found.ports = ports(seenBy: root)
        let files = self.files.sorted()
        found.isCut = found.isCut || files.count > ProcessFiles.mostFiles
        found.files = Array(files.prefix(ProcessFiles.mostFiles))
    }

    /// The root first, then its descendants and those of its session.
    private func tree(of root: Int32) -> [Int32] {
        let entries = processes()
        var children: [Int32: [Int32]] = [:]
        for entry in entries { children[entry.parent, default: []].append(entry.pid) }
        guard entries.contains(where: { $0.pid == root }) else { return [] }
        var (pids, known) = ([root], Set([root]))
        for entry in entries where entry.session == root && known.insert(entry.pid).inserted {
            pids.append(entry.pid)
        }
        var index = 0
        while index < pids.count {
            for child in children[pids[index]] ?? [] where known.insert(child).inserted { pids.append(child) }
            index += 1
        }
        return pids
    }

    private func processes() -> [ProcessEntry] {
        let names = (try? FilePath.names(in: proc, most: ProcessTable.capacity)) ?? []
        return names.compactMap { name in
            guard let pid = Int32(name), var stat = ProcText.read("\(proc)/\(name)/stat") else { return nil }
            return stat.withUTF8 { ProcessEntry(pid: pid, stat: UnsafeRawBufferPointer($0)) }
        }
    }

    private mutating func lookInto(_ pid: Int32) {
        let folder = "\(proc)/\(pid)/fd"
        let room = Self.mostDescriptors - found.open
        let names: [String]
        do throws(Errno) {
            names = try FilePath.names(in: folder, most: room + 1)
        } catch {
            if error.number == EACCES || error.number == EPERM { found.hidden += 1 }
            return
        }
        if names.count > room { found.isCut = true }
        for name in names.prefix(room) {
            found.open += 1
            guard let target = ProcText.link("\(folder)/\(name)") else { continue }
            if target.hasPrefix("socket:[") {
                sockets.insert(target.dropFirst(8).dropLast())
            } else if target.hasPrefix("/"), target != "/dev/null" {
                files.insert(target)
            }
        }
    }

    /// The line `Max open files SOFT HARD files`.
    private func limit(of pid: Int32) -> Int? {
        ProcText.lines("\(proc)/\(pid)/limits").first { $0.starts(with: ["Max", "open", "files"]) }
            .flatMap { $0.count > 3 ? Int($0[3]) : nil }
    }

    /// Sockets of the tree that wait for others, in the network that its main process sees.
    private mutating func ports(seenBy pid: Int32) -> [ProcessFiles.Port] {
        guard !sockets.isEmpty else { return [] }
        var ports: Set<ProcessFiles.Port> = []
        for (transport, state) in Self.tables {
            // Fields: number, local address, remote address, state, ..., the tenth is the inode.
            for fields in ProcText.lines("\(proc)/\(pid)/net/\(transport)") where fields.count > 9 {
                guard fields[3] == state, sockets.contains(fields[9]), let place = SocketAddress(fields[1]) else {
                    continue
                }
                ports.insert(ProcessFiles.Port(transport: transport, address: place.text, port: place.port))
            }
        }
        if ports.count > ProcessFiles.mostPorts { found.isCut = true }
        let order = ports.sorted { ($0.port, $0.transport, $0.address) < ($1.port, $1.transport, $1.address) }
        return Array(order.prefix(ProcessFiles.mostPorts))
    }
}

/// An address as `/proc/net/tcp` writes it: words of 32 bits in the order of the machine, then the port: `0100007F:1F90`.
struct SocketAddress: Hashable {
    var text: String
    var port: Int

    init?(_ field: Substring) {
        let parts = field.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1], radix: 16), [8, 32].contains(parts[0].utf8.count) else {
            return nil
        }
        var bytes: [UInt8] = []
        var rest = parts[0]
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            withUnsafeBytes(of: word) { bytes += $0 }
            rest = rest.dropFirst(8)
        }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return nil }
        text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        self.port = port
    }
}
