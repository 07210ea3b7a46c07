import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// What the keeper holds while engines come and go: exits, streams, stored descriptors.
    @Suite struct Hold {
        @Test func holdsAnExitUntilItIsAcknowledged() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["exit", "3"], instance: 5, run: 6)
            let first = try world.expect(OD_EXITED)
            for _ in 1...2 {
                try world.killEngine()
                try world.nextEngine()
                let held = try world.hello().filter { $0.kind == OD_SLOT.rawValue }
                #expect(held.count == 1)
                #expect(held[0].seq == first.seq && held[0].slot == run.slot)
                let facts = try held[0].run
                #expect(facts.status == 3 << 8 && facts.instance == 5 && facts.run == 6)
                #expect(facts.state == OD_RUN_GONE.rawValue)
                #expect(held[0].fds.count == Int(OD_SLOT_FDS.rawValue))
            }
            try world.finish(first)
            #expect(try world.hello().map(\.kind) == [OD_WELCOME.rawValue, OD_LISTED.rawValue])
        }

        @Test func holdsAnExitThatNoEngineSaw() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            try world.killEngine()
            // The second engine dies too, so that the third start waits: nobody is there when the app ends.
            try world.nextEngine()
            try world.killEngine()
            kill(run.pid, SIGUSR1)
            try wait("the end of the app") { kill(run.pid, 0) != 0 }
            try world.nextEngine()
            let held = try world.hello().filter { $0.kind == OD_SLOT.rawValue }
            #expect(try held.first?.run.status == SIGUSR1)
            #expect(held.first?.seq == 1)
        }

        @Test func aSlotIsFreeAfterAcknowledgeAndReleaseOnly() throws {
            let world = try World()
            try world.nextEngine()
            let before = descriptors(of: world.keeper).count
            _ = try world.spawn(["exit", "0"])
            let exit = try world.expect(OD_EXITED)
            try world.send(OD_ACK, slot: exit.slot, seq: exit.seq + 1)
            #expect(try world.expect(OD_REFUSED).refusal.error == ENOENT)
            try world.send(OD_ACK, slot: exit.slot, seq: exit.seq)
            #expect(try world.hello().count == 3)
            try world.send(OD_RELEASE, slot: exit.slot)
            #expect(try world.hello().count == 2)
            try world.send(OD_RELEASE, slot: exit.slot)
            #expect(try world.expect(OD_REFUSED).refusal.error == ENOENT)
            #expect(descriptors(of: world.keeper).count == before)
        }

        @Test func aReleasedRunIsListedWithoutDescriptors() throws {
            let world = try World()
            try world.nextEngine()
            let run = try world.spawn(["sleep"])
            try world.send(OD_RELEASE, slot: run.slot)
            let held = try world.hello()[1]
            #expect(held.kind == OD_SLOT.rawValue && held.fds.isEmpty)
            _ = try world.signal(run, SIGKILL)
            let exit = try world.expect(OD_EXITED)
            try world.send(OD_ACK, slot: exit.slot, seq: exit.seq)
            #expect(try world.hello().count == 2)
        }

        @Test func keepsDescriptorsByKey() throws {
            let world = try World()
            try world.nextEngine()
            var files: [Int32] = []
            defer { for file in files { close(file) } }
            for key in 1...3 as ClosedRange<UInt64> {
                let file = od_spool("stored")
                files.append(file)
                _ = "\(key)".withCString { write(file, $0, 1) }
                let number = try world.send(OD_STORE, body: bytesOf(od_key(key: key)), fds: [file])
                let stored = try world.expect(OD_STORED)
                #expect(stored.seq == number)
                #expect(try stored.body(od_key.self).key == key)
            }
            try world.send(OD_DROP, body: bytesOf(od_key(key: 2)))
            try world.send(OD_DROP, body: bytesOf(od_key(key: 2)))
            #expect(try world.expect(OD_REFUSED).refusal.error == ENOENT)
            // A second one of key 3 takes the place of the first.
            try world.send(OD_STORE, body: bytesOf(od_key(key: 3)), fds: [files[0]])
            _ = try world.expect(OD_STORED)
            try world.killEngine()
            try world.nextEngine()
            let held = try world.hello().filter { $0.kind == OD_HELD.rawValue }
            #expect(try held.map { try $0.body(od_key.self).key } == [1, 3])
            for frame in held {
                lseek(frame.fds[0], 0, SEEK_SET)
                #expect(readAll(frame.fds[0]) == [UInt8(ascii: "1")])
            }
        }

        @Test func refusesAStoreWithoutADescriptor() throws {
            let world = try World()
            try world.nextEngine()
            try world.send(OD_STORE, body: bytesOf(od_key(key: 1)))
            #expect(try world.expect(OD_REFUSED).refusal.error == EBADMSG)
            let file = od_spool("stored")
            defer { close(file) }
            try world.send(OD_STORE, body: bytesOf(od_key(key: 1)), fds: [file, file])
            #expect(try world.expect(OD_REFUSED).refusal.error == EBADMSG)
        }
    }
}
