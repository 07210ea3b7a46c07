import CKernel
import Glibc
import Testing

/// The files that say pids to other programs. What is no such file stays as it is.
struct PidFileTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    private func text(_ name: String) -> String? {
        guard let file = fopen(path(name), "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = fread(&bytes, 1, 100, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test func itIsWrittenReplacedAndRemoved() {
        #expect(od_pid_file_write(path("run/api.pid"), 77) == 0, "folders are made")
        #expect(od_pid_file_write(path("run/api.pid"), 78) == 0)
        #expect(text("run/api.pid") == "78\n")
        var facts = stat()
        #expect(stat(path("run/api.pid"), &facts) == 0 && facts.st_mode & 0o777 == 0o644)
        #expect(od_pid_file_remove(path("run/api.pid"), 77) == 0)
        #expect(text("run/api.pid") == "78\n", "it says another pid")
        #expect(od_pid_file_remove(path("run/api.pid"), 78) == 0)
        #expect(text("run/api.pid") == nil)
        #expect(od_pid_file_remove(path("run/api.pid"), 78) == 0)
    }

    @Test func anEmptyFileAndOneThatWasLeftAreReplaced() {
        folder.write("a.pid", "")
        folder.write("b.pid", "4711\r\n")
        folder.write("c.pid.77.new", "left over")
        for name in ["a.pid", "b.pid", "c.pid"] {
            #expect(od_pid_file_write(path(name), 77) == 0)
            #expect(text(name) == "77\n")
        }
    }

    @Test(arguments: ["data\n", "12 13\n", "1\n2\n", "99999999999\n", String(repeating: "1", count: 40)])
    func aFileOfSomebodyElseStays(_ content: String) {
        folder.write("file", content)
        #expect(od_pid_file_write(path("file"), 77) == -EEXIST)
        #expect(text("file") == content)
    }

    @Test func whatIsNoFileStays() {
        mkfifo(path("fifo"), 0o600)
        mkdir(path("folder"), 0o700)
        folder.write("victim", "1\n")
        symlink(path("victim"), path("link"))
        var facts = stat()
        for name in ["fifo", "folder"] {
            #expect(od_pid_file_write(path(name), 77) < 0)
            #expect(lstat(path(name), &facts) == 0 && facts.st_mode & S_IFMT != S_IFREG)
        }
        #expect(od_pid_file_write(path("link"), 77) < 0)
        #expect(text("victim") == "1\n")
    }

    /// A service user makes its run directory a link to where root keeps things.
    @Test(.enabled(if: geteuid() == 0, "only root has rights that a link could win"))
    func linksOfOthersAreNotFollowed() {
        mkdir(path("theirs"), 0o755)
        chown(path("theirs"), 65534, 65534)
        mkdir(path("secret"), 0o700)
        folder.write("secret/api.pid", "1\n")
        symlink(path("secret"), path("theirs/run"))
        lchown(path("theirs/run"), 65534, 65534)
        #expect(od_pid_file_write(path("theirs/run/api.pid"), 77) == -ELOOP)
        #expect(od_pid_file_remove(path("theirs/run/api.pid"), 1) == 0)
        #expect(text("secret/api.pid") == "1\n")
        #expect(od_pid_file_write(path("theirs/api.pid"), 77) == 0)
        var facts = stat()
        #expect(stat(path("theirs/api.pid"), &facts) == 0 && facts.st_uid == 65534)
    }
}
