import CKernel
import Core
import Glibc
import Testing

@testable import OpenDaemon

@Suite("The home")
struct HomeTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    /// The macros of the test library cannot hold what has one owner.
    private func opened(_ path: String) throws -> Home {
        guard let home = try Home.open(path, create: true) else { throw Timeout() }
        return home
    }

    private func isHome(_ path: String) throws -> Bool {
        if let home = try Home.open(path, create: false) { !home.path.isEmpty } else { false }
    }

    private func canLock(_ home: borrowing Home) throws -> Bool {
        if let lock = try home.takeLock() { lock.number >= 0 } else { false }
    }

    @Test func itIsMadeWithItsParentsForUsAlone() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a/b/home"
        let home = try opened(path)
        #expect(home.path == path)
        for made in ["/a", "/a/b", "/a/b/home"] { #expect(mode(scratch.path + made) == 0o700) }
    }

    @Test func nothingIsMadeWhenNothingIsToStart() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/home"
        #expect(try !isHome(path))
        let failure = try await failure {
            try await OpenDaemon.connect(ConnectOptions(home: path, start: .never, client: "tests"))
        }
        #expect(failure.code == .engineSilent)
        #expect(failure.what.contains(path))
        #expect(failure.next.contains("od daemon start"))
        #expect(access(path, F_OK) != 0)
    }

    /// Who stops a daemon takes its pid files away; who kills it does not.
    @Test func aDaemonThatWasKilledIsNotCalledStopped() async throws {
        let scratch = try Scratch()
        let options = ConnectOptions(home: scratch.path, start: .never, client: "tests")
        let stopped = try await failure { try await OpenDaemon.connect(options) }
        #expect(stopped.code == .engineSilent && stopped.why.contains("stopped"))
        close(open(scratch.path + "/keeper.pid", O_WRONLY | O_CREAT, 0o600))
        let killed = try await failure { try await OpenDaemon.connect(options) }
        #expect(killed.code == .engineSilent && killed.why.contains("killed"))
        #expect(killed.next.contains("od daemon start"))
    }

    @Test func aKeeperThatDoesNotStandIsNoStranger() async throws {
        let scratch = try Scratch()
        let options = ConnectOptions(
            home: scratch.path, client: "tests", keeper: "/bin/true", engine: "/bin/true", deadline: 60_000)
        let failure = try await failure { try await OpenDaemon.connect(options) }
        #expect(failure.code == .engineStart && failure.what.contains("ends as soon as it was started"))
        #expect(failure.next.contains("od doctor"))
    }

    @Test func whatOthersCanReadIsClosedToThem() throws {
        let scratch = try Scratch()
        for open in [0o755, 0o750, 0o711] as [mode_t] {
            chmod(scratch.path, open)
            _ = try opened(scratch.path)
            #expect(mode(scratch.path) == 0o700)
        }
    }

    @Test(arguments: [0o770, 0o702, 0o777, 0o1777] as [mode_t])
    func whatOthersCanWriteIsRefused(open: mode_t) async throws {
        let scratch = try Scratch()
        chmod(scratch.path, open)
        for start in [ConnectOptions.Start.never, .ifNeeded] {
            let failure = try await failure {
                try await OpenDaemon.connect(ConnectOptions(home: scratch.path, start: start, client: "tests"))
            }
            #expect(failure.code == .homeUnsafe)
            #expect(failure.next.contains("chmod 700 \(scratch.path)"))
        }
        #expect(mode(scratch.path) == open, "it is left as it is")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a directory away"))
    func whatBelongsToAnotherIsRefused() async throws {
        let scratch = try Scratch()
        chown(scratch.path, 12_345, 12_345)
        let failure = try await failure { try await OpenDaemon.connect(ConnectOptions(home: scratch.path)) }
        #expect(failure.code == .homeUnsafe)
        #expect(failure.why.contains("12345"))
    }

    @Test func aFileIsNoHome() async throws {
        let scratch = try Scratch()
        let file = scratch.path + "/file"
        close(open(file, O_CREAT | O_WRONLY, 0o600))
        for path in [file, file + "/below"] {
            #expect(try await failure { try await OpenDaemon.connect(ConnectOptions(home: path)) }.code == .homeUnsafe)
        }
    }

    @Test func theLockHasOneHolder() throws {
        let scratch = try Scratch()
        let (first, second) = (scratch.path, scratch.path + "/../" + (scratch.path.split(separator: "/").last ?? ""))
        let home = try opened(first)
        let again = try opened(second)
        let lock = try home.takeLock()
        #expect(try !canLock(again))
        #expect(mode(scratch.path + "/engine.lock") == 0o600)
        _ = consume lock
        #expect(try canLock(again))
    }

    @Test func theSocketIsForUsAlone() throws {
        let scratch = try Scratch()
        let home = try opened(scratch.path)
        #expect(try home.dial() == .refused)
        let listener = try home.listen()
        #expect(mode(scratch.path + "/od.sock") == 0o600)
        guard case .connected(let socket) = try home.dial() else {
            Issue.record("nobody listens")
            return
        }
        close(socket)
        _ = consume listener
        #expect(try home.dial() == .refused, "a dead daemon's socket")
        let next = try home.listen()
        guard case .connected(let second) = try home.dial() else {
            Issue.record("the dead socket was in the way")
            return
        }
        close(second)
        _ = consume next
    }

    /// A descriptor in a message is closed by who reads it, and a hostile one may keep him waiting.
    @Test(.enabled(if: refusesRights, "needs SO_PASSRIGHTS (Linux 6.16)")) func nobodyPassesDescriptors() throws {
        let scratch = try Scratch()
        let home = try opened(scratch.path)
        let listener = try home.listen()
        guard case .connected(let socket) = try home.dial() else { throw Timeout() }
        defer { close(socket) }
        let accepted = accept(listener.number, nil, nil)
        defer { close(accepted) }
        #expect(od_link_send(socket, "x", 1, [socket], 1) == -EPERM)
        #expect(od_link_send(socket, "x", 1, nil, 0) == 0)
    }

    private static var refusesRights: Bool {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { return false }
        defer { for end in ends { close(end) } }
        od_signs_refuse_rights(ends[0])
        return od_link_send(ends[1], "x", 1, [ends[1]], 1) == -EPERM
    }

    @Test func aPathMayBeLongerThanASocketsName() throws {
        let scratch = try Scratch()
        let part = String(repeating: "x", count: 60)
        let path = scratch.path + String(repeating: "/" + part, count: 8)
        let home = try opened(path)
        let listener = try home.listen()
        guard case .connected(let socket) = try Home.dial(path) else {
            Issue.record("not connected")
            return
        }
        close(socket)
        _ = consume listener
    }

    @Test func whatIsNoSocketIsNotTouched() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/od.sock"
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        let failure = try await failure { try await OpenDaemon.connect(ConnectOptions(home: scratch.path)) }
        #expect(failure.code == .foreignSocket)
        #expect(failure.what.contains(path))
        #expect(access(path, F_OK) == 0)
    }

    @Test func aLinkInThePlaceOfTheSocketIsNotTouched() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/od.sock"
        symlink("/nowhere", path)
        let failure = try await failure { try await OpenDaemon.connect(ConnectOptions(home: scratch.path)) }
        #expect(failure.code == .foreignSocket)
    }

    private let mounts = """
        22 28 0:20 / /sys rw,nosuid - sysfs sysfs rw
        28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
        97 28 0:52 / /net/home rw,relatime shared:50 master:3 - nfs4 server:/home rw,vers=4.2
        98 28 0:53 / /mnt/far rw - fuse.sshfs user@host: rw
        99 28 0:54 / /mnt/usb rw - fuse.ntfs-3g /dev/sdb1 rw
        99 28 0:55 broken

        """

    @Test(arguments: [
        (device(259, 2), "ext4" as String?), (device(0, 52), "nfs4"), (device(0, 53), "fuse.sshfs"),
        (device(0, 54), "fuse.ntfs-3g"), (device(0, 55), nil), (device(7, 7), nil), (device(5000, 70_000), nil),
    ]) func theTypeOfAMount(device: UInt64, type: String?) {
        #expect(FileSystem.type(ofDevice: device, in: mounts) == type)
    }

    @Test func networkFileSystemsAreKnown() throws {
        #expect(FileSystem.network.isSuperset(of: ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"]))
        #expect(FileSystem.network.isDisjoint(with: ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuse.ntfs-3g"]))
        let here = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(here) }
        #expect(FileSystem.networkType(of: here) == nil)
        #expect(Failure.homeIsRemote("/net/home/x", "nfs4").code == .homeRemote)
    }
}

/// A device number as stat(2) gives it.
private func device(_ major: UInt64, _ minor: UInt64) -> UInt64 {
    (major & 0xFFF) << 8 | (major & ~0xFFF) << 32 | minor & 0xFF | (minor & ~0xFF) << 12
}
