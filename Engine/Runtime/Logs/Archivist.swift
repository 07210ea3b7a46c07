import CKernel
package import Core
import Synchronization

/// Compresses the old files of logs and removes what is kept no longer, on threads that give way to all others. What
/// takes long to compress holds up nothing but other files that are to be compressed.
final class Archivist: Sendable {
    private let worker: Worker
    private let packer: Worker
    private let isModest = Atomic<Bool>(false)
    /// What all logs may have together.
    let room: LogRoom

    /// - Parameter home: whose logs are looked at, and whose settings hold.
    /// - Throws: `OD9001` when the system gives no thread.
    init(home: String) throws(Failure) {
        worker = try Worker("od-archive")
        packer = try Worker("od-pack")
        room = LogRoom(home: home)
    }

    /// Looks at the logs of all apps, and at the settings for them, as they are when the engine begins.
    func begin() { tidy([], by: LogRotation(), at: WallTime(milliseconds: 0)) }

    /// Looks after the old files of one app's logs. When too many wait already, the next time does.
    func tidy(_ logs: [String], by rotation: LogRotation, at now: WallTime) {
        _ = worker.post { [self] in
            if !isModest.exchange(true, ordering: .relaxed) {
                od_be_modest()
                _ = packer.post { od_be_modest() }
            }
            let kept = Self.tidy(logs, by: rotation, at: now)
            room.review(logs)
            for part in kept { _ = packer.post { Self.compress(part.path, part.number) } }
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

    /// Removes what is too much. Returns the files that may be compressed.
    fileprivate static func tidy(_ logs: [String], by rotation: LogRotation, at now: WallTime) -> [LogPart] {
        var plain: Set<LogPart> = []
        let parts = logs.flatMap { log in
            LogParts.old(of: log).compactMap { piece -> LogPart? in
                guard let number = piece.number else { return nil }
                let part = LogPart(path: log, number: number, size: size(piece.path), modified: piece.modified)
                if !piece.isCompressed { plain.insert(part) }
                return part
            }
        }
        let excess = Set(rotation.excess(of: parts, at: now))
        for part in excess { remove(part.path, part.number) }
        for log in logs { finish(log) }
        return rotation.compress ? parts.filter { plain.contains($0) && !excess.contains($0) } : []
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
            // Nothing begins to be compressed meanwhile.
            packing.withLock { packing in
                switch part.kind {
                case _ where packing.contains(path): break
                case OD_PART_UNFINISHED.rawValue: _ = (path + LogParts.unfinished).withCString { od_remove($0) }
                case OD_PART_PLAIN.rawValue where gzip.contains(part.number): _ = path.withCString { od_remove($0) }
                case OD_PART_INDEX.rawValue where !plain.contains(part.number) && !gzip.contains(part.number):
                    _ = LogIndex.path(of: path).withCString { od_remove($0) }
                default: break
                }
            }
        }
    }

    /// The files that are being compressed: what is beside them is no rest of a crash.
    private static let packing = Mutex<Set<String>>([])

    fileprivate static func compress(_ log: String, _ number: UInt64) {
        let plain = LogParts.path(log, number)
        let gzip = plain + LogParts.gzip
        packing.withLock { _ = $0.insert(plain) }
        defer { packing.withLock { _ = $0.remove(plain) } }
        guard (try? GzipFile.compress(plain, to: gzip)) != nil else { return }
        // Removed meanwhile: then it is not wanted in this form either.
        if plain.withCString({ od_remove($0) }) == -Errno.noEntry { _ = gzip.withCString { od_remove($0) } }
    }
}

/// The archivist's work, at once: old files of these logs are compressed, and those that are too many, too old or too
/// much removed. Blocks.
package func tidyLogs(_ logs: [String], by rotation: LogRotation, at now: WallTime) {
    let kept = Archivist.tidy(logs, by: rotation, at: now)
    for part in kept { Archivist.compress(part.path, part.number) }
}
