import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// A keeper that becomes another executable.
    @Suite struct Reexec {
        @Test func becomesACopyElsewhere() throws {
            let world = try World()
            try world.nextEngine()
            let copy = try Copy(of: Binaries.keeper, in: world)
            let before = try world.hello()[0].body(od_welcome.self)
            let run = try world.spawn(["sleep"])
            let open = descriptors(of: world.worker).count
            let mask = try #require(blocked(world.worker))
            let frames = try world.become(copy.path)
            let after = try frames[0].body(od_welcome.self)
            #expect(after.spare == before.spare && after.holding == before.holding)
            #expect(after.pid != before.pid && after.keepers == 2)
            for pid in [after.spare, after.pid] {
                #expect(Binaries.link("/proc/\(pid)/exe") == copy.path)
                #expect(contents("/proc/\(pid)/comm") == "od-keeper\n")
            }
            #expect(blocked(after.pid) == mask)
            #expect(descriptors(of: after.pid).count == open, "\(descriptors(of: after.pid))")
            let held = try world.adopt(try #require(frames.first { $0.kind == OD_SLOT.rawValue }))
            #expect(held.pid == run.pid && held.slot == run.slot)
            #expect(try world.spawn(["facts"], instance: 2).readOut().contains("nofile"))
            _ = try world.expect(OD_EXITED)
            #expect(try world.signal(held, SIGTERM).reached == 1)
            let facts = try world.expect(OD_EXITED).run
            #expect(facts.status == SIGTERM && facts.flags == 0 && facts.state == OD_RUN_GONE.rawValue)
        }

        /// The engine that is started from then on is the one that was named with it.
        @Test func theNextEngineIsTheNamedOne() throws {
            let world = try World()
            try world.nextEngine()
            let engine = try Copy(of: Binaries.probe, in: world)
            try world.become(Binaries.keeper, engine: engine.path)
            #expect(try world.present().starts == 1)
            try world.killEngine()
            let next = try world.nextEngine()
            #expect(next.starts == 2 && Binaries.link("/proc/\(next.pid)/exe") == engine.path)
        }

        @Test func nothingIsLostUnderLoad() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.worker).count
            let copy = try Copy(of: Binaries.keeper, in: world)
            let ledger = Ledger(world)
            try ledger.want(["lines", "5000", "4000", "3"], status: 3 << 8, lines: 5000)
            let rounds = getenv("OD_LONG") == nil ? 10 : 100
            for round in 0..<rounds {
                for _ in 0..<8 {
                    let code = Int32(ledger.count % 256)
                    try ledger.want(["exit", "\(code)"], status: code << 8)
                }
                let former = world.keepers
                try world.wish(round % 2 == 0 ? copy.path : Binaries.keeper, Binaries.probe)
                try ledger.take("another keeper") { world.keepers != former }
            }
            try ledger.settle()
            #expect(descriptors(of: world.worker).count == before)
            #expect(world.keeperProcesses().count == 2)
        }

        /// What cannot take over is found out before anything is given up.
        @Test(arguments: [
            ("/nonexistent/keeper", ENOENT), ("/etc/passwd", EACCES), ("/bin/false", ENOEXEC), ("/bin/cat", ENOEXEC),
            ("relative", EINVAL), ("", EINVAL),
        ])
        func refusesWhatIsNoKeeper(path: String, error: Int32) throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            let number = try world.wish(path, Binaries.probe)
            let refused = try world.expect(OD_REFUSED)
            #expect(try refused.seq == number && refused.refusal.error == error)
            #expect(try refused.refusal.kind == OD_REEXEC.rawValue)
            #expect(try world.hello()[0].body(od_welcome.self).keepers == 1)
            #expect(isAlive(run.pid))
        }

        /// It says that it can, and then cannot be executed as a keeper: a script whose interpreter is gone by then.
        @Test func aFailedExecIsTold() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            let shell = world.directory + "/sh"
            symlink("/bin/sh", shell)
            let path = world.directory + "/keeper"
            try write("#!\(shell)\nrm \(shell)\nexit 0\n", to: path)
            defer { unlink(path) }
            let number = try world.wish(path, Binaries.probe)
            _ = try world.expect(OD_RESYNC)
            let refused = try world.expect(OD_REFUSED)
            #expect(try refused.seq == number && refused.refusal.error == ENOENT)
            let frames = try world.hello()
            #expect(try frames[0].body(od_welcome.self).keepers == 2)
            #expect(try world.signal(run, SIGTERM).reached == 1)
            #expect(try world.expect(OD_EXITED).run.status == SIGTERM)
            // It can still become one that works.
            try world.become(Binaries.keeper)
        }

        /// It never answers.
        @Test func aSilentKeeperIsNotWaitedFor() throws {
            let world = try World(environment: ["OD_PULSE=20"])
            try world.nextEngine()
            let path = world.directory + "/keeper"
            try write("#!/bin/sh\nexec sleep 1000\n", to: path)
            defer { unlink(path) }
            let number = try world.wish(path, Binaries.probe)
            try world.wish(Binaries.keeper, Binaries.probe)
            #expect(try world.expect(OD_REFUSED).refusal.error == EBUSY)
            let refused = try world.expect(OD_REFUSED)
            #expect(try refused.seq == number && refused.refusal.error == ENOEXEC)
            try wait("its end") { children(of: world.worker) == [try world.present().pid] }
        }

        /// The memory of a former keeper: what is not ours to read is refused.
        @Test func refusesForeignMemories() throws {
            let world = try World()
            try world.nextEngine()
            _ = try world.spawn(["sleep"])
            let memory = try #require(Self.memory(of: world.worker))
            defer { close(memory) }
            #expect(try Self.reads(memory))
            let head = MemoryLayout<od_holding>.self
            var original = od_holding()
            #expect(pread(memory, &original, head.size, 0) == head.size)
            for change in [
                { $0.magic += 1 }, { $0.layout = 0 }, { $0.layout = UInt32(OD_LAYOUT) + 1 }, { $0.head_bytes = 8 },
                { $0.run_bytes = 64 }, { $0.run_bytes = .max }, { $0.stored_bytes = 0 }, { $0.runs_most = .max },
                { $0.runs_at = 0 }, { $0.runs_at = .max }, { $0.stored_at += 8 }, { $0.children_at += 1 },
                { $0.texts_at = $0.bytes }, { $0.bytes += 1 }, { $0.runs_used = .max }, { $0.stored_used = .max },
            ] as [(inout od_holding) -> Void] {
                var facts = original
                change(&facts)
                let other = try Self.copy(memory, head: facts)
                defer { close(other) }
                #expect(try !Self.reads(other))
            }
            // Runs that are longer than we know them are read: what is behind our fields is another's.
            let short = od_spool("short")
            defer { close(short) }
            #expect(try !Self.reads(short))
        }

        /// A copy of a memory with another head.
        private static func copy(_ memory: Int32, head: od_holding) throws -> Int32 {
            let other = od_spool("od-holding")
            var size = stat()
            fstat(memory, &size)
            ftruncate(other, size.st_size)
            var facts = head
            guard pwrite(other, &facts, MemoryLayout<od_holding>.size, 0) > 0 else { throw Trouble("pwrite") }
            return other
        }

        /// The shared memory of a keeper.
        private static func memory(of pid: Int32) -> Int32? {
            guard let name = descriptors(of: pid).first(where: { $0.contains("od-holding") }) else { return nil }
            let fd = open("/proc/\(pid)/fd/\(name.prefix { $0 != " " })", O_RDWR | O_CLOEXEC)
            return fd < 0 ? nil : fd
        }

        /// Whether `od-keeper --reads` takes it.
        private static func reads(_ memory: Int32) throws -> Bool {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, memory, 199)
            posix_spawn_file_actions_adddup2(&actions, 199, 3)
            var argv = ([Binaries.keeper, "--reads"] as [String]).map { strdup($0) } + [nil]
            defer { for text in argv { free(text) } }
            var pid: Int32 = 0
            var status: Int32 = 0
            guard posix_spawn(&pid, Binaries.keeper, &actions, nil, &argv, nil) == 0, waitpid(pid, &status, 0) == pid
            else {
                throw Trouble("posix_spawn")
            }
            guard status == 0 || status == 65 << 8 else { throw Trouble("status \(status)") }
            return status == 0
        }
    }
}

/// An executable in a world's directory, as long as this lives.
private final class Copy {
    let path: String

    init(of program: String, in world: World) throws {
        path = world.directory + "/copy"
        let source = open(program, O_RDONLY | O_CLOEXEC)
        let copy = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
        guard source >= 0, copy >= 0 else { throw Trouble("a copy of \(program)") }
        while sendfile(copy, source, nil, 1 << 20) > 0 {}
        close(copy)
        close(source)
    }

    deinit {
        unlink(path)
    }
}

/// The mask of blocked signals of a process, as /proc says it.
private func blocked(_ pid: Int32) -> Substring? {
    lines(contents("/proc/\(pid)/status") ?? "").first { $0.hasPrefix("SigBlk:") }
}

/// Writes an executable file.
private func write(_ text: String, to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o700)
    guard file >= 0, write(file, text, text.utf8.count) == text.utf8.count else { throw Trouble(path) }
    close(file)
}

extension World {
    /// Sends OD_REEXEC.
    @discardableResult
    func wish(_ keeper: String, _ engine: String) throws -> UInt64 {
        let texts = Array(keeper.utf8) + [0] + Array(engine.utf8) + [0]
        return try send(OD_REEXEC, body: bytesOf(od_reexec(length: UInt32(texts.count))) + texts)
    }

    /// Has the keeper become another executable; what it holds then.
    @discardableResult
    func become(_ keeper: String, engine: String = Binaries.probe) throws -> [Frame] {
        try wish(keeper, engine)
        _ = try expect(OD_RESYNC)
        return try hello()
    }
}
