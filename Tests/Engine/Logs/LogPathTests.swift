import CKernel
import Glibc
import Testing

/// Where a log is opened, when its path leads through places of another user.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct LogPathTests {
    private let folder: ConfigFolder
    private let theirs: String

    init() throws {
        folder = try ConfigFolder()
        theirs = folder.folder("theirs")
        chown(theirs, 65534, 65534)
        _ = folder.folder("ours")
    }

    /// Opens a log and says where it is; a negative errno when it is refused.
    private func open(_ path: String) -> (result: Int32, path: String) {
        let file = od_pump_open_log(path)
        guard file >= 0 else { return (file, "") }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let memory = buffer.baseAddress else { return (0, "") }
            let length = readlink("/proc/self/fd/\(file)", memory, buffer.count)
            return (0, String(decoding: buffer.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
    }

    private func link(_ target: String, _ name: String, owner: UInt32) {
        symlink(target, "\(folder.path)/\(name)")
        lchown("\(folder.path)/\(name)", owner, owner)
    }

    @Test func directoriesAreMadeAndGone() {
        let path = "\(folder.path)/a//b/./c/../log"
        #expect(open(path).result == -ENOENT)
        #expect(od_pump_make_parents(path) == 0)
        #expect(open(path).path == "\(folder.path)/a/b/log")
        #expect(open("\(theirs)/log").path == "\(theirs)/log")
    }

    /// In a directory of another user everything is made with that user's rights, and then ours are back.
    @Test func whatIsMadeInTheirsIsTheirs() throws {
        #expect(od_pump_make_parents("\(theirs)/new/sub/log") == 0)
        #expect(open("\(theirs)/new/sub/log").result == 0)
        let aside = od_put_aside("\(theirs)/new/sub/log", "\(theirs)/new/sub/log.1")
        #expect(aside == 0)
        let index = od_open_beside("\(theirs)/new/sub/log.idx")
        #expect(index >= 0)
        close(index)
        for name in ["new", "new/sub", "new/sub/log.1", "new/sub/log.idx"] {
            var facts = stat()
            #expect(lstat("\(theirs)/\(name)", &facts) == 0)
            #expect(facts.st_uid == 65534 && facts.st_gid == 65534, "\(name)")
        }
        // What they may not read is not read for them.
        let secret = folder.write("ours/secret", "x")
        chmod(secret, 0o600)
        Glibc.link(secret, "\(theirs)/new/sub/log.2")
        #expect(od_pump_open_read("\(theirs)/new/sub/log.2") == -EACCES)
        let own = open("\(folder.path)/ours/log")
        #expect(own.result == 0)
        var facts = stat()
        #expect(lstat("\(folder.path)/ours/log", &facts) == 0 && facts.st_uid == 0 && facts.st_gid == getegid())
        #expect(getgroups(0, nil) >= 0)
    }

    @Test func ourOwnLinksAreFollowed() {
        link("ours", "relative", owner: 0)
        link("\(folder.path)/relative", "absolute", owner: 0)
        #expect(open("\(folder.path)/absolute/log").path == "\(folder.path)/ours/log")
        #expect(open("\(folder.path)/theirs/../relative/log").path == "\(folder.path)/ours/log")
    }

    @Test func linksOfOthersAreNot() {
        link("../ours", "theirs/there", owner: 65534)
        #expect(open("\(theirs)/there/log").result == -ELOOP)
        #expect(od_pump_make_parents("\(theirs)/there/new/log") == -ELOOP)
        // Nor when a link of ours leads to one of theirs.
        link("theirs/there", "mine", owner: 0)
        #expect(open("\(folder.path)/mine/log").result == -ELOOP)
        // At the end of the path there is no link at all.
        link("ours/log", "last", owner: 0)
        #expect(open("\(folder.path)/last").result == -ELOOP)
    }

    @Test func linksThatLeadNowhereEnd() {
        link("round", "round", owner: 0)
        #expect(open("\(folder.path)/round/log").result == -ELOOP)
        folder.write("file")
        #expect(open("\(folder.path)/file/log").result == -ENOTDIR)
        #expect(open("\(folder.path)/\(String(repeating: "x", count: 300))/log").result == -ENAMETOOLONG)
        #expect(open("/" + String(repeating: "x/", count: 2500) + "log").result == -ENAMETOOLONG)
        #expect(open("\(folder.path)/").result == -EISDIR)
    }

    @Test func aSecondNameOfAFileIsOnlyOursToMake() {
        let secret = folder.write("ours/secret", "x")
        Glibc.link(secret, "\(theirs)/log")
        // Who is there acts as its owner; and what the owner may write is a second name all the same.
        #expect(open("\(theirs)/log").result == -EACCES)
        chmod(secret, 0o666)
        #expect(open("\(theirs)/log").result == -EPERM)
        Glibc.link(secret, "\(folder.path)/ours/log")
        #expect(open("\(folder.path)/ours/log").result == 0)
    }
}
