/// What a process of an app is made before it executes its program: user, limits, priorities. nil is "as the keeper is".
///
/// Users and groups are names or numbers; the engine looks them up at each start.
public struct ProcessAttributes: Hashable, Sendable, Codable {
    /// File mode bits that new files do not get, 0 to 0o777.
    public var umask: Int?
    public var uid: String?
    /// By default the user's own group, with `uid`.
    public var gid: String?
    /// Supplementary groups; by default the user's, with `uid`.
    public var groups: [String]?
    /// -20 (first) to 19 (last).
    public var nice: Int?
    public var ioNice: IOPriority?
    /// By the names of `Resource`.
    public var limits: [String: ResourceLimit]?
    /// Numbers of CPUs, rising.
    public var cpuAffinity: [Int]?
    /// Its programs gain no rights by set-user-ID bits or file capabilities.
    public var noNewPrivileges: Bool?
    /// -1000 (never killed for want of memory) to 1000 (first).
    public var oomScoreAdjust: Int?

    public init() {}

    public var isEmpty: Bool { self == ProcessAttributes() }

    /// Highest number of a CPU.
    package static let maxCPU = 8191
    /// Groups that the system takes (NGROUPS_MAX).
    package static let maxGroups = 65536
}

/// The scheduling of disk accesses (ioprio_set(2)).
public struct IOPriority: Hashable, Sendable, Codable {
    /// The classes of the kernel's scheduler: first of all, by level, only when nobody else wants the disk.
    public enum Class: String, Hashable, Sendable, Codable, CaseIterable {
        case realtime
        case bestEffort = "best-effort"
        case idle
    }

    public var `class`: Class
    /// 0 (first) to 7 (last); means nothing to `idle`.
    public var level: Int

    public init(_ class: Class, level: Int = Defaults.ioLevel) {
        self.class = `class`
        self.level = level
    }

    /// As the system call takes it: the class from bit 13 on, 1 to 3, and the level.
    package var number: UInt32 {
        switch self.class {
        case .realtime: 1 << 13 | UInt32(level)
        case .bestEffort: 2 << 13 | UInt32(level)
        case .idle: 3 << 13
        }
    }
}

/// A limit of setrlimit(2); nil is unlimited.
public struct ResourceLimit: Hashable, Sendable, Codable {
    /// What holds; the process itself may raise it up to `hard`.
    public var soft: UInt64?
    public var hard: UInt64?

    public init(soft: UInt64?, hard: UInt64?) {
        self.soft = soft
        self.hard = hard
    }
}

/// What setrlimit(2) can limit, in the order of its numbers on x86 and ARM.
public enum Resource: String, Hashable, Sendable, CaseIterable {
    case cpu, fsize, data, stack, core, rss, nproc, nofile, memlock
    case addressSpace = "as"
    case locks, sigpending, msgqueue, nice, rtprio, rttime

    /// RLIMIT_*
    package var number: UInt32 { UInt32(Self.allCases.firstIndex(of: self) ?? 0) }
}

extension ProcessAttributes {
    /// The first value that no process can have: its key and what would be right. nil when all is well.
    package var problem: (key: String, wanted: String)? {
        if let umask, !(0...0o777).contains(umask) { return ("umask", "0 to 0777") }
        if let nice, !(-20...19).contains(nice) { return ("nice", "-20 to 19") }
        if let ioNice, !(0...7).contains(ioNice.level) { return ("ioNice.level", "0 to 7") }
        if let score = oomScoreAdjust, !(-1000...1000).contains(score) { return ("oomScoreAdjust", "-1000 to 1000") }
        if let cpus = cpuAffinity, cpus.isEmpty || !cpus.allSatisfy({ (0...Self.maxCPU).contains($0) }) {
            return ("cpuAffinity", "numbers of CPUs, 0 to \(Self.maxCPU)")
        }
        if let groups, groups.count > Self.maxGroups { return ("groups", "\(Self.maxGroups) at most") }
        for (name, limit) in (limits ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard Resource(rawValue: name) != nil else { return ("limits", "by the names of setrlimit, not ‘\(name)’") }
            if (limit.soft ?? .max) > (limit.hard ?? .max) {
                return ("limits.\(name)", "no higher than its hard limit")
            }
        }
        let names = [uid, gid].compactMap { $0 } + (groups ?? [])
        if names.contains(where: { $0.isEmpty || $0.utf8.contains(0) }) { return ("uid, gid or groups", "a name") }
        return nil
    }
}
