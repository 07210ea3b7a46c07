import Engine
import Glibc
import Testing

/// Which node a process is.
struct NodeVersionTests {
    @Test func aProcessThatIsNoNodeHasNone() {
        var versions = NodeVersions()
        #expect(versions.version(of: getpid(), "node") == nil, "its program is called otherwise")
        #expect(versions.version(of: getpid(), "python3") == nil)
        #expect(versions.version(of: 0, "node") == nil)
    }

    @Test func aNodeSaysItsVersion() throws {
        let path = AppEnvironment.ofThisProcess()["PATH"] ?? ""
        guard LaunchSearch(directories: ["/"], path: path).program("node") != nil else { return }
        let words = ["node", "-e", "setTimeout(() => {}, 60000)"].map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        try #require(posix_spawnp(&pid, "node", nil, nil, words + [nil], environ) == 0)
        defer {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        var versions = NodeVersions()
        let version = try #require(versions.version(of: pid, "node"))
        #expect(version.split(separator: ".").count == 3)
        #expect(versions.version(of: pid, "nodejs") == version)
    }
}
