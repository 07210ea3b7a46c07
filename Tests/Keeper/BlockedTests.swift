import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// A child that is stuck before its exec: the program is a file under a lease, whose opening waits for the holder.
    @Suite struct Blocked {
        @Test func aChildThatIsStuckBeforeItsExecStopsNobody() throws {
            let world = try World()
            try world.nextEngine()
            let program = try LeasedProgram(world.directory + "/leased")
            let number = try world.requestSpawn(["exit", "4"], instance: 1, program: program.path)
            let child = try stuckChild(world)
            // It holds nothing of ours but its own pipes: no lock, no link, no other app's stream.
            #expect(descriptors(of: child).count == 4, "\(descriptors(of: child))")
            try world.requestSpawn(["exit", "5"], instance: 2)
            #expect(try world.expect(OD_SPAWNED).run.instance == 2)
            #expect(try world.expect(OD_EXITED).run.status == 5 << 8)
            try world.send(OD_LEAVE)
            #expect(try world.expect(OD_REFUSED).refusal.error == EBUSY)
            program.release()
            let spawned = try world.expect(OD_SPAWNED)
            #expect(spawned.seq == number)
            #expect(try spawned.run.pid == child)
            #expect(try world.expect(OD_EXITED).run.status == 4 << 8)
        }

        @Test func anotherEngineLearnsOfASpawnUnderWay() throws {
            let world = try World()
            try world.nextEngine()
            let program = try LeasedProgram(world.directory + "/leased")
            try world.requestSpawn(["lines", "3"], instance: 1, run: 7, program: program.path)
            let child = try stuckChild(world)
            try world.killEngine()
            try world.nextEngine(greeting: false)
            // It is listed as what it is, without descriptors; how it goes on is told to whoever is the engine.
            let listed = try world.hello().filter { $0.kind == OD_SLOT.rawValue }
            #expect(try listed.map { try $0.run.state } == [OD_RUN_STARTING.rawValue])
            #expect(try listed.first?.run.run == 7 && listed.first?.fds.isEmpty == true)
            program.release()
            let slot = try world.adopt(try world.expect(OD_SPAWNED))
            #expect(slot.pid == child && slot.facts.run == 7 && slot.frame.seq == 0)
            _ = try world.expect(OD_EXITED)
            #expect(lines(try slot.readOut()) == numbered(1...3))
        }

        @Test func aRepeatedRequestIsAnsweredOnce() throws {
            let world = try World()
            try world.nextEngine()
            let program = try LeasedProgram(world.directory + "/leased")
            try world.requestSpawn(["sleep"], program: program.path)
            let child = try stuckChild(world)
            let second = try world.requestSpawn(["sleep"], program: program.path)
            program.release()
            let spawned = try world.expect(OD_SPAWNED)
            let run = try world.adopt(spawned)
            #expect(spawned.seq == second && run.pid == child)
            #expect(try world.hello().count == 3)
        }

        @Test func aChildThatIsKilledBeforeItsExecIsAnExit() throws {
            let world = try World()
            try world.nextEngine()
            let program = try LeasedProgram(world.directory + "/leased")
            try world.requestSpawn(["sleep"], program: program.path)
            kill(try stuckChild(world), SIGKILL)
            _ = try world.expect(OD_SPAWNED)
            let exit = try world.expect(OD_EXITED)
            #expect(try exit.run.status == SIGKILL)
            try world.finish(exit)
            #expect(try world.hello().count == 2)
        }

        /// The child of the keeper that is not its engine, once it has laid out its descriptors.
        private func stuckChild(_ world: World) throws -> Int32 {
            let engine = try world.present().pid
            var child: Int32 = 0
            try wait("the stuck child") {
                child = children(of: world.worker).first { $0 != engine } ?? 0
                return child != 0 && descriptors(of: child).count == 4
            }
            return child
        }
    }
}

/// A copy of the probe that cannot be opened until its lease is released.
private final class LeasedProgram {
    let path: String
    private var lease: Int32

    init(_ path: String) throws {
        self.path = path
        // Word of somebody who waits for the lease comes as SIGIO.
        signal(SIGIO, SIG_IGN)
        let source = open(Binaries.probe, O_RDONLY | O_CLOEXEC)
        let copy = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
        while sendfile(copy, source, nil, 1 << 20) > 0 {}
        close(copy)
        close(source)
        lease = open(path, O_RDONLY | O_CLOEXEC)
        guard fcntl(lease, Self.setLease, Int32(F_WRLCK)) == 0 else { throw Trouble("no lease on \(path)") }
    }

    deinit {
        release()
        unlink(path)
    }

    func release() {
        if lease >= 0 { close(lease) }
        lease = -1
    }

    /// F_SETLEASE, a macro that Swift does not see.
    private static let setLease: Int32 = 1024
}
