import CKernel
import Glibc
import Testing

/// A cgroup of our own for tests, on a machine that lets us make one.
final class TestCgroup {
    let path: String
    let directory: Int32

    /// Where cgroups of version 2 can be made; nil when nowhere.
    static let base: String? = {
        for line in lines(contents("/proc/self/mountinfo") ?? "") where line.contains(" - cgroup2 ") {
            let place = String(line.split(separator: " ")[4])
            let trial = "\(place)/od-trial-\(getpid())"
            guard mkdir(trial, 0o755) == 0 else { continue }
            rmdir(trial)
            return place
        }
        return nil
    }()

    init(_ name: String) throws {
        path = "\(Self.base ?? "")/od-test-\(getpid())-\(name)"
        mkdir(path, 0o755)
        directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Trouble("no cgroup \(path)") }
    }

    deinit {
        let kill = open(path + "/cgroup.kill", O_WRONLY | O_CLOEXEC)
        _ = Glibc.write(kill, "1", 1)
        close(kill)
        close(directory)
        let end = now() + Int64(patience)
        while rmdir(path) != 0, errno == EBUSY, now() < end { usleep(1000) }
    }

    var pids: [Int32] { lines(contents(path + "/cgroup.procs") ?? "").compactMap { Int32($0) } }
}

extension KeeperTests {
    /// Runs whose tree is a cgroup.
    @Suite(.enabled(if: TestCgroup.base != nil, "no cgroup of version 2 can be written here")) struct Cgroups {
        private func spawn(
            _ arguments: [String], in group: TestCgroup, _ world: World, environment: [String] = []
        ) throws -> Run {
            var frame = SpawnFrame(probe: arguments)
            frame.environment = environment
            frame.fds = [group.directory]
            frame.more.cgroup = 1
            return try world.spawn(frame)
        }

        @Test func aChildStartsInItsCgroup() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.keeper).count
            let group = try TestCgroup("start")
            let run = try spawn(["sleep"], in: group, world)
            #expect(group.pids == [run.pid])
            #expect(run.facts.flags & OD_SLOT_CGROUP.rawValue != 0)
            #expect(try world.signal(run, SIGTERM).reached == 1)
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.state == OD_RUN_GONE.rawValue && exit.run.status == SIGTERM)
            try world.finish(exit)
            #expect(try world.hello().count == 2)
            #expect(descriptors(of: world.keeper).count == before)
        }

        @Test func nothingEscapesAKill() throws {
            let world = try World()
            try world.nextEngine()
            let group = try TestCgroup("kill")
            let run = try spawn(["escape"], in: group, world)
            let escaped = try #require(announcedPids(try run.readOut(until: "ready")).first)
            #expect(Set(group.pids) == [run.pid, escaped])
            #expect(try world.signal(run, SIGKILL).alive == 2)
            let exit = try world.expect(OD_EXITED)
            if try exit.run.state != OD_RUN_GONE.rawValue { _ = try world.expect(OD_GONE) }
            #expect(!isAlive(escaped))
            #expect(try world.signal(run, SIGKILL).alive == 0)
        }

        @Test func theEndOfAnEscapedDaemonIsTheEndOfItsRun() throws {
            let world = try World()
            try world.nextEngine()
            let group = try TestCgroup("end")
            let run = try spawn(["escape"], in: group, world)
            let escaped = try #require(announcedPids(try run.readOut(until: "ready")).first)
            kill(run.pid, SIGKILL)
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.state == OD_RUN_EXITED.rawValue && exit.run.left == 1)
            #expect(try world.signal(run, SIGUSR2).reached == 1)
            #expect(try world.expect(OD_GONE).seq == exit.seq)
            #expect(!isAlive(escaped))
        }

        @Test func aStrangerInTheCgroupIsWatchedToo() throws {
            // No child of the keeper: only the cgroup itself tells of its end.
            let world = try World()
            try world.nextEngine()
            let group = try TestCgroup("stranger")
            let run = try spawn(["sleep"], in: group, world)
            let stranger = try #require(Stranger(in: group))
            kill(run.pid, SIGKILL)
            #expect(try world.expect(OD_EXITED).run.left == 1)
            stranger.end()
            _ = try world.expect(OD_GONE)
        }

        @Test func signalsAllOfATreeOnce() throws {
            let world = try World()
            try world.nextEngine()
            let group = try TestCgroup("signal")
            let run = try spawn(["fork", "100"], in: group, world)
            _ = try run.readOut(until: "ready")
            let answer = try world.signal(run, SIGTERM)
            #expect(answer.reached == 101 && answer.alive == 101)
            let exit = try world.expect(OD_EXITED)
            if try exit.run.state != OD_RUN_GONE.rawValue { _ = try world.expect(OD_GONE) }
        }

        @Test func anotherWorkerKnowsItToo() throws {
            let world = try World()
            try world.nextEngine()
            let group = try TestCgroup("worker")
            let run = try spawn(["escape"], in: group, world)
            let escaped = try #require(announcedPids(try run.readOut(until: "ready")).first)
            kill(run.pid, SIGKILL)
            #expect(try world.expect(OD_EXITED).run.left == 1)
            kill(try world.hello()[0].body(od_welcome.self).pid, SIGKILL)
            _ = try world.expect(OD_RESYNC, skipping: true)
            let held = try #require(try world.hello().first { $0.kind == OD_SLOT.rawValue })
            #expect(try held.run.flags & OD_SLOT_CGROUP.rawValue != 0)
            #expect(try held.run.state == OD_RUN_EXITED.rawValue)
            #expect(try world.signal(run, SIGUSR2).reached == 1)
            #expect(try world.expect(OD_GONE, skipping: true).slot == run.slot)
            #expect(!isAlive(escaped))
        }

        @Test func withoutNumbersForItTheSpawnIsRefused() throws {
            let world = try World(descriptors: 80)
            try world.nextEngine()
            let group = try TestCgroup("full")
            var frame = SpawnFrame(probe: ["sleep"])
            frame.fds = [group.directory]
            frame.more.cgroup = 1
            var refused: od_refused?
            var runs: [Run] = []
            while refused == nil, runs.count < 40 {
                frame.instance += 1
                try world.request(frame)
                let answer = try #require(try world.present().receive(within: patience))
                if answer.kind == OD_REFUSED.rawValue {
                    refused = try answer.refusal
                } else {
                    runs.append(try world.adopt(answer))
                }
            }
            #expect(refused?.error == EMFILE)
            #expect(group.pids.count == runs.count && runs.count > 2)
            // What was refused has left nothing: the end of two runs makes room for another.
            for _ in 1...3 {
                let before = descriptors(of: world.keeper).count
                _ = try world.refusal(of: frame)
                #expect(descriptors(of: world.keeper).count == before)
            }
            for run in runs.prefix(2) {
                kill(run.pid, SIGKILL)
                try world.finish(world.expect(OD_EXITED))
            }
            _ = try world.spawn(frame)
        }

        @Test func aCgroupThatTakesNobodyIsRefused() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.keeper).count
            var frame = SpawnFrame(probe: ["sleep"])
            let plain = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { close(plain) }
            frame.fds = [plain]
            frame.more.cgroup = 1
            #expect(try world.refusal(of: frame).stage == OD_AT_CGROUP.rawValue)
            try wait("nothing of it") { descriptors(of: world.keeper).count == before }
        }
    }
}

/// A child of this test in somebody else's cgroup.
private final class Stranger {
    private let pid: Int32

    init?(in group: TestCgroup) {
        var child: Int32 = 0
        var argv = [strdup("sleep"), strdup("1000"), nil]
        var envp: [UnsafeMutablePointer<CChar>?] = [nil]
        defer { for text in argv { free(text) } }
        guard posix_spawn(&child, "/bin/sleep", nil, nil, &argv, &envp) == 0 else { return nil }
        pid = child
        let procs = open(group.path + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
        defer { close(procs) }
        let text = "\(pid)"
        guard write(procs, text, text.utf8.count) > 0 else { return nil }
    }

    deinit { end() }

    func end() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }
}
