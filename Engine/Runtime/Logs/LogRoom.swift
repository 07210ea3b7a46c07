import CKernel
import Core
import Glibc
import Synchronization

/// Holds the old log files of all apps together to the limit that the daemon's settings say (`LogQuota`).
///
/// Below the home all logs count, also those of apps that were deleted; elsewhere those of apps that are there. The
/// last lines of crashes are no old files. What blocks runs on the archivist's thread.
final class LogRoom: Sendable {
    /// Logs elsewhere that count; more do not.
    private static let mostElsewhere = 4096
    /// Names of a folder that are looked at.
    private static let mostNames = 1 << 20

    private struct State {
        var quota = LogQuota()
        var elsewhere: Set<String> = []
    }

    /// Which settings file was read.
    private struct Stamp: Equatable {
        var inode: UInt64
        var size: UInt64
        var seconds: Int
        var nanoseconds: Int
    }

    private let home: String
    private let state = Mutex(State())
    /// Of the settings that hold; nil for none.
    private let stamp = Mutex<Stamp?>(nil)

    init(home: String) {
        self.home = home
    }

    private var folder: String { home + "/logs" }

    /// An app writes to a log.
    func opened(_ log: String) {
        guard !log.hasPrefix(folder + "/"), !log.hasPrefix("/dev/") else { return }
        state.withLock { state in
            if state.elsewhere.count < Self.mostElsewhere { state.elsewhere.insert(log) }
        }
    }

    /// No app writes to it any more.
    func closed(_ log: String) {
        _ = state.withLock { $0.elsewhere.remove(log) }
    }

    /// For `daemon.status`.
    var info: OldLogs {
        state.withLock { state in
            OldLogs(
                limit: state.quota.limit, bytes: state.quota.total, removedFiles: state.quota.removedFiles,
                removedBytes: state.quota.removedBytes)
        }
    }

    // MARK: the archivist's thread

    /// The old files of some logs have changed, or maybe the settings: removes what is too much. Blocks.
    func review(_ logs: [String]) {
        readSettings()
        // Only this thread changes it; who asks for `info` does not wait for it.
        var (quota, elsewhere) = state.withLock { ($0.quota, $0.elsewhere) }
        if quota.noted(Dictionary(logs.map { ($0, Self.size(of: $0)) }, uniquingKeysWith: { first, _ in first })) {
            let verdict = quota.looked(at: parts(elsewhere))
            if verdict.isNews {
                Log.write(
                    "the old logs of all apps have more than \(quota.limit) bytes (daemon.logsMaxTotal): the oldest go",
                    .warn)
            }
            for part in verdict.excess { Archivist.remove(part.path, part.number) }
        }
        let counted = quota
        state.withLock { $0.quota = counted }
    }

    /// Reads the settings when the file is another one than before. What is wrong is told, and changes nothing.
    private func readSettings() {
        var facts = stat()
        let isThere = lstat(home + "/" + DaemonSettings.file, &facts) == 0
        let found =
            isThere
            ? Stamp(
                inode: UInt64(facts.st_ino), size: UInt64(facts.st_size), seconds: facts.st_mtim.tv_sec,
                nanoseconds: facts.st_mtim.tv_nsec) : nil
        let isNew = stamp.withLock { stamp in
            defer { stamp = found }
            return stamp != found
        }
        guard isNew else { return }
        do throws(Failure) {
            let limit = try DaemonSettings.read(home: home).logsMaxTotal ?? Defaults.allLogsMaxTotal
            state.withLock { $0.quota.set(limit: limit) }
        } catch {
            Log.write("the daemon's settings stay as they were: \(error.what): \(error.why)", .warn)
        }
    }

    private static func size(of log: String) -> Int {
        LogParts.find(log).filter { $0.kind == OD_PART_PLAIN.rawValue || $0.kind == OD_PART_GZIP.rawValue }
            .reduce(0) { min($0, .max - Int(clamping: $1.size)) + Int(clamping: $1.size) }
    }

    /// All old files. Each folder is looked at once.
    private func parts(_ elsewhere: Set<String>) -> [LogPart] {
        let projects = (try? FilePath.names(in: folder, most: Self.mostNames)) ?? []
        var parts = projects.flatMap { Self.parts(in: folder + "/" + $0) { Self.isOurs($0) } }
        for (folder, logs) in Dictionary(grouping: elsewhere, by: { FilePath.directory(of: $0) }) {
            let names = Set(logs.map { FilePath.name(of: $0) })
            parts += Self.parts(in: folder) { names.contains($0) }
        }
        return parts
    }

    /// The name of a log below the home: `APP-0.out.log`, `APP.merged.err.log`. What is kept of a crash is none.
    private static func isOurs(_ name: String) -> Bool { name.hasSuffix(".out.log") || name.hasSuffix(".err.log") }

    private static func parts(in folder: String, of isLog: (String) -> Bool) -> [LogPart] {
        var parts: [String: LogPart] = [:]
        for name in (try? FilePath.names(in: folder, most: mostNames)) ?? [] {
            guard let (log, number) = split(name), isLog(log) else { continue }
            var facts = od_pump_stat()
            guard "\(folder)/\(name)".withCString({ od_pump_stat_path($0, &facts) }) == 0, facts.regular != 0 else {
                continue
            }
            let key = "\(log).\(number)"
            // While it is compressed both are there.
            parts[key] = LogPart(
                path: "\(folder)/\(log)", number: number, size: Int(facts.size) + (parts[key]?.size ?? 0),
                modified: WallTime(milliseconds: facts.modified))
        }
        return Array(parts.values)
    }

    /// The log and the number of an old file: `x.log` and 7 of `x.log.7` and `x.log.7.gz`.
    private static func split(_ name: String) -> (String, UInt64)? {
        let plain = name.hasSuffix(LogParts.gzip) ? name.dropLast(LogParts.gzip.count) : name[...]
        guard let dot = plain.lastIndex(of: "."), let number = UInt64(plain[plain.index(after: dot)...]), number > 0,
            LogParts.path(String(plain[..<dot]), number) == plain
        else { return nil }
        return (String(plain[..<dot]), number)
    }
}
