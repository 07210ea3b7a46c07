internal import Core
internal import Engine
import Glibc
internal import OpenDaemon

/// What can be seen of the daemon, of what it left behind, and of its versions.
struct DaemonCheckup {
    let checkup: Checkup
    let session: Session

    func findings() async -> [Finding] {
        guard session.daemonRuns else { return [.ok("daemon", "none runs")] + leftovers() }
        do {
            let client = try await session.connect(start: .never)
            let status = try await client.call(Methods.status, Nothing())
            let processes = try await client.call(Methods.list, Nothing())
            let last = try? await client.call(Methods.events, EventListRequest(limit: 1)).last
            let logs = try? await client.call(Methods.logList, TargetRequest(targets: ["all"]))
            let hello = client.hello
            await client.close()
            var findings: [Finding] = [
                .ok("daemon", "engine pid \(status.pid), keeper pid \(status.keeperPid), \(status.apps) apps")
            ]
            if status.halted {
                findings.append(
                    .warn(
                        "daemon", "the home is halted: apps that were stopped with it stay down",
                        mend: "od daemon start"))
            }
            findings += Self.versions(status, protocolVersion: hello.version, own: checkup.od)
            findings += Self.clock(last?.at, now: .now)
            findings += LogCheckup.findings(status.oldLogs, home: checkup.home)
            return findings + strays(status, processes) + sick(processes) + Self.lost(logs ?? [])
        } catch let failure as Failure {
            return [.fail("daemon", failure)]
        } catch {
            return [.fail("daemon", "\(error)", mend: "od daemon logs")]
        }
    }

    // MARK: one that runs

    /// Whether what runs is what is installed.
    static func versions(_ status: DaemonStatus, protocolVersion: Int, own: Installation) -> [Finding] {
        let keeper = status.keeperVersion ?? status.version
        let others = [("engine", status.version), ("keeper", keeper)].filter { $0.1 != Product.version }
        if !others.isEmpty {
            let text = others.map { "the \($0.0) is \($0.1)" }.joined(separator: ", ")
            return [.warn("versions", "\(text), this od is \(Product.version)", mend: "od daemon restart: apps go on")]
        }
        if protocolVersion < Versions.newest {
            return [
                .warn(
                    "versions", "the engine speaks protocol \(protocolVersion), this od \(Versions.newest)",
                    mend: "od daemon restart: apps go on")
            ]
        }
        for (name, pid, file) in [("engine", status.pid, own.od), ("keeper", status.keeperPid, own.keeper)]
        where FilePath.kind(of: "/proc/\(pid)/exe") != nil && !Executable.areSame(file, "/proc/\(pid)/exe") {
            return [
                .warn(
                    "versions",
                    "the \(name) runs another file than \(file): it was replaced, or is another installation",
                    mend: "od daemon restart: apps go on")
            ]
        }
        return [.ok("versions", "od, engine and keeper are \(Product.version)")]
    }

    /// Logs that cannot be written: apps go on, what they say is lost.
    static func lost(_ logs: [LogInfo]) -> [Finding] {
        logs.compactMap { log in
            log.trouble.map {
                .warn(
                    "logs", "\(log.path) cannot be written, what \(log.name) says is lost: \($0)",
                    mend: "make room, or correct permissions: ls -ld \(log.path)")
            }
        }
    }

    /// Milliseconds by which an event may be ahead.
    private static let slack: Int64 = 60_000

    /// An event of the future: the clock was set back since.
    static func clock(_ last: WallTime?, now: WallTime) -> [Finding] {
        guard let last, last.milliseconds > now.milliseconds + slack else { return [] }
        return [
            .warn(
                "clock", "the last event is of \(last), now is \(now): the clock was set back",
                mend: "look at timedatectl; --since and ages of logs are wrong until then")
        ]
    }

    private func strays(_ status: DaemonStatus, _ processes: [InstanceInfo]) -> [Finding] {
        let found = Strays.find(
            mains: Set(processes.compactMap(\.pid)), engine: status.pid, worker: status.keeperPid)
        guard !found.isEmpty else { return [.ok("strays", "no process has got away from its app")] }
        let names = found.prefix(8).map { "\($0.name) (pid \($0.pid))" }.joined(separator: ", ")
        return [
            .warn(
                "strays", "got away from their apps, which had no cgroup: \(names)",
                mend: "kill \(found.prefix(8).map { "\($0.pid)" }.joined(separator: " ")) if nobody needs them")
        ]
    }

    private func sick(_ processes: [InstanceInfo]) -> [Finding] {
        let errored = processes.filter { $0.status == .errored }
        guard let first = errored.first else { return [] }
        return [
            .warn(
                "apps", "gave up: \(errored.prefix(8).map(\.label).joined(separator: ", "))",
                mend: "od why \(first.label)")
        ]
    }

    // MARK: none

    /// What a daemon that was killed has left.
    private func leftovers() -> [Finding] {
        var findings: [Finding] = []
        let home = checkup.home
        let files = ["od.sock", "engine.pid", "keeper.pid"].filter { FilePath.kind(of: "\(home)/\($0)") != nil }
        if !files.isEmpty {
            findings.append(
                .warn(
                    "leftovers", "\(files.joined(separator: ", ")): the daemon was killed",
                    mend: "od daemon start replaces them"))
        }
        let orphans = Self.orphans(of: home)
        if !orphans.isEmpty {
            findings.append(
                .warn(
                    "orphans",
                    "apps of this home live without a daemon: pids \(orphans.map { "\($0)" }.joined(separator: ", "))",
                    mend: "od daemon start takes them over"))
        }
        if let mounts = checkup.read("/proc/self/mountinfo"), let own = checkup.read("/proc/self/cgroup"),
            let place = CgroupPlace.ofApps(mountinfo: mounts, membership: own), orphans.isEmpty,
            let family = CgroupTree.families(of: home, in: place).first
        {
            findings.append(
                .warn(
                    "cgroups", "\(place)/\(family) is left of a daemon that was killed",
                    mend: "od daemon start removes it"))
        }
        return findings
    }

    /// Processes that say themselves that they are runs of that home. Of other users nothing can be seen.
    static func orphans(of home: String) -> [Int32] {
        var found: [Int32] = []
        for name in (try? FilePath.names(in: "/proc")) ?? [] {
            guard let pid = Int32(name), pid != getpid(),
                let bytes = FilePath.read("/proc/\(pid)/environ", limit: 1 << 20)
            else { continue }
            let variables = bytes.split(separator: 0)
            if variables.contains(where: { $0.elementsEqual("OD_HOME=\(home)".utf8) }),
                variables.contains(where: { $0.starts(with: "OD_INSTANCE=".utf8) })
            {
                found.append(pid)
            }
        }
        return found.sorted()
    }
}
