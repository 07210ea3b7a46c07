import Engine
import Glibc
import Testing

/// Which node a process is.
struct NodeVersionTests {
    @Test func aProcessThatIsNoNodeHasNone() {
        var versions = NodeVersions()
        for (pid, program) in [(getpid(), "node"), (getpid(), "python3"), (0, "node")] {
            let version = versions.version(of: pid, program)
            #expect(version == nil)
        }
    }

    @Test(.enabled(if: ConfigScriptTests.node != nil, "node is not installed: Tests/setup installs it"))
    func aNodeSaysItsVersion() throws {
        let line: [String] = ["node", "-e", "setTimeout(() => {}, 60000)"]
        let words = line.map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, "node", nil, nil, words + [nil], environ)
        try #require(error == 0)
        defer {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        var versions = NodeVersions()
        let found = versions.version(of: pid, "node")
        let version = try #require(found)
        #expect(version.split(separator: ".").count == 3)
        let again = versions.version(of: pid, "nodejs")
        #expect(again == version)
    }
}
