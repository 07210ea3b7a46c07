import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// Descriptors that a child is passed: attached to the frame, or from the store.
    @Suite struct Passing {
        @Test func passesAttachedAndStoredDescriptors() throws {
            let world = try World()
            try world.nextEngine()
            let files = try (0..<3).map { try file(world.directory, "file\($0)") }
            defer { files.forEach { close($0) } }
            try world.send(OD_STORE, body: bytesOf(od_key(key: 77)), fds: [files[2]])
            _ = try world.expect(OD_STORED)
            var frame = SpawnFrame(probe: ["facts"])
            frame.fds = [files[0], files[1]]
            // Targets cross the numbers that the keeper has them at, with gaps between.
            frame.passed = [
                od_passed(key: 0, target: 9, attached: 1), od_passed(key: 0, target: 3, attached: 2),
                od_passed(key: 77, target: 4, attached: 0), od_passed(key: 0, target: 200, attached: 1),
            ]
            let facts = lines(try world.output(of: frame)).filter { $0.hasPrefix("fd ") }
            #expect(facts.count == 7, "\(facts)")
            for (number, name) in [(9, "file0"), (3, "file1"), (4, "file2"), (200, "file0")] {
                #expect(facts.contains { $0 == "fd \(number) \(world.directory)/\(name)" }, "\(facts)")
            }
            // The store keeps its own.
            #expect(try world.hello().contains { $0.kind == OD_HELD.rawValue })
            for number in 0..<3 { unlink("\(world.directory)/file\(number)") }
        }

        @Test func passesAStdin() throws {
            let world = try World()
            try world.nextEngine()
            let input = try file(world.directory, "input")
            defer { close(input) }
            var frame = SpawnFrame(probe: ["facts"])
            frame.fds = [input]
            frame.passed = [od_passed(key: 0, target: 0, attached: 1)]
            let facts = lines(try world.output(of: frame)).filter { $0.hasPrefix("fd ") }
            #expect(facts.contains("fd 0 \(world.directory)/input") && facts.count == 3, "\(facts)")
            unlink("\(world.directory)/input")
        }

        @Test func passesAsManyAsThereMayBe() throws {
            let world = try World()
            try world.nextEngine()
            for key in 1...64 as ClosedRange<UInt64> {
                let ends = try pipe()
                try world.send(OD_STORE, body: bytesOf(od_key(key: key)), fds: [ends.read])
                _ = try world.expect(OD_STORED)
                ends.close()
            }
            let ends = try pipe()
            defer { ends.close() }
            var frame = SpawnFrame(probe: ["facts"])
            frame.fds = [Int32](repeating: ends.read, count: Int(OD_LINK_FDS_MAX))
            frame.passed =
                (1...64).map { od_passed(key: UInt64($0), target: 2 + Int32($0), attached: 0) }
                + (1...16).map { od_passed(key: 0, target: 66 + Int32($0), attached: $0) }
            let facts = lines(try world.output(of: frame)).filter { $0.hasPrefix("fd ") }
            #expect(facts.count == 83, "\(facts)")
        }

        @Test func refusesWhatCannotBePassed() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.keeper).count
            for (passed, stage) in [
                ([od_passed(key: 5, target: 3, attached: 0)], OD_AT_PASSED),
                ([od_passed(key: 0, target: 2, attached: 1)], OD_AT_FRAME),
                ([od_passed(key: 0, target: 1024, attached: 1)], OD_AT_FRAME),
                ([od_passed(key: 0, target: 3, attached: 2)], OD_AT_FRAME),
                ([od_passed](repeating: od_passed(key: 0, target: 3, attached: 1), count: 2), OD_AT_FRAME),
            ] {
                var frame = SpawnFrame(shell: "true")
                frame.fds = [0]
                frame.passed = passed
                #expect(try world.refusal(of: frame).stage == stage.rawValue)
            }
            // A frame's descriptors are closed after its answer, and before the next frame is taken.
            _ = try world.hello()
            #expect(descriptors(of: world.keeper).count == before)
        }

        @Test func aMemfdAndPassedDescriptorsGoTogether() throws {
            let world = try World()
            try world.nextEngine()
            let ends = try pipe()
            defer { ends.close() }
            var frame = SpawnFrame(shell: "echo through >&7; printenv LONG | wc -c")
            frame.environment = ["LONG=" + String(repeating: "x", count: 100_000), "PATH=/usr/bin:/bin"]
            frame.passed = [od_passed(key: 0, target: 7, attached: 2)]
            frame.flags = OD_SPAWN_MEMFD.rawValue
            let body = frame.body()
            let payload = Array(body[Int(OD_SPAWN_WHOLE)...])
            let file = od_sealed_file(payload, payload.count)
            defer { close(file) }
            try world.send(OD_SPAWN, body: Array(body[..<Int(OD_SPAWN_WHOLE)]), fds: [file, ends.write])
            let run = try world.adopt(world.expect(OD_SPAWNED))
            #expect(try run.readOut() == "100001\n")
            var bytes = [UInt8](repeating: 0, count: 20)
            #expect(read(ends.read, &bytes, 20) == 8)
        }

        @Test func tellsAChildItsPidForListeningSockets() throws {
            let world = try World()
            try world.nextEngine()
            let socket = try listener()
            defer { close(socket) }
            // What sd_listen_fds(3) does, in another language.
            let script = """
                import os, socket
                assert os.environ["LISTEN_PID"] == str(os.getpid()), os.environ
                s = socket.socket(fileno=3)
                print(os.environ["LISTEN_FDS"], s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), flush=True)
                """
            var frame = SpawnFrame(shell: "exec python3 -c '\(script)'")
            frame.environment = ["LISTEN_FDS=1", "LISTEN_PID=0", "PATH=" + path]
            frame.fds = [socket]
            frame.passed = [od_passed(key: 0, target: 3, attached: 1)]
            frame.flags = OD_SPAWN_LISTEN_PID.rawValue
            #expect(try world.output(of: frame) == "1 1\n")
            // Without being asked, the keeper changes nothing.
            var plain = SpawnFrame(shell: "echo $LISTEN_PID")
            plain.run = 2
            plain.environment = ["LISTEN_PID=0"]
            #expect(try world.output(of: plain) == "0\n")
        }

        @Test func nodeTalksOverItsChannel() throws {
            let world = try World()
            try world.nextEngine()
            var ends: [Int32] = [-1, -1]
            #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
            defer { close(ends[0]) }
            let script = "process.on(\"message\", m => process.send({got: m.n + 1}, () => process.exit(3)));"
            var frame = SpawnFrame(shell: "exec node -e '\(script) process.send(\"ready\")'")
            frame.environment = ["NODE_CHANNEL_FD=3", "PATH=" + path]
            frame.fds = [ends[1]]
            frame.passed = [od_passed(key: 0, target: 3, attached: 1)]
            _ = try world.spawn(frame)
            close(ends[1])
            #expect(try line(ends[0]) == "\"ready\"")
            let message = "{\"n\":41}\n"
            #expect(write(ends[0], message, message.utf8.count) == message.utf8.count)
            #expect(try line(ends[0]) == "{\"got\":42}")
            #expect(try world.expect(OD_EXITED).run.status == 3 << 8)
        }

        private var path: String { getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin" }

        private func file(_ directory: String, _ name: String) throws -> Int32 {
            let fd = open("\(directory)/\(name)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard fd >= 0 else { throw Trouble("open \(name)") }
            return fd
        }

        private struct Pipe {
            let read: Int32
            let write: Int32

            func close() {
                Glibc.close(read)
                Glibc.close(write)
            }
        }

        private func pipe() throws -> Pipe {
            var ends: [Int32] = [-1, -1]
            guard od_pipe(&ends) == 0 else { throw Trouble("pipe") }
            return Pipe(read: ends[0], write: ends[1])
        }

        /// A TCP socket that listens on some port of this machine.
        private func listener() throws -> Int32 {
            let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard fd >= 0, Glibc.listen(fd, 8) == 0 else { throw Trouble("listen") }
            return fd
        }

        /// The next line of a stream.
        private func line(_ fd: Int32) throws -> String {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while true {
                guard isReadable(fd, within: patience), read(fd, &byte, 1) == 1 else { throw Trouble("no line") }
                if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
                bytes.append(byte)
            }
        }
    }
}
