internal import Core
internal import Engine
internal import Widgets

/// The old logs of all apps, and the daemon's settings for them.
enum LogCheckup {
    static func mend(_ home: String) -> String {
        "set logRotation of the largest (du -s \(home)/logs/* | sort -n), or daemon.logsMaxTotal in "
            + "\(home)/\(DaemonSettings.file)"
    }

    /// What the daemon says of them; nothing from one that does not tell.
    static func findings(_ logs: OldLogs?, home: String) -> [Finding] {
        guard let logs else { return [] }
        let have = logs.bytes.map { Format.bytes(UInt64(clamping: $0)) } ?? "not yet counted"
        let limit = logs.limit > 0 ? " of \(Format.bytes(UInt64(clamping: logs.limit)))" : ", without a limit"
        guard logs.removedFiles > 0 else { return [.ok("old logs", have + limit)] }
        let removed = "\(logs.removedFiles) files, \(Format.bytes(UInt64(clamping: logs.removedBytes)))"
        return [
            .warn(
                "old logs", "\(have)\(limit); the oldest of all apps were removed for it: \(removed)", mend: mend(home))
        ]
    }
}

extension Checkup {
    /// The daemon's own settings; nothing where there are none.
    func settings() -> [Finding] {
        let path = home + "/" + DaemonSettings.file
        guard FilePath.kind(of: path) != nil else { return [] }
        do throws(Failure) {
            _ = try DaemonSettings.read(home: home)
            return [.ok("settings", path)]
        } catch {
            return [.fail("settings", error)]
        }
    }
}
