import Core
import Glibc
import Testing

@testable import Command

/// What `S` of the dashboard writes.
struct NewFileTests {
    private final class Folder {
        let path: String

        init() throws {
            var template = Array("/tmp/od-new-XXXXXX\0".utf8CString)
            path = try #require(mkdtemp(&template).map { String(cString: $0) })
        }

        deinit {
            for name in ["log", "link"] { unlink("\(path)/\(name)") }
            rmdir(path)
        }
    }

    @Test func aFileIsWrittenOnceForItsOwner() throws {
        let folder = try Folder()
        let path = folder.path + "/log"
        #expect(NewFile.write("one\ntwo\n", to: path) == .success(8))
        var facts = stat()
        #expect(stat(path, &facts) == 0 && facts.st_mode & 0o777 == 0o600 && facts.st_size == 8)
        guard case .failure(let failure) = NewFile.write("other", to: path) else {
            Issue.record("it was written over")
            return
        }
        #expect(failure.code == .fileNotWritten && failure.why == "there is a file of that name")
        #expect(stat(path, &facts) == 0 && facts.st_size == 8)
    }

    /// Not even one that leads nowhere: who made it could be somebody else.
    @Test func aLinkIsNotFollowed() throws {
        let folder = try Folder()
        #expect(symlink(folder.path + "/log", folder.path + "/link") == 0)
        guard case .failure = NewFile.write("x", to: folder.path + "/link") else {
            Issue.record("it was written through a link")
            return
        }
        #expect(access(folder.path + "/log", F_OK) != 0)
    }

    @Test func aFolderThatIsNotThereIsNamed() {
        guard case .failure(let failure) = NewFile.write("x", to: "/nowhere/at/all") else {
            Issue.record("it was written")
            return
        }
        #expect(failure.what == "/nowhere/at/all was not written" && failure.why == "No such file or directory")
    }

}
