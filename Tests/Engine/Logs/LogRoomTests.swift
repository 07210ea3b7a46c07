import Core
import Glibc
import Testing

@testable import Engine

/// The old logs of all apps on a disk, and the settings that say how many there may be.
@Suite struct LogRoomTests {
    private let home: String
    private let room: LogRoom

    init() throws {
        var template = Array("/tmp/od-room-XXXXXX".utf8CString)
        home = String(cString: try #require(mkdtemp(&template)))
        room = LogRoom(home: home)
    }

    private func run(_ body: () throws -> Void) rethrows {
        defer { removeAll(home) }
        try body()
    }

    private func removeAll(_ folder: String) {
        for name in Folder.names(folder) {
            let path = folder + "/" + name
            if unlink(path) != 0 { removeAll(path) }
        }
        rmdir(folder)
    }

    /// A file of `size` bytes, written last `time` seconds after 1970.
    private func put(_ path: String, size: Int = 100, time: Int) throws {
        var folder = home
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
        let file = open(home + "/" + path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        let bytes = [UInt8](repeating: 0x61, count: size)
        try #require(write(file, bytes, size) == size)
        let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
        try #require(futimens(file, times) == 0)
    }

    private func say(_ limit: String) throws {
        let text = "daemon: {logsMaxTotal: \(limit)}\n"
        unlink(home + "/config.yaml")
        let file = open(home + "/config.yaml", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0 && write(file, text, text.utf8.count) == text.utf8.count)
        close(file)
    }

    private func names(_ folder: String) -> [String] { Folder.names(home + "/" + folder).sorted() }

    @Test func theOldestOfAllProjectsGoAndNothingElse() throws {
        try run {
            try say("250")
            for (path, time) in [
                ("logs/shop/api-0.out.log", 1), ("logs/shop/api-0.out.log.1.gz", 2), ("logs/shop/api-0.out.log.2", 5),
                ("logs/blog/web.merged.err.log.7", 3), ("logs/blog/web.merged.err.log.8.gz", 4),
                ("logs/blog/gone-0.out.log.3", 1), ("logs/shop/api-0.out.log.1.idx", 1),
                // These are none of the old files.
                ("logs/shop/api-0.crash.log.1", 1), ("logs/shop/notes.1", 1), ("logs/shop/api-0.out.log.01", 1),
                ("logs/shop/api-0.out.log.x", 1), ("logs/shop/api-0.out.log.3.gz.part", 1), ("logs/stray.out.log.1", 1),
            ] {
                try put(path, time: time)
            }
            symlink("/etc/passwd", home + "/logs/shop/api-0.out.log.9")
            room.review([])
            #expect(names("logs/blog") == ["web.merged.err.log.8.gz"])
            #expect(
                names("logs/shop") == [
                    "api-0.crash.log.1", "api-0.out.log", "api-0.out.log.01", "api-0.out.log.2",
                    "api-0.out.log.3.gz.part", "api-0.out.log.9", "api-0.out.log.x", "notes.1",
                ])
            #expect(room.info == OldLogs(limit: 250, bytes: 200, removedFiles: 3, removedBytes: 300))
        }
    }

    /// Only when the count says so are all files looked at again.
    @Test func whatIsAddedIsCounted() throws {
        try run {
            try say("250")
            let log = home + "/logs/shop/api-0.out.log"
            try put("logs/shop/api-0.out.log.1", time: 1)
            room.review([])
            try put("logs/shop/api-0.out.log.2", time: 2)
            room.review([log])
            #expect(room.info.bytes == 200 && room.info.removedFiles == 0)
            try put("logs/shop/api-0.out.log.3", time: 3)
            room.review([log])
            #expect(names("logs/shop") == ["api-0.out.log.2", "api-0.out.log.3"])
        }
    }

    /// Somewhere else only the files of logs that apps write are touched.
    @Test func logsElsewhereCountWhileAnAppWritesThem() throws {
        try run {
            try say("150")
            let log = home + "/elsewhere/app.log"
            for (path, time) in [("elsewhere/app.log.1", 1), ("elsewhere/app.log.2", 2), ("elsewhere/other.log.1", 1)] {
                try put(path, time: time)
            }
            room.opened("/dev/null")
            room.opened(log)
            room.closed(log)
            room.review([])
            #expect(room.info.bytes == 0)
            room.opened(log)
            room.review([log])
            #expect(names("elsewhere") == ["app.log.2", "other.log.1"])
        }
    }

    /// Their owner may set any size and any time.
    @Test func filesOfStrangeSizesAndTimesAreCounted() throws {
        try run {
            try say("150")
            for number in 1...20 {
                try put("logs/shop/api-0.out.log.\(number)", time: number == 7 ? Int.max >> 10 : -number)
                // Where the file system takes no file so large it stays as it is.
                _ = truncate(home + "/logs/shop/api-0.out.log.\(number)", number < 10 ? Int.max >> 8 : 100)
            }
            room.review([])
            #expect(names("logs/shop").count <= 1)
            #expect(room.info.removedFiles >= 19)
        }
    }

    @Test func settingsAreReadWhenTheyChange() throws {
        try run {
            room.review([])
            #expect(room.info == OldLogs(limit: Defaults.allLogsMaxTotal, bytes: 0))
            try say("7K")
            room.review([])
            #expect(room.info.limit == 7 << 10)
            try say("much more")
            room.review([])
            #expect(room.info.limit == 7 << 10, "what is wrong changes nothing")
            unlink(home + "/config.yaml")
            room.review([])
            #expect(room.info.limit == Defaults.allLogsMaxTotal)
        }
    }
}
