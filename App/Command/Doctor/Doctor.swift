internal import ArgumentParser
internal import Core
internal import Engine
import Glibc
internal import OpenDaemon
internal import Widgets

struct Doctor: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Looks whether all is well with this home and this machine; starts and changes nothing.",
        usage: "od doctor [OPTIONS]",
        discussion: "Each finding says what mends it. Exit code 1 when something is broken; doubts are no failure.")

    @OptionGroup var globals: Globals

    func run(_ session: Session) async throws {
        try session.requireLocal("what od doctor looks at")
        let checkup = Checkup(home: session.home, od: Installation.ofThisProcess())
        var findings = checkup.homeFindings()
        findings += await DaemonCheckup(checkup: checkup, session: session).findings()
        findings += checkup.machineFindings()
        findings += checkup.configFindings(in: FilePath.currentDirectory())
        findings += BootCheckup(checkup).findings()
        findings += DashboardCheckup(folders: UserFolders(home: session.home).paths).findings()
        session.printer.findings(findings)
        if findings.contains(where: { $0.state == .fail }) { throw ExitCode(1) }
    }
}

/// What can be seen of a home and of the machine without a daemon.
struct Checkup: Sendable {
    var home: String
    var od: Installation
    /// Texts of the kernel's small files.
    var read: @Sendable (String) -> String? = { CgroupTree.text($0) }
    /// What the kernel says of its clock.
    var keptClock: @Sendable () -> KeptClock? = { KeptClock.ofThisMachine }

    // MARK: the home

    func homeFindings() -> [Finding] {
        var facts = stat()
        guard stat(home, &facts) == 0 else {
            return errno == ENOENT
                ? [.ok("home", "\(home) is not there yet: the first app makes it")] + executables()
                : [.fail("home", "\(home): \(String(cString: strerror(errno)))", mend: "ls -ld \(home)")]
        }
        return [homeMode(facts)] + settings() + token() + disk() + logs() + executables()
    }

    private func homeMode(_ facts: stat) -> Finding {
        let mode = String(facts.st_mode & 0o777, radix: 8)
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            return .fail("home", "\(home) is no directory", mend: "od --home DIR, or set OD_HOME")
        }
        guard facts.st_uid == geteuid() else {
            return .fail(
                "home", "\(home) belongs to user \(facts.st_uid)", mend: "od --home DIR, or set OD_HOME to one of yours"
            )
        }
        if let type = OpenDaemon.networkFileSystem(of: home) {
            return .fail(
                "home", "\(home) is on \(type), which does not hold locks and sockets of one machine",
                mend: "od --home DIR with a local disk, or set OD_HOME")
        }
        if facts.st_mode & 0o022 != 0 {
            return .fail("home", "others can write to \(home) (mode \(mode))", mend: "chmod 700 \(home)")
        }
        return facts.st_mode & 0o077 != 0
            ? .warn("home", "others can read \(home) (mode \(mode))", mend: "chmod 700 \(home)")
            : .ok("home", "\(home), mode \(mode)")
    }

    /// Bytes and files below which we warn, and bytes below which nothing works.
    private static let littleRoom: UInt64 = 200 << 20
    private static let noRoom: UInt64 = 8 << 20
    private static let fewFiles: UInt64 = 2000

    private func disk() -> [Finding] {
        var facts = statvfs()
        guard statvfs(home, &facts) == 0 else { return [] }
        let free = UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
        let text = "\(Format.bytes(free)) free"
        let mend = "df -h \(home); du -sh \(home)/logs"
        // Some file systems count no files.
        if facts.f_files > 0, facts.f_favail < Self.fewFiles {
            return [.warn("disk", "only \(facts.f_favail) files can be made yet", mend: "df -i \(home)")]
        }
        if free < Self.noRoom { return [.fail("disk", "\(text): soon nothing can be stored", mend: mend)] }
        return [free < Self.littleRoom ? .warn("disk", text, mend: mend) : .ok("disk", text)]
    }

    /// Files that are looked at, and bytes of them that are many.
    private static let mostFiles = 20_000
    private static let muchLog: UInt64 = 20 << 30

    private func logs() -> [Finding] {
        var (bytes, count): (UInt64, Int) = (0, 0)
        var folders = [home + "/logs"]
        while let folder = folders.popLast(), count < Self.mostFiles {
            for name in (try? FilePath.names(in: folder, most: Self.mostFiles - count)) ?? [] {
                var facts = stat()
                guard lstat("\(folder)/\(name)", &facts) == 0 else { continue }
                count += 1
                if facts.st_mode & S_IFMT == S_IFDIR { folders.append("\(folder)/\(name)") }
                if facts.st_mode & S_IFMT == S_IFREG { bytes += UInt64(facts.st_blocks) * 512 }
            }
        }
        let text = "\(Format.bytes(bytes)) in \(count < Self.mostFiles ? "" : "more than ")\(count) files and folders"
        return [
            bytes > Self.muchLog
                ? .warn("logs", text, mend: LogCheckup.mend(home))
                : .ok("logs", text)
        ]
    }

    private func executables() -> [Finding] {
        guard FilePath.isExecutable(od.keeper) else {
            return [
                .fail(
                    "executables", "there is no od-keeper beside \(od.od)",
                    mend: "install od and od-keeper side by side")
            ]
        }
        var facts = stat()
        guard stat(od.od, &facts) == 0 else { return [] }
        let isOpen = facts.st_mode & 0o022 != 0
        return [
            isOpen
                ? .warn("executables", "others can write to \(od.od)", mend: "chmod go-w \(od.od) \(od.keeper)")
                : .ok("executables", "\(od.od) \(Product.version), od-keeper beside it")
        ]
    }

    // MARK: the machine

    func machineFindings() -> [Finding] { [descriptors(), pipes(), watches(), clock(), cgroups()] }

    private static let fewDescriptors: UInt64 = 4096

    private func descriptors() -> Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let text = limit.rlim_max > 1 << 40 ? "no limit of descriptors" : "\(limit.rlim_max) descriptors at most"
        return limit.rlim_max < Self.fewDescriptors
            ? .warn(
                "descriptors", "\(text): the keeper needs 5 an app",
                mend: "raise the hard limit: ulimit -Hn, /etc/security/limits.conf, LimitNOFILE= of the unit")
            : .ok("descriptors", text)
    }

    private func number(_ path: String) -> Int? {
        read(path).flatMap { Int($0.split(separator: "\n").first ?? "") }
    }

    private func pipes() -> Finding {
        let pages = number("/proc/sys/fs/pipe-user-pages-soft") ?? 0
        // 16 pages a pipe, two pipes an app; beyond it pipes are small, which only costs time.
        guard pages > 0, pages < 32 * 64, geteuid() != 0 else { return .ok("pipes", "room for the pipes of many apps") }
        return .warn(
            "pipes", "\(pages) pages for pipes of a user: with more than \(pages / 32) apps they get small ones",
            mend: "sysctl fs.pipe-user-pages-soft=16384")
    }

    private func watches() -> Finding {
        guard let count = number("/proc/sys/fs/inotify/max_user_watches") else {
            return .ok("inotify", "this kernel does not say")
        }
        return count < 8192
            ? .warn("inotify", "only \(count) files can be watched", mend: "sysctl fs.inotify.max_user_watches=524288")
            : .ok("inotify", "\(count) watches")
    }

    /// No clock that is right is before this: 2025-01-01.
    private static let earliest: Int64 = 1_735_689_600

    private func clock() -> Finding {
        Int64(time(nil)) < Self.earliest
            ? .fail(
                "clock", "the machine believes that it is \(WallTime.now)", mend: "set it: timedatectl set-ntp true")
            : keptClockFinding()
    }

    private func cgroups() -> Finding {
        // Where the daemon is: that may be a service's, and we in a terminal's.
        let daemon = number(home + "/engine.pid").flatMap { read("/proc/\($0)/cgroup") }
        let none = "no cgroup of version 2 is ours: what leaves an app's session and clears its environment gets away"
        let mend = "od startup: the service gets one (Delegate=yes)"
        guard let mounts = read("/proc/self/mountinfo"), let own = daemon ?? read("/proc/self/cgroup"),
            let place = CgroupPlace.ofApps(mountinfo: mounts, membership: own),
            access(place + "/cgroup.procs", W_OK) == 0
        else { return .warn("cgroups", none, mend: mend) }
        return .ok("cgroups", "apps get their own below \(place)")
    }

    // MARK: the config

    /// The config of the folder that somebody stands in.
    func configFindings(in folder: String) -> [Finding] {
        do throws(Failure) {
            guard let file = try ConfigFile.trusted(in: folder) else { return [] }
            // Nothing is run here, not even a config that is a program.
            if ConfigScript.isOne(file) { return [.ok("config", "\(file): a program; od validate runs and checks it")] }
            let config = try ConfigFile.load(".", in: folder)
            let notes = config.warnings.joined(separator: "\n")
            let text = "\(file): \(config.apps.count) apps"
            return [
                notes.isEmpty ? .ok("config", text) : .warn("config", notes, mend: "look at the keys that it names")
            ]
        } catch {
            return [.fail("config", error)]
        }
    }
}
