import Core
import Support
import Testing

/// The fleet as it was, from events.
@Suite struct HindsightTests {
    /// What everybody could see of an instance.
    private struct Sight: Hashable {
        var name: String
        var id: Int
        var status: ProcessStatus
        var pid: Int32?
        var restarts: Int
        var exit: Exit?
        var startedAt: WallTime?

        init(_ process: InstanceInfo) {
            name = "\(process.namespace)/\(process.label)"
            (id, status, pid, restarts) = (process.id, process.status, process.pid, process.restarts)
            (exit, startedAt) = (process.exit, process.startedAt)
        }
    }

    private func sights(_ processes: [InstanceInfo]) -> Set<Sight> { Set(processes.map(Sight.init)) }

    /// A world in which all kinds of things happen to a few apps.
    private func act(_ world: inout World, _ random: inout some RandomNumberGenerator) {
        let names = ["stays", "ends", "crashes", "stubborn", "missing"]
        let name = names.randomElement(using: &random) ?? "stays"
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1:
            _ = world.start(World.spec(name) { $0.instances = Int.random(in: 1...2, using: &random) })
        case 2: world.say(.stop([name]))
        case 3: world.say(.restart([name]))
        case 4: world.say(.delete([name]))
        case 5: world.say(.scale(ScaleRequest(targets: [name], count: Int.random(in: 1...3, using: &random))))
        case 6: world.say(.reload([name]))
        default: break
        }
        world.pass(Int.random(in: 1...3000, using: &random))
    }

    @Test(arguments: UInt64(1)...40) func theFleetIsWhatWasPublished(seed: UInt64) {
        var random = Seeded(seed: seed)
        var world = World()
        world.behaviours = [
            "ends": .exits(0, after: 700), "crashes": .exits(1, after: 40), "stubborn": .ignoresTerm,
            "missing": .cannotExecute(.execute),
        ]
        var published: [(time: WallTime, fleet: Set<Sight>)] = []
        for _ in 0..<30 {
            act(&world, &random)
            published.append((world.now.wall, sights(world.kernel.list(at: world.now))))
            // What happens next is later.
            world.pass(1)
        }
        let present = world.kernel.list(at: world.now)
        for (time, fleet) in published {
            let past = Hindsight(time, events: world.events).processes(present: present)
            #expect(sights(past).subtracting(fleet) == [], "at \(time)")
            #expect(fleet.subtracting(sights(past)) == [], "at \(time)")
        }
    }

    private func process(_ name: String, _ status: ProcessStatus = .online, id: Int = 0) -> InstanceInfo {
        var process = InstanceInfo(id: id, name: name, instance: 0, namespace: "shop", status: status)
        if status == .online {
            process.pid = 77
            process.startedAt = WallTime(milliseconds: 500)
            process.cpu = 4
        }
        return process
    }

    private func event(_ seq: UInt64, _ at: Int64, _ name: EventName, _ process: InstanceInfo?) -> FleetEvent {
        FleetEvent(seq: seq, at: WallTime(milliseconds: at), name: name, process: process)
    }

    @Test func whoHasNoEventIsAsItIs() {
        let events = [
            event(9, 1000, .engineStarted, nil), event(10, 2000, .stopped, process("api", .stopped)),
            event(11, 3000, .created, process("new")),
        ]
        let present = [process("api", .stopped), process("db", id: 1), process("new", id: 2)]
        func names(_ time: Int64) -> [String] {
            Hindsight(WallTime(milliseconds: time), events: events).processes(present: present).map(\.name)
        }
        // What `api` was before is not known: it has an event behind the moment and none before it.
        #expect(names(1500) == ["db"])
        #expect(names(2500) == ["api", "db"])
        #expect(names(3500) == ["api", "new", "db"])
        #expect(names(999) == [], "before the first event nobody knows")
        #expect(Hindsight(WallTime(milliseconds: 5), events: []).processes(present: present).isEmpty)
    }

    @Test func uptimeIsOfTheMoment() {
        let events = [event(1, 600, .online, process("api"))]
        let past = Hindsight(WallTime(milliseconds: 2500), events: events).processes(present: [])
        #expect(past.first?.uptime == 2000 && past.first?.cpu == nil)
    }

    /// A clock that was set back: the number of an event says what was last.
    @Test func numbersCountNotClocks() {
        let events = [
            event(1, 5000, .online, process("api")), event(2, 1000, .stopped, process("api", .stopped)),
        ]
        let past = Hindsight(WallTime(milliseconds: 6000), events: events).processes(present: [])
        #expect(past.map(\.status) == [.stopped])
        let sight = Hindsight(WallTime(milliseconds: 6000), since: events[1].at, last: events.reversed(), later: [])
        #expect(sight.processes(present: []).map(\.status) == [.stopped])
    }
}
