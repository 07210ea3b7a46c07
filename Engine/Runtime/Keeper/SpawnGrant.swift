import CKernel
import Core

/// What the engine adds to an order: its attributes with every name looked up, a cgroup, descriptors, variables.
/// An empty one is what keepers of version 1 understand.
struct SpawnGrant: Sendable {
    /// Counts and `cgroup` are filled in when it is sent.
    var more = od_spawn_more()
    var groups: [UInt32] = []
    var limits: [od_limit] = []
    /// 64 CPUs each.
    var cpus: [UInt64] = []
    /// At most OD_PASSED_MAX; of those OD_LINK_FDS_MAX together with `cgroup` and a memfd travel with the frame.
    var passed: [PassedDescriptor] = []
    /// LISTEN_PID becomes the pid of the child.
    var tellsListenPid = false
    /// The directory of an empty cgroup of its own.
    var cgroup: Descriptor?
    /// Variables for an environment that does not have them.
    var environment: [String: String] = [:]
    /// Variables that win over those of the environment.
    var imposed: [String: String] = [:]

    /// It needs a keeper of version 2, whatever happens; a cgroup one may do without.
    var needsVersion2: Bool {
        more.set != 0 || !groups.isEmpty || !limits.isEmpty || !cpus.isEmpty || !passed.isEmpty || tellsListenPid
    }
}

/// A descriptor that a child finds under a number of its own.
struct PassedDescriptor: Sendable {
    enum Source: Sendable {
        case attached(Descriptor)
        /// The key under which the keeper stores it (OD_STORE).
        case stored(UInt64)
    }

    /// 3 to OD_PASSED_TARGET_MAX; 0 is its stdin.
    var target: Int32
    var source: Source
}

/// An OD_SPAWN as it travels: its body, and the descriptors beside it, which are closed with it.
struct SpawnFrame: Sendable {
    let body: [UInt8]
    let descriptors: [Descriptor]

    /// - Throws: EMFILE with more descriptors than a frame carries, ENOMEM and others for want of a memfd.
    init(_ order: SpawnOrder, _ grant: SpawnGrant) throws(Errno) {
        var head = od_spawn()
        head.instance = order.id.instance
        head.run = order.id.run
        head.argc = UInt32(order.arguments.count)
        let environment = Self.environment(order.environment, grant)
        head.envc = UInt32(environment.count)
        let strings = ([order.program, order.cwd] + order.arguments + environment).nulTerminated
        head.length = UInt32(strings.count)
        if grant.tellsListenPid { head.head |= OD_SPAWN_LISTEN_PID.rawValue }
        let isWhole = grant.needsVersion2 || grant.cgroup != nil
        if isWhole { head.head |= UInt32(OD_SPAWN_WHOLE) << 16 }
        let fixed = isWhole ? Int(OD_SPAWN_WHOLE) : MemoryLayout<od_spawn>.size
        let room = Int(OD_FRAME_MAX) - MemoryLayout<od_frame>.size - fixed
        let isInline = Self.tablesLength(grant) + strings.count <= room
        var descriptors: [Descriptor] = []
        var parts = Parts(grant, first: isInline ? 1 : 2)
        var payload = parts.tables + strings
        if !isInline {
            head.head |= OD_SPAWN_MEMFD.rawValue
            descriptors = [Descriptor(try Errno.check(od_sealed_file(payload, payload.count)))]
            payload = []
        }
        descriptors += parts.attached
        guard descriptors.count <= Int(OD_LINK_FDS_MAX) else { throw Errno(Int32(OD_E_MFILE.rawValue)) }
        parts.more.cgroup = parts.cgroup
        body = bytes(of: head) + (isWhole ? bytes(of: parts.more) : []) + payload
        self.descriptors = descriptors
    }

    private static func environment(_ given: [String], _ grant: SpawnGrant) -> [String] {
        let kept =
            grant.imposed.isEmpty ? given : given.filter { grant.imposed[String($0.prefix { $0 != "=" })] == nil }
        let names = Set(kept.map { $0.prefix { $0 != "=" } })
        let added = grant.environment.filter { !names.contains($0.key[...]) }.merging(grant.imposed) { $1 }
        return kept + added.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static func tablesLength(_ grant: SpawnGrant) -> Int {
        (grant.groups.count * 4 + 7) / 8 * 8 + grant.limits.count * MemoryLayout<od_limit>.size + grant.cpus.count * 8
            + grant.passed.count * MemoryLayout<od_passed>.size
    }

    /// The fixed part and the tables, with attached descriptors numbered from `first`.
    private struct Parts {
        var more: od_spawn_more
        var tables: [UInt8]
        var attached: [Descriptor] = []
        var cgroup: UInt32 = 0

        init(_ grant: SpawnGrant, first: UInt32) {
            more = grant.more
            more.groups = UInt32(grant.groups.count)
            more.limits = UInt32(grant.limits.count)
            more.cpus = UInt32(grant.cpus.count)
            more.passed = UInt32(grant.passed.count)
            tables = grant.groups.flatMap { bytes(of: $0) }
            if tables.count % 8 != 0 { tables += [0, 0, 0, 0] }
            tables += grant.limits.flatMap { bytes(of: $0) } + grant.cpus.flatMap { bytes(of: $0) }
            if let directory = grant.cgroup {
                attached.append(directory)
                cgroup = first
            }
            for one in grant.passed {
                var entry = od_passed()
                entry.target = one.target
                switch one.source {
                case .stored(let key): entry.key = key
                case .attached(let descriptor):
                    attached.append(descriptor)
                    entry.attached = first + UInt32(attached.count) - 1
                }
                tables += bytes(of: entry)
            }
        }
    }
}

/// The memory of a C struct.
private func bytes<T>(of value: T) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
}

extension [String] {
    /// All strings, each followed by a NUL.
    var nulTerminated: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reduce(0) { $0 + $1.utf8.count + 1 })
        for string in self {
            bytes += string.utf8
            bytes.append(0)
        }
        return bytes
    }
}
