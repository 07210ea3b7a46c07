import Core
import Glibc
import Testing

@testable import OpenDaemon

@Suite("The folders above the home")
struct HomeAncestorTests {
    private func code(_ path: String) -> (code: ErrorCode, why: String)? {
        do throws(Failure) {
            _ = try Home.open(path, create: true)
            return nil
        } catch {
            return (error.code, error.why)
        }
    }

    @Test func whereAnybodyCanRenameNothingIsMade() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/open"
        mkdir(folder, 0o700)
        chmod(folder, 0o777)
        for path in [folder + "/home", folder + "/deep/home"] {
            let failure = try #require(code(path))
            #expect(failure.code == .homeUnsafe)
            #expect(failure.why.contains("rename what is in \(folder) (mode 777)"))
        }
        #expect(access(folder + "/home", F_OK) != 0 && access(folder + "/deep", F_OK) != 0)
        chmod(folder, 0o1777)
        #expect(code(folder + "/home") == nil)
        chmod(folder, 0o775)
        #expect(code(folder + "/home") == nil)
    }

    @Test func aLinkDoesNotHideThem() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/open"
        mkdir(folder, 0o700)
        mkdir(folder + "/home", 0o700)
        symlink(folder + "/home", scratch.path + "/link")
        #expect(code(scratch.path + "/link") == nil)
        chmod(folder, 0o777)
        #expect(code(scratch.path + "/link")?.code == .homeUnsafe)
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give folders away"))
    func aFolderOfSomebodyElseIsRefused() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/his"
        mkdir(folder, 0o755)
        chown(folder, 12_345, 12_345)
        #expect(code(folder + "/home")?.why.contains("it belongs to user 12345") == true)
        #expect(access(folder + "/home", F_OK) != 0)
    }
}
