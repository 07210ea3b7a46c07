import Core
import Glibc
import Synchronization

/// How busy the machine is, from `/proc` (proc(5)) and statvfs(3). Blocks.
final class MachineWatch: Sendable {
    /// What has been counted up to a moment.
    private struct Counters {
        var at: Instant
        /// Ticks of each core.
        var cores: [(busy: UInt64, all: UInt64)]
        /// Sectors of 512 bytes, by the name of the device.
        var disks: [String: (read: UInt64, written: UInt64)]
        /// Bytes, by the name of the interface.
        var interfaces: [String: (received: UInt64, sent: UInt64)]
    }

    /// Who asks again within so many milliseconds gets the last answer: figures of a shorter time say little.
    static let pause = 500
    /// File systems of other machines, which may hang, and such as are no disk.
    private static let strange: Set<Substring> = [
        "nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "autofs", "squashfs", "iso9660",
    ]
    private static let sector = 512.0

    private let proc: String
    private let last = Mutex<(counters: Counters, info: MachineInfo)?>(nil)

    /// - Parameter proc: where the process file system is mounted.
    init(proc: String = ProcessTable.usualPlace) { self.proc = proc }

    func look(at now: Instant) -> MachineInfo {
        if let known = last.withLock({ $0 }), now.milliseconds(since: known.counters.at) < Self.pause {
            return known.info
        }
        let counters = Counters(at: now, cores: cores(), disks: traffic(), interfaces: interfaces())
        return last.withLock { last in
            let info = info(counters, since: last?.counters)
            last = (counters, info)
            return info
        }
    }

    private func info(_ new: Counters, since old: Counters?) -> MachineInfo {
        let seconds = old.map { Double(max(1, new.at.milliseconds(since: $0.at))) / 1000 }
        func rate(_ new: UInt64, _ old: UInt64?) -> Double? {
            guard let seconds, let old else { return nil }
            return new >= old ? Double(new - old) / seconds : 0
        }
        let memory = memory()
        var info = MachineInfo(
            swapUsed: memory.swapTotal - min(memory.swapTotal, memory.swapFree), swapTotal: memory.swapTotal,
            cached: memory.cached)
        if let old, old.cores.count == new.cores.count {
            info.cores = zip(new.cores, old.cores).map { new, old in
                guard new.all > old.all else { return 0 }
                return Double(new.busy - min(new.busy, old.busy)) / Double(new.all - old.all) * 100
            }
        }
        info.disks = disks(new) { name in
            guard let now = new.disks[name], let before = old?.disks[name] else { return nil }
            guard let read = rate(now.read, before.read), let written = rate(now.written, before.written) else {
                return nil
            }
            return (read * Self.sector, written * Self.sector)
        }
        info.interfaces = new.interfaces.sorted { $0.key < $1.key }.prefix(MachineInfo.mostInterfaces).map {
            let before = old?.interfaces[$0.key]
            return MachineInfo.Interface(
                name: $0.key, received: $0.value.received, sent: $0.value.sent,
                receiving: rate($0.value.received, before?.received), sending: rate($0.value.sent, before?.sent))
        }
        return info
    }

    /// Lines `cpuN user nice system idle iowait irq softirq steal` of /proc/stat.
    private func cores() -> [(busy: UInt64, all: UInt64)] {
        ProcText.lines(proc + "/stat").lazy
            .filter { ($0.first?.hasPrefix("cpu") ?? false) && ($0.first?.count ?? 0) > 3 }
            .prefix(MachineInfo.mostCores)
            .map { fields in
                let ticks = fields.dropFirst().prefix(8).map { UInt64($0) ?? 0 }
                let all = ticks.reduce(0, +)
                let idle = ticks.count > 4 ? ticks[3] + ticks[4] : 0
                return (all - idle, all)
            }
    }

    private func memory() -> (swapTotal: UInt64, swapFree: UInt64, cached: UInt64) {
        var values: [Substring: UInt64] = [:]
        for fields in ProcText.lines(proc + "/meminfo") where fields.count > 1 {
            values[fields[0]] = (UInt64(fields[1]) ?? 0) * 1024
        }
        return (values["SwapTotal:"] ?? 0, values["SwapFree:"] ?? 0, values["Cached:"] ?? 0)
    }

    /// /proc/diskstats: major, minor, name, reads, merged, sectors read, ms, writes, merged, sectors written.
    private func traffic() -> [String: (read: UInt64, written: UInt64)] {
        var disks: [String: (read: UInt64, written: UInt64)] = [:]
        for fields in ProcText.lines(proc + "/diskstats") where fields.count > 9 {
            disks[String(fields[2])] = (UInt64(fields[5]) ?? 0, UInt64(fields[9]) ?? 0)
        }
        return disks
    }

    /// /proc/net/dev: `eth0: bytes` and seven more received, then bytes sent. Not the loopback.
    private func interfaces() -> [String: (received: UInt64, sent: UInt64)] {
        var interfaces: [String: (received: UInt64, sent: UInt64)] = [:]
        for line in (ProcText.read(proc + "/net/dev") ?? "").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = parts[0].drop { $0 == " " }
            let fields = parts[1].split(separator: " ")
            guard fields.count > 8, name != "lo" else { continue }
            interfaces[String(name)] = (UInt64(fields[0]) ?? 0, UInt64(fields[8]) ?? 0)
        }
        return interfaces
    }

    /// What is mounted from a device of this machine, each once, and the root whatever it is from.
    private func disks(_ counters: Counters, _ rates: (String) -> (Double, Double)?) -> [MachineInfo.Disk] {
        var seen: Set<Substring> = []
        var disks: [MachineInfo.Disk] = []
        let mounts = ProcText.lines(proc + "/self/mounts").filter { $0.count > 2 && !Self.strange.contains($0[2]) }
        // The shortest path first: the others are binds of its parts.
        for fields in mounts.sorted(by: { ($0[1].count, $0[1]) < ($1[1].count, $1[1]) }) {
            guard disks.count < MachineInfo.mostDisks else { break }
            guard fields[0].hasPrefix("/dev/") || fields[1] == "/", !fields[2].hasPrefix("fuse"),
                seen.insert(fields[0]).inserted, let space = space(of: Self.unescaped(fields[1]))
            else { continue }
            let rate = rates(device(String(fields[0])))
            disks.append(
                MachineInfo.Disk(
                    path: Self.unescaped(fields[1]), used: space.used, total: space.total, available: space.available,
                    read: rate?.0, written: rate?.1))
        }
        return disks.sorted { $0.path < $1.path }
    }

    /// `sda1` of `/dev/sda1`, `dm-0` of `/dev/mapper/root`.
    private func device(_ path: String) -> String {
        let target = ProcText.link(path) ?? path
        return target.split(separator: "/").last.map(String.init) ?? ""
    }

    /// In bytes. What is available to users is less than what is free where root keeps some (statvfs(3)).
    private func space(of path: String) -> (used: UInt64, available: UInt64, total: UInt64)? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0, facts.f_blocks > 0 else { return nil }
        let block = UInt64(facts.f_frsize)
        let total = UInt64(facts.f_blocks) * block
        let free = min(total, UInt64(facts.f_bfree) * block)
        return (total - free, min(free, UInt64(facts.f_bavail) * block), total)
    }

    /// Blanks in paths stand as `\040` (getmntent(3)).
    private static func unescaped(_ path: Substring) -> String {
        String(path).replacing("\\040", with: " ").replacing("\\011", with: "\t").replacing("\\134", with: "\\")
    }
}
