import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// The engine's life under the keeper: restarts, leave, termination, and what it is given.
    @Suite struct Engine {
        @Test func restartsAtOnceThenWithGrowingDelays() throws {
            let world = try World()
            try world.nextEngine()
            var delays: [Int64] = []
            for start in 2...5 {
                let death = now()
                try world.killEngine()
                #expect(try world.nextEngine().starts == start)
                delays.append(now() - death)
            }
            #expect(delays[0] < 90, "\(delays)")
            #expect(delays[1] >= 100 && delays[2] >= 200 && delays[3] >= 400, "\(delays)")
            #expect(delays[3] < 2000, "\(delays)")
        }

        @Test func keepsTryingAnEngineThatCannotBeExecuted() throws {
            // The program appears after the first attempts.
            let path = "/tmp/od-late-engine-\(getpid())"
            unlink(path)
            let world = try World(engineProgram: { [path, "engine", $0] })
            #expect(!world.hasNextEngine(within: 150))
            symlink(Binaries.probe, path)
            defer { unlink(path) }
            #expect(try world.nextEngine().starts >= 3)
        }

        @Test(arguments: [0, 75, 1])
        func startsAnotherEngineWhateverTheExitCodeWithoutLeave(code: Int32) throws {
            let world = try World()
            try world.nextEngine().exit(code)
            #expect(try world.nextEngine().starts == 2)
        }

        @Test func endsAfterLeave() throws {
            let world = try World()
            try world.nextEngine()
            let number = try world.send(OD_LEAVE)
            #expect(try world.expect(OD_LEFT).seq == number)
            try world.present().exit(0)
            var status: Int32 = 0
            try wait("the end of the keeper") { waitpid(world.keeper, &status, WNOHANG) == world.keeper }
            #expect(status == 0)
        }

        @Test func aFailureAfterLeaveBringsANewEngine() throws {
            let world = try World()
            try world.nextEngine()
            try world.send(OD_LEAVE)
            _ = try world.expect(OD_LEFT)
            try world.requestSpawn(["sleep"])
            #expect(try world.expect(OD_REFUSED).refusal.error == ESHUTDOWN)
            try world.present().exit(75)
            try world.nextEngine()
            _ = try world.spawn(["sleep"])
        }

        @Test func refusesLeaveWhileARunLives() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            try world.send(OD_LEAVE)
            #expect(try world.expect(OD_REFUSED).refusal.error == EBUSY)
            _ = try world.signal(run, SIGKILL)
            _ = try world.expect(OD_EXITED)
            try world.send(OD_LEAVE)
            _ = try world.expect(OD_LEFT)
        }

        @Test func passesTerminationToTheEngine() throws {
            let world = try World()
            let engine = try world.nextEngine()
            let run = try world.spawn(["sleep"])
            kill(world.keeper, SIGTERM)
            #expect(engine.sawTermination())
            #expect(isAlive(run.pid) && isAlive(world.keeper))
        }

        @Test func keepsATerminationForAnEngineThatIsNotThereYet() throws {
            let world = try World()
            try world.nextEngine()
            try world.killEngine()
            let engine = try world.nextEngine(greeting: false)
            kill(world.keeper, SIGTERM)
            #expect(!engine.sawTermination(within: 50))
            _ = try world.hello()
            #expect(engine.sawTermination())
        }

        @Test func killsAnEngineThatClosedItsLink() throws {
            let world = try World()
            let engine = try world.nextEngine()
            let pid = engine.pid
            shutdown(engine.link, Int32(SHUT_RDWR))
            try world.nextEngine()
            #expect(!isAlive(pid))
        }

        @Test func ignoresOtherSignals() throws {
            let world = try World()
            try world.nextEngine()
            for number in [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP, SIGALRM] {
                kill(world.keeper, number)
            }
            _ = try world.hello()
            #expect(try world.present().starts == 1)
        }

        @Test func theEngineHasTheListenerAndASessionOfItsOwn() throws {
            // The probe's facts go to the keeper's stdout, which is ours here: so we look from outside.
            let world = try World()
            let engine = try world.nextEngine()
            #expect(Binaries.link("/proc/\(engine.pid)/fd/4") == Binaries.link("/proc/\(world.keeper)/fd/4"))
            #expect(getsid(engine.pid) == engine.pid)
            let status = try #require(contents("/proc/\(engine.pid)/status"))
            #expect(status.contains("SigIgn:\t0000000000000000\n"))
            // Descriptors: 0-2, the listener, and what the probe opened: its connection and its signals.
            try wait("six descriptors") { descriptors(of: engine.pid).count == 6 }
        }

        @Test func goesIntoTheBackground() throws {
            let world = try World(isBackground: true)
            var status: Int32 = -1
            #expect(waitpid(world.keeper, &status, 0) == world.keeper && status == 0)
            try world.nextEngine()
            let welcome = try world.hello()[0].body(od_welcome.self)
            let keeper = welcome.spare
            world.forgetChild()
            #expect(getsid(keeper) != getsid(0) && getsid(keeper) != keeper)
            #expect(Binaries.link("/proc/\(keeper)/cwd") == "/")
            for fd in 0...2 { #expect(Binaries.link("/proc/\(keeper)/fd/\(fd)") == "/dev/null") }
            #expect(contents("/proc/\(keeper)/comm") == "od-keeper\n")
            // The lock is held by it, and only by it.
            world.dropLock()
            let other = open(world.directory + "/engine.lock", O_RDWR)
            defer { close(other) }
            #expect(flock(other, LOCK_EX | LOCK_NB) != 0)
            #expect(contents("/proc/\(welcome.pid)/comm") == "od-keeper\n")
            world.killKeepers()
            try wait("the lock") { flock(other, LOCK_EX | LOCK_NB) == 0 }
        }
    }
}

/// Where the descriptors of a process lead.
func descriptors(of pid: Int32) -> [String] {
    guard let directory = opendir("/proc/\(pid)/fd") else { return [] }
    defer { closedir(directory) }
    var result: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
        if name != ".", name != ".." { result.append(name + " " + Binaries.link("/proc/\(pid)/fd/\(name)")) }
    }
    return result
}
