import Core
import Glibc
import Testing

@testable import Engine

@Suite struct ProcessEntryTests {
    static func entry(_ text: String) -> ProcessEntry? {
        var text = text
        return text.withUTF8 { ProcessEntry(pid: 7, stat: UnsafeRawBufferPointer($0)) }
    }

    @Test func readsTheFieldsBehindAnyName() throws {
        let tail = "S 12 34 56 0 -1 4194304 1 2 3 4 150 50 7 8 20 0 1 0 987654 1000000 321 18446744073709551615 0"
        for name in ["(sh)", "(a b) c)", "(()", "(\u{1b}[31m)"] {
            let entry = try #require(Self.entry("7 \(name) \(tail)"))
            #expect(entry.parent == 12 && entry.session == 56)
            #expect(entry.ticks == 200 && entry.started == 987_654 && entry.pages == 321)
        }
    }

    @Test(arguments: [
        "", "7", "7 (sh)", "7 (sh) S 1 2", "no parenthesis at all",
        "7 (sh) Z 1 7 7 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 9 0 0",
    ])
    func halfATextIsNone(text: String) {
        #expect(Self.entry(text) == nil)
    }
}

@Suite struct SamplerTests {
    /// A child of this test that ends when the test does.
    final class Child {
        /// POSIX_SPAWN_SETSID of spawn.h, which Glibc's module does not show.
        private static let newSession: Int16 = 0x80
        let pid: pid_t

        init(_ script: String) throws {
            var pid: pid_t = 0
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            posix_spawnattr_setflags(&attributes, Self.newSession)
            let text: [String] = ["sh", "-c", script]
            var words: [UnsafeMutablePointer<CChar>?] = text.map { word in strdup(word) }
            words.append(nil)
            defer { words.forEach { free($0) } }
            let result = posix_spawn(&pid, "/bin/sh", nil, &attributes, words, environ)
            guard result == 0 else { throw Errno(result) }
            self.pid = pid
        }

        deinit {
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
    }

    /// Samples until `fact` holds; nil when it does not within ten seconds.
    static func sample(_ roots: [Int32], until fact: ([Int32: TreeSample]) -> Bool) throws -> [Int32: TreeSample]? {
        var sampler = try Sampler()
        return try sample(roots, with: &sampler, until: fact)
    }

    static func sample(
        _ roots: [Int32], with sampler: inout Sampler, until fact: ([Int32: TreeSample]) -> Bool
    ) throws -> [Int32: TreeSample]? {
        for _ in 0..<100 {
            let samples = sampler.sample(roots: roots, at: Clock.now().boot)
            if fact(samples) { return samples }
            usleep(100_000)
        }
        return nil
    }

    @Test func aTreeIsTheProcessAndItsDescendants() throws {
        let tree = try Child("sleep 100 & sleep 100 & wait")
        let single = try Child("exec sleep 100")
        let samples = try Self.sample([tree.pid, single.pid]) {
            $0[tree.pid]?.processes == 3 && $0[single.pid]?.processes == 1
        }
        #expect(samples?[tree.pid]?.processes == 3)
        #expect((samples?[tree.pid]?.memory ?? 0) > (samples?[single.pid]?.memory ?? .max))
    }

    @Test func aBusyLoopTakesProcessorTimeAndSleepNone() throws {
        let busy = try Child("while :; do :; done")
        let idle = try Child("exec sleep 100")
        let samples = try Self.sample([busy.pid, idle.pid]) { ($0[busy.pid]?.cpu ?? 0) > 5 }
        #expect((samples?[busy.pid]?.cpu ?? 0) > 5)
        #expect((samples?[busy.pid]?.cpu ?? 1000) < 150)
        #expect((samples?[idle.pid]?.cpu ?? 1000) < 5)
    }

    /// Strangers are not read again while the roots are the same: a child of ours that comes later must be.
    @Test func whoComesLaterIsCounted() throws {
        let folder = try ConfigFolder()
        let tree = try Child(
            "until [ -e \(folder.path)/go ]; do read -r _ < /dev/null; done; sleep 100 & sleep 100 & wait")
        var sampler = try Sampler()
        #expect(sampler.sample(roots: [tree.pid], at: Clock.now().boot)[tree.pid]?.processes == 1)
        folder.write("go")
        #expect(try Self.sample([tree.pid], with: &sampler) { $0[tree.pid]?.processes == 3 } != nil)
    }

    @Test func aNewRootIsCountedAtOnce() throws {
        let first = try Child("exec sleep 100")
        var sampler = try Sampler()
        _ = sampler.sample(roots: [first.pid], at: Clock.now().boot)
        let second = try Child("exec sleep 100")
        let samples = sampler.sample(roots: [first.pid, second.pid], at: Clock.now().boot)
        #expect(samples[first.pid]?.processes == 1 && samples[second.pid]?.processes == 1)
    }

    @Test func whoIsGoneHasNoFigures() throws {
        var sampler = try Sampler()
        #expect(sampler.sample(roots: [Int32.max], at: Clock.now().boot).isEmpty)
    }
}

@Suite struct HostSamplerTests {
    @Test func theMachineHasCoresMemoryAndLoad() throws {
        var sampler = try HostSampler()
        _ = sampler.sample(at: Clock.now().boot)
        let host = sampler.sample(at: Clock.now().boot)
        #expect(host.cores >= 1 && !host.hostname.isEmpty && host.load.count == 3)
        #expect(host.memoryUsed > 0 && host.memoryUsed < host.memoryTotal)
        #expect((0...100).contains(host.cpu) && host.uptime > 0)
    }
}
