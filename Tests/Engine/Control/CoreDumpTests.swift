import Core
import Glibc
import Testing

@testable import Engine

/// Where a core lies: by the pattern of the kernel, and by what is there.
struct CoreDumpTests {
    private func subject(_ cwd: String) -> CoreDump.Subject {
        CoreDump.Subject(pid: 4711, signal: 11, uid: 1000, cwd: cwd, at: Int64(time(nil)))
    }

    @Test(arguments: [
        ("core", true, "core.4711"), ("core", false, "core"), ("core.%p", true, "core.4711"),
        ("cores.%e.%p.%t", false, "cores.api.4711.1795253057"), ("%s-%u%%-%h.core\n", false, "11-1000%-here.core"),
    ])
    func aFileIsFound(_ pattern: String, _ usesPid: Bool, _ name: String) throws {
        let folder = try ConfigFolder()
        let dump = CoreDump(pattern: pattern, usesPid: usesPid)
        #expect(dump.place(subject(folder.path)) == nil)
        let path = folder.write(name, "ELF")
        #expect(dump.place(subject(folder.path)) == path)
        let whole = CoreDump(pattern: "\(folder.path)/\(pattern)", usesPid: usesPid)
        #expect(whole.place(subject("/nowhere")) == path)
        var late = subject(folder.path)
        late.at += 3600
        #expect(dump.place(late) == nil, "it is of another run")
    }

    @Test func aProgramTakesIt() {
        let taken = CoreDump(pattern: "|/usr/lib/systemd/systemd-coredump %P %u", usesPid: false)
        #expect(taken.place(subject("/")) == "coredumpctl info 4711")
        let other = CoreDump(pattern: "|/usr/share/apport/apport -p%p", usesPid: false)
        #expect(other.place(subject("/")) == "given to /usr/share/apport/apport")
    }

    @Test func whatIsNotThereIsNotNamed() throws {
        let folder = try ConfigFolder()
        _ = folder.write("core.4711", "")
        #expect(CoreDump(pattern: "core.%p", usesPid: false).place(subject(folder.path)) == nil, "it is empty")
        #expect(CoreDump(pattern: "/var/%e/core", usesPid: false).place(subject("/")) == nil)
        #expect(CoreDump(pattern: "core", usesPid: false).place(subject("/nowhere/at/all")) == nil)
        #expect(CoreDump.ofThisMachine != nil)
    }

    @Test(arguments: [
        ("core.1", ["core.1"], true), ("core.12", ["core.1"], false), ("a-b-c", ["a", "b", "c"], true),
        ("a-c-b", ["a", "b", "c"], false), ("aa", ["aa", "a"], false),
    ])
    func namesMatch(_ name: String, _ pieces: [String], _ matches: Bool) {
        #expect(CoreDump.matches(name, pieces) == matches)
    }
}
