import Core
@testable import Engine
import Glibc
import Testing

/// Old files whose owner sets times and sizes as he likes. Only some file systems can keep such: the bounds hold where
/// they can.
@Suite struct HostileFileTests {
    @Test func absurdTimesAndSizesAreMeasured() throws {
        let folder = "/dev/shm/od-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try #require(mkdir(folder, 0o700) == 0)
        defer { rmdir(folder) }
        let log = folder + "/out.log"
        let parts = [(1, Int.min), (2, .max), (3, -1)]
        defer { for (number, _) in parts { unlink("\(log).\(number)") } }
        for (number, seconds) in parts {
            let file = open("\(log).\(number)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            try #require(file >= 0)
            defer { close(file) }
            _ = ftruncate(file, .max)
            _ = futimens(file, [timespec(tv_sec: 0, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 999_999_999)])
        }
        let found = LogParts.measure(LogInfo(namespace: "n", name: "a", instance: 0, channel: .out, path: log))
        #expect(found.oldFiles == 3 && found.oldSize <= 3 << 50)
        #expect(try #require(found.oldest).milliseconds >= 0)
    }
}
