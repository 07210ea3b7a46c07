import CKernel
import Glibc
import Testing

/// Whether these tests may become somebody else.
let isRoot = geteuid() == 0

extension KeeperTests {
    /// What a child is made before it executes its program.
    @Suite struct Attributes {
        /// /proc/self/status of a shell that was started so.
        private func status(_ frame: SpawnFrame, _ world: World) throws -> [String: String] {
            var frame = frame
            frame.arguments = ["sh", "-c", "cat /proc/self/status"]
            var result: [String: String] = [:]
            for line in lines(try world.output(of: frame)) {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { result[String(parts[0])] = parts[1].split { $0 == "\t" }.joined(separator: " ") }
            }
            return result
        }

        @Test func aFrameOfVersion1IsUnderstood() throws {
            let world = try World()
            try world.nextEngine()
            var frame = SpawnFrame(shell: "echo one")
            for size in [0, 32, 40, 56] {
                frame.headSize = size
                frame.run += 1
                let body = frame.body()
                #expect(size != 0 || body[28..<32].allSatisfy { $0 == 0 })
                #expect(try world.output(of: frame) == "one\n")
            }
        }

        @Test func aFrameOfALaterVersionIsUnderstood() throws {
            let world = try World()
            try world.nextEngine()
            var frame = SpawnFrame(shell: "umask")
            frame.more.set = OD_SET_UMASK.rawValue
            frame.more.umask = 0o027
            #expect(try world.output(of: frame, extra: [UInt8](repeating: 0xFF, count: 24)) == "0027\n")
        }

        @Test func setsUmaskNiceAndPrivileges() throws {
            let world = try World()
            try world.nextEngine()
            var frame = SpawnFrame(shell: "")
            frame.more.set =
                OD_SET_UMASK.rawValue | OD_SET_NICE.rawValue | OD_SET_NO_NEW_PRIVILEGES.rawValue
                | OD_SET_OOM_SCORE.rawValue | OD_SET_CPUS.rawValue | OD_SET_IO_PRIORITY.rawValue
            frame.more.umask = 0o077
            frame.more.nice = 7
            frame.more.oom_score_adj = 345
            frame.more.io_priority = 3 << 13
            frame.cpus = [1]
            let facts = try status(frame, world)
            #expect(facts["Umask"] == "0077")
            #expect(facts["NoNewPrivs"] == "1")
            #expect(facts["Cpus_allowed_list"] == "0")
            frame.run = 2
            frame.arguments = ["sh", "-c", "nice; cat /proc/self/oom_score_adj; ionice"]
            #expect(try world.output(of: frame) == "7\n345\nidle\n")
        }

        @Test func setsLimits() throws {
            let world = try World()
            try world.nextEngine()
            var frame = SpawnFrame(shell: "ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Ss")
            frame.limits = [
                od_limit(resource: 7, reserved: 0, soft: 40, hard: 50),
                od_limit(resource: 4, reserved: 0, soft: 0, hard: 0),
                od_limit(resource: 3, reserved: 0, soft: 1 << 20, hard: .max),
            ]
            // Many descriptors: the child's own do not come in the way of the limit.
            let many = (0..<4).map { _ in dup(0) }
            defer { many.forEach { close($0) } }
            frame.fds = many
            #expect(try world.output(of: frame) == "40\n50\n0\n1024\n")
        }

        @Test(.enabled(if: isRoot, "needs root")) func becomesAnotherUser() throws {
            let world = try World()
            try world.nextEngine()
            var frame = SpawnFrame(shell: "")
            frame.more.set = OD_SET_UID.rawValue | OD_SET_GID.rawValue | OD_SET_GROUPS.rawValue
            frame.more.uid = 65534
            frame.more.gid = 65533
            frame.groups = [7, 1234, 70000]
            let facts = try status(frame, world)
            #expect(facts["Uid"] == "65534 65534 65534 65534")
            #expect(facts["Gid"] == "65533 65533 65533 65533")
            #expect(facts["Groups"]?.split(separator: " ") == ["7", "1234", "70000"])
            #expect(facts["CapEff"] == "0000000000000000")
            // Its streams are its own: it can open them anew.
            frame.run = 2
            frame.arguments = ["sh", "-c", "echo again > /dev/stdout; echo $(id -u)"]
            #expect(try world.output(of: frame) == "again\n65534\n")
            // No group at all is a list, too.
            frame.run = 3
            frame.groups = []
            #expect(try status(frame, world)["Groups"]?.split(separator: " ") == [])
        }

        /// setresuid(2) takes this number for "leave it": the app would be root's.
        @Test(.enabled(if: isRoot, "needs root")) func becomesNobodyWithoutANumber() throws {
            let world = try World()
            try world.nextEngine()
            var frame = SpawnFrame(shell: "true")
            frame.more.set = OD_SET_UID.rawValue
            frame.more.uid = .max
            var refused = try world.refusal(of: frame)
            #expect(refused.stage == OD_AT_UID.rawValue && refused.error == EINVAL)
            frame.run = 2
            frame.more.set = OD_SET_GID.rawValue
            frame.more.gid = .max
            refused = try world.refusal(of: frame)
            #expect(refused.stage == OD_AT_GID.rawValue && refused.error == EINVAL)
        }

        @Test(.enabled(if: isRoot, "needs root")) func entersItsDirectoryAsTheUser() throws {
            let world = try World()
            try world.nextEngine()
            chmod(world.directory, 0o700)
            var frame = SpawnFrame(shell: "true")
            frame.more.set = OD_SET_UID.rawValue
            frame.more.uid = 65534
            frame.cwd = world.directory
            let refused = try world.refusal(of: frame)
            #expect(refused.stage == OD_AT_CWD.rawValue && refused.error == EACCES)
        }

        @Test func saysWhichAttributeIsRefused() throws {
            // Without rights: the keeper of a plain user, in a directory of his own.
            let world = try World(isPlain: true)
            try world.nextEngine()
            typealias Case = (od_stage, (inout SpawnFrame) -> Void)
            let cases: [Case] = [
                (
                    OD_AT_UID,
                    { frame in
                        frame.more.set = OD_SET_UID.rawValue
                        frame.more.uid = 12
                    }
                ),
                (
                    OD_AT_GID,
                    { frame in
                        frame.more.set = OD_SET_GID.rawValue
                        frame.more.gid = 12
                    }
                ),
                (
                    OD_AT_GROUPS,
                    { frame in
                        frame.more.set = OD_SET_GROUPS.rawValue
                        frame.groups = [12]
                    }
                ),
                (
                    OD_AT_NICE,
                    { frame in
                        frame.more.set = OD_SET_NICE.rawValue
                        frame.more.nice = -5
                    }
                ),
                (
                    OD_AT_IO_PRIORITY,
                    { frame in
                        frame.more.set = OD_SET_IO_PRIORITY.rawValue
                        frame.more.io_priority = 1 << 13
                    }
                ),
                (
                    OD_AT_OOM_SCORE,
                    { frame in
                        frame.more.set = OD_SET_OOM_SCORE.rawValue
                        frame.more.oom_score_adj = -1000
                    }
                ),
                (
                    OD_AT_LIMITS,
                    { frame in
                        frame.limits = [od_limit(resource: 7, reserved: 0, soft: 100, hard: 1 << 30)]
                    }
                ),
                (
                    OD_AT_AFFINITY,
                    { frame in
                        frame.more.set = OD_SET_CPUS.rawValue
                        frame.cpus = [0, 0, 0, 1 << 63]
                    }
                ),
            ]
            for (stage, change) in cases {
                var frame = SpawnFrame(shell: "true")
                change(&frame)
                let refused = try world.refusal(of: frame)
                #expect(refused.stage == stage.rawValue && refused.error != 0, "\(stage) \(refused)")
            }
            #expect(try world.hello().count == 2)
        }

        @Test func refusesTablesThatAreNotThere() throws {
            let world = try World()
            try world.nextEngine()
            let good = SpawnFrame(shell: "true")
            for change in [
                { $0.groups = 1 << 31 }, { $0.limits = 33 }, { $0.cpus = 1 << 20 }, { $0.passed = 81 },
                { $0.cgroup = 1 }, { $0.oom_score_adj = 1001 }, { $0.umask = 0o1000 }, { $0.groups = 60000 },
                { $0.set = OD_SET_CPUS.rawValue }, { $0.limits = 20 },
            ] as [(inout od_spawn_more) -> Void] {
                var more = od_spawn_more()
                change(&more)
                var body = good.body()
                body.replaceSubrange(32..<80, with: bytesOf(more))
                try world.send(OD_SPAWN, body: body)
                let refused = try world.expect(OD_REFUSED).refusal
                #expect(refused.stage == OD_AT_FRAME.rawValue, "\(more)")
            }
            // A head that is cut, or longer than its frame.
            for size in [8, 33, 65528] {
                var frame = good
                frame.headSize = size
                #expect(try world.refusal(of: frame).stage == OD_AT_FRAME.rawValue)
            }
            #expect(try world.output(of: good) == "")
        }
    }
}
