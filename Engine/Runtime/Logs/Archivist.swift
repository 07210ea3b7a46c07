import CKernel
package import Core
import Synchronization

/// Compresses the old files of logs and removes what is kept no longer, on a thread that gives way to all others.
final class Archivist: Sendable {
    private let worker: Worker
    private let isModest = Atomic<Bool>(false)
    /// What all logs may have together.
    let room: LogRoom

    /// - Parameter home: whose logs are looked at, and whose settings hold.
    /// - Throws: `OD9001` when the system gives no thread.
    init(home: String) throws(Failure) {
        worker = try Worker("od-archive")
        room = LogRoom(home: home)
    }

    /// Looks at the logs of all apps, and at the settings for them, as they are when the engine begins.
    func begin() { tidy([], by: LogRotation(), at: WallTime(milliseconds: 0)) }

    /// Looks after the old files of one app's logs. When too many wait already, the next time does.
    func tidy(_ logs: [String], by rotation: LogRotation, at now: WallTime) {
        _ = worker.post { [self] in
            if !isModest.exchange(true, ordering: .relaxed) { od_be_modest() }
            Self.tidy(logs, by: rotation, at: now)
            room.review(logs)
        }
    }

    /// Removes the old files of a log up to a number. Returns how many bytes they had on the disk.
    func remove(_ log: String, through last: UInt64) async throws -> UInt64 {
        try await worker.run {
            var bytes: UInt64 = 0
            for piece in LogParts.old(of: log) {
                guard let number = piece.number, number <= last else { continue }
                bytes += UInt64(Self.size(piece.path))
                Self.remove(log, number)
            }
            return bytes
        }
    }

    /// Keeps the last lines of a run that crashed. When too many wait already, they are not kept.
    ///
    /// - Parameter since: when the run began.
    func keep(_ crash: CrashNote, _ ends: [LogEnd], since: WallTime?) {
        _ = worker.post {
            do throws(Failure) {
                try CrashLog.keep(crash, ends, since: since)
            } catch {
                Log.write("\(error)", .warn)
            }
        }
    }

    fileprivate static func tidy(_ logs: [String], by rotation: LogRotation, at now: WallTime) {
        let parts = logs.flatMap { log in
            LogParts.old(of: log).compactMap { piece in
                piece.number.map { LogPart(path: log, number: $0, size: size(piece.path), modified: piece.modified) }
            }
        }
        let excess = Set(rotation.excess(of: parts, at: now))
        for part in excess { remove(part.path, part.number) }
        for log in logs { finish(log) }
        guard rotation.compress else { return }
        for part in parts where !excess.contains(part) { compress(part.path, part.number) }
    }

    private static func size(_ path: String) -> Int {
        var stat = od_pump_stat()
        return path.withCString { od_pump_stat_path($0, &stat) } == 0 ? Int(stat.size) : 0
    }

    /// Removes an old file, whatever has become of it. Blocks.
    static func remove(_ log: String, _ number: UInt64) {
        let plain = LogParts.path(log, number)
        for path in [plain, plain + LogParts.gzip, LogIndex.path(of: plain)] { _ = path.withCString { od_remove($0) } }
    }

    /// Ends what a crash has left: a compression that was not finished, a plain file whose compressed one is whole, an
    /// index of nothing.
    private static func finish(_ log: String) {
        let found = LogParts.find(log)
        let plain = Set(found.filter { $0.kind == OD_PART_PLAIN.rawValue }.map(\.number))
        let gzip = Set(found.filter { $0.kind == OD_PART_GZIP.rawValue }.map(\.number))
        for part in found {
            let path = LogParts.path(log, part.number)
            switch part.kind {
            case OD_PART_UNFINISHED.rawValue: _ = (path + LogParts.unfinished).withCString { od_remove($0) }
            case OD_PART_PLAIN.rawValue where gzip.contains(part.number): _ = path.withCString { od_remove($0) }
            case OD_PART_INDEX.rawValue where !plain.contains(part.number) && !gzip.contains(part.number):
                _ = LogIndex.path(of: path).withCString { od_remove($0) }
            default: break
            }
        }
    }

    private static func compress(_ log: String, _ number: UInt64) {
        let plain = LogParts.path(log, number)
        guard (try? GzipFile.compress(plain, to: plain + LogParts.gzip)) != nil else { return }
        _ = plain.withCString { od_remove($0) }
    }
}

/// The archivist's work, at once: old files of these logs are compressed, and those that are too many, too old or too
/// much removed. Blocks.
package func tidyLogs(_ logs: [String], by rotation: LogRotation, at now: WallTime) {
    Archivist.tidy(logs, by: rotation, at: now)
}
