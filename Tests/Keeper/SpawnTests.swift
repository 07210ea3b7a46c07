import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// Spawn, exec failure, exits and what a child finds.
    @Suite struct Spawn {
        @Test func welcomesAnEngine() throws {
            let world = try World()
            #expect(try world.nextEngine().starts == 1)
            let frames = try world.hello()
            #expect(frames.map(\.kind) == [OD_WELCOME.rawValue, OD_LISTED.rawValue])
            var welcome = try frames[0].body(od_welcome.self)
            #expect(welcome.spare == world.keeper && children(of: welcome.spare) == [welcome.pid])
            #expect(welcome.keepers == 1 && welcome.holding != 0)
            #expect(welcome.slots == 0)
            let id = withUnsafeBytes(of: &welcome.boot_id) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            #expect(id + "\n" == contents("/proc/sys/kernel/random/boot_id"))
        }

        @Test(arguments: [0, 1, 2, 75, 126, 127, 255])
        func tellsTheExitCode(code: Int32) throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["exit", "\(code)"])
            let exit = try world.expect(OD_EXITED)
            let facts = try exit.run
            #expect(facts.status == code << 8)
            #expect(facts.state == OD_RUN_GONE.rawValue)
            #expect(facts.pid == run.pid)
            #expect(facts.left == 0)
            #expect(facts.exited >= facts.started)
            #expect(facts.max_rss_kib > 0)
            #expect(exit.seq == 1)
        }

        @Test(arguments: [SIGHUP, SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGUSR1, SIGPIPE])
        func tellsTheSignal(number: Int32) throws {
            let world = try World()
            try world.nextEngine()
            _ = try world.spawn(["signal", "\(number)"])
            #expect(try world.expect(OD_EXITED).run.status & 0x7F == number)
        }

        @Test(arguments: [
            ("/nonexistent/program", "/", OD_AT_EXEC, ENOENT), ("/etc/passwd", "/", OD_AT_EXEC, EACCES),
            ("/bin/true", "/nonexistent", OD_AT_CWD, ENOENT), ("/bin/true", "/etc/passwd", OD_AT_CWD, ENOTDIR),
        ])
        func tellsWhyAProgramCannotBeExecuted(program: String, cwd: String, stage: od_stage, error: Int32) throws {
            let world = try World()
            try world.nextEngine()
            let number = try world.requestSpawn([], instance: 7, run: 9, program: program, cwd: cwd)
            let refused = try world.expect(OD_REFUSED)
            let body = try refused.refusal
            #expect(refused.seq == number)
            #expect(body.instance == 7 && body.run == 9)
            #expect(body.kind == OD_SPAWN.rawValue)
            #expect(body.stage == stage.rawValue)
            #expect(body.error == error)
            // Nothing is held of it, and its zombie is gone.
            #expect(try world.hello().map(\.kind) == [OD_WELCOME.rawValue, OD_LISTED.rawValue])
            try wait("the children of the keeper") { children(of: world.worker) == [try world.present().pid] }
        }

        @Test func givesAChildACleanPlace() throws {
            let world = try World(environment: ["OD_SECRET=of the keeper"])
            try world.nextEngine()
            let run = try world.spawn(["facts"], cwd: "/usr")
            let text = try run.readOut()
            let facts = lines(text)
            #expect(facts.filter { $0.hasPrefix("fd ") }.count == 3, "\(text)")
            #expect(facts.contains("fd 0 /dev/null"))
            for mask in ["SigBlk", "SigIgn", "SigPnd", "ShdPnd"] {
                #expect(facts.contains { $0.hasPrefix(mask) && $0.hasSuffix("0000000000000000") }, "\(text)")
            }
            #expect(facts.contains("pid \(run.pid) session \(run.pid) group \(run.pid)"))
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(7), &limit)
            #expect(facts.contains("nofile \(limit.rlim_cur)"), "\(text)")
            #expect(facts.contains("oom 0"))
            #expect(facts.contains("cwd /usr"))
            // stdout and stderr are the two pipes that we were given.
            #expect(facts.contains("fd 1 \(Binaries.link("/proc/self/fd/\(run.out)"))"))
            #expect(facts.contains("fd 2 \(Binaries.link("/proc/self/fd/\(run.error)"))"))
        }

        @Test func passesArgumentsAndEnvironmentAndNothingElse() throws {
            let world = try World(environment: ["OD_SECRET=of the keeper"])
            try world.nextEngine()
            let run = try world.spawn(["env"], environment: ["A=1", "EMPTY=", "SPACE= x = y "])
            #expect(try environment(of: run) == "A=1\nEMPTY=\nSPACE= x = y \n")
            let other = try world.spawnAfterExit(["args", "", "two words", "ünï"], run: 2)
            #expect(try other.readOut() == "probe\nargs\n\ntwo words\nünï\n")
        }

        @Test func takesLongSpecsFromASealedFile() throws {
            let world = try World()
            try world.nextEngine()
            let value = String(repeating: "x", count: 100_000)
            try world.requestSpawn(["env"], environment: ["LONG=" + value], memfd: true)
            let run = try world.adopt(world.expect(OD_SPAWNED))
            #expect(try environment(of: run) == "LONG=\(value)\n")
        }

        @Test func refusesAFileThatCanStillChange() throws {
            let world = try World()
            try world.nextEngine()
            let file = od_spool("open")
            defer { close(file) }
            ftruncate(file, 100)
            let body = od_spawn(instance: 1, run: 1, argc: 1, envc: 0, length: 100, head: 1)
            try world.send(OD_SPAWN, body: bytesOf(body), fds: [file])
            #expect(try world.expect(OD_REFUSED).refusal.error == EPERM)
        }

        @Test func answersTheSameRunTwice() throws {
            let world = try World()
            try world.nextEngine()
            let first = try world.spawn(["sleep"], instance: 3, run: 4)
            let second = try world.spawn(["sleep"], instance: 3, run: 4)
            #expect(first.slot == second.slot && first.pid == second.pid)
            #expect(second.frame.fds.count == Int(OD_SLOT_FDS.rawValue))
            let other = try world.spawn(["sleep"], instance: 3, run: 5)
            #expect(other.pid != first.pid)
        }

        @Test func pidAndStartNameTheProcess() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            let text = try #require(contents("/proc/\(run.pid)/stat"))
            let rest = text[text.index(after: try #require(text.lastIndex(of: ")")))...].split(separator: " ")
            #expect(UInt64(rest[19]) == run.facts.start_ticks)
            #expect(contents("/proc/self/fdinfo/\(run.frame.fds[0])")?.contains("Pid:\t\(run.pid)\n") == true)
        }
    }
}

extension World {
    /// Takes the exit of what runs first.
    func spawnAfterExit(_ arguments: [String], run: UInt64) throws -> Run {
        _ = try expect(OD_EXITED)
        return try spawn(arguments, run: run)
    }
}

/// Pids of the children of a process, zombies too, in rising order.
func children(of parent: Int32) -> [Int32] {
    processes().filter { pid in
        guard let text = contents("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return false }
        return text[end...].split(separator: " ").dropFirst(2).first.flatMap { Int32($0) } == parent
    }
}

/// All pids of the machine, in rising order.
func processes() -> [Int32] {
    var result: [Int32] = []
    guard let directory = opendir("/proc") else { return [] }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
        if let pid = Int32(name) { result.append(pid) }
    }
    return result.sorted()
}

/// What `probe env` says, without what the coverage runtime puts into every process that is built with it.
private func environment(of run: Run) throws -> String {
    try run.readOut().split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("__LLVM_PROFILE") }.joined(separator: "\n")
}
