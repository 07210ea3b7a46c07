import CKernel
import Core
import Glibc

/// A user of this machine (passwd(5)).
struct Person: Hashable, Sendable {
    var uid: UInt32
    var gid: UInt32
    var name: String
    var home: String
    var shell: String
}

/// Why an attribute means nothing on this machine.
struct AttributeTrouble: Error, Hashable, Sendable {
    /// The key of the config.
    var key: String
    /// For people.
    var text: String
}

/// Users and groups by name or number. These calls may ask a server on the network: never on the control loop.
enum Users {
    /// Bytes of one entry; more members than fit are an error of the system's, and so are slow servers.
    private static let room = 1 << 20

    /// A user's or group's number as it is written; nil for what is none, and for the one that setresuid(2) and
    /// setresgid(2) take for "leave it as it is".
    static func number(_ text: String) -> UInt32? { UInt32(text).flatMap { $0 == .max ? nil : $0 } }

    /// nil when there is none.
    static func person(_ text: String) -> Person? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
            guard let memory = buffer.baseAddress else { return nil }
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let number = number(text)
            let error =
                number.map { getpwuid_r($0, &entry, memory, buffer.count, &found) }
                ?? getpwnam_r(text, &entry, memory, buffer.count, &found)
            guard error == 0, found != nil else { return nil }
            return Person(
                uid: entry.pw_uid, gid: entry.pw_gid, name: String(cString: entry.pw_name),
                home: String(cString: entry.pw_dir), shell: String(cString: entry.pw_shell))
        }
    }

    /// The number of a group; nil when there is none of that name.
    static func group(_ text: String) -> UInt32? {
        if let number = number(text) { return number }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
            guard let memory = buffer.baseAddress else { return nil }
            var entry = Glibc.group()
            var found: UnsafeMutablePointer<Glibc.group>?
            let error = getgrnam_r(text, &entry, memory, buffer.count, &found)
            return error == 0 && found != nil ? entry.gr_gid : nil
        }
    }

    /// The groups that a user is in, `gid` among them.
    static func groups(of person: Person, gid: UInt32) -> [UInt32] {
        var count = Int32(256)
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let before = count
            if getgrouplist(person.name, gid, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            guard count > before, count <= Int32(ProcessAttributes.maxGroups) else { return [gid] }
        }
    }
}

extension SpawnGrant {
    /// Looks up what the attributes of an app name. May block.
    init(_ attributes: ProcessAttributes) throws(AttributeTrouble) {
        set(OD_SET_UMASK.rawValue, attributes.umask) { $0.umask = UInt32($1) }
        set(OD_SET_NICE.rawValue, attributes.nice) { $0.nice = Int32($1) }
        set(OD_SET_OOM_SCORE.rawValue, attributes.oomScoreAdjust) { $0.oom_score_adj = Int32($1) }
        set(OD_SET_IO_PRIORITY.rawValue, attributes.ioNice) { $0.io_priority = $1.number }
        if attributes.noNewPrivileges == true { more.set |= OD_SET_NO_NEW_PRIVILEGES.rawValue }
        for (name, limit) in (attributes.limits ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let resource = Resource(rawValue: name) else { continue }
            limits.append(
                od_limit(resource: resource.number, reserved: 0, soft: limit.soft ?? .max, hard: limit.hard ?? .max))
        }
        if let numbers = attributes.cpuAffinity, let last = numbers.max() {
            more.set |= OD_SET_CPUS.rawValue
            cpus = [UInt64](repeating: 0, count: last / 64 + 1)
            for number in numbers { cpus[number / 64] |= 1 << UInt64(number % 64) }
        }
        try become(attributes)
    }

    private mutating func set<T>(_ bit: UInt32, _ value: T?, _ change: (inout od_spawn_more, T) -> Void) {
        guard let value else { return }
        more.set |= bit
        change(&more, value)
    }

    /// User and groups. What would change nothing is left out, since it may need rights all the same.
    private mutating func become(_ attributes: ProcessAttributes) throws(AttributeTrouble) {
        var person: Person?
        if let text = attributes.uid {
            person = Users.person(text)
            guard let uid = person?.uid ?? Users.number(text) else {
                throw AttributeTrouble(key: "uid", text: "there is no such user on this machine")
            }
            guard person != nil || attributes.gid != nil else {
                throw AttributeTrouble(key: "uid", text: "it is nobody in passwd, so ‘gid’ must say its group")
            }
            more.uid = uid
            more.set |= OD_SET_UID.rawValue
        }
        var gid = person?.gid
        if let text = attributes.gid {
            gid = Users.group(text)
            if gid == nil { throw AttributeTrouble(key: "gid", text: "there is no such group on this machine") }
        }
        if let gid {
            more.gid = gid
            more.set |= OD_SET_GID.rawValue
        }
        if let names = attributes.groups {
            for name in names {
                guard let number = Users.group(name) else {
                    throw AttributeTrouble(key: "groups", text: "there is no group ‘\(name)’ on this machine")
                }
                groups.append(number)
            }
            more.set |= OD_SET_GROUPS.rawValue
        } else if more.set & OD_SET_UID.rawValue != 0, let gid, geteuid() == 0 || more.uid != geteuid() {
            groups = person.map { Users.groups(of: $0, gid: gid) } ?? [gid]
            more.set |= OD_SET_GROUPS.rawValue
        }
        if let person {
            environment = ["HOME": person.home, "USER": person.name, "LOGNAME": person.name, "SHELL": person.shell]
        }
    }
}
