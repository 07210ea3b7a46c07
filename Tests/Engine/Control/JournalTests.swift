import Core
import Testing

@testable import Engine

@Suite struct JournalTests {
    static func effects(_ writes: StoreWrite..., acknowledge: [RunID] = []) -> Effects {
        var effects = Effects()
        effects.store = writes
        effects.acknowledge = acknowledge
        return effects
    }

    static func instance(_ key: UInt64, run: UInt64) -> StoreWrite {
        .putInstance(InstanceRecord(key: key, app: 1, number: 0, id: 0, wanted: .running, run: run))
    }

    static func event(_ seq: UInt64) -> StoreWrite {
        .addEvent(FleetEvent(seq: seq, at: WallTime(milliseconds: 0), name: .online, process: nil))
    }

    @Test func batchesKeepTheOrder() {
        var journal = Journal()
        let id = RunID(instance: 1, run: 1)
        journal.add(Self.effects(Self.instance(1, run: 1), acknowledge: [id]))
        journal.add(Self.effects(Self.instance(1, run: 2)))
        let batch = journal.take()
        #expect(batch.writes == [Self.instance(1, run: 1), Self.instance(1, run: 2)])
        #expect(batch.acknowledge == [id])
        #expect(journal.take().isEmpty)
    }

    @Test func whatCouldNotBeWrittenComesFirst() {
        var journal = Journal()
        journal.add(Self.effects(Self.instance(1, run: 1)))
        let failed = journal.take()
        journal.add(Self.effects(Self.instance(1, run: 2)))
        journal.putBack(failed)
        #expect(journal.take().writes == [Self.instance(1, run: 1), Self.instance(1, run: 2)])
    }

    @Test func aFullDiskForLongDropsEventsAndOldStates() {
        var journal = Journal()
        let exit = ExitRecord(
            instance: 1, run: 1, pid: 5, exit: .code(3), at: WallTime(milliseconds: 0), uptime: 1, maxMemory: 0,
            cpuTime: 0)
        journal.add(Self.effects(.addExit(exit)))
        for run in 1...UInt64(Journal.maxWrites) {
            journal.add(Self.effects(Self.instance(run % 3, run: run), Self.event(run)))
        }
        let batch = journal.take()
        #expect(batch.writes.count < Journal.maxWrites)
        #expect(batch.writes.first == .addExit(exit))
        #expect(batch.writes.contains(Self.instance(UInt64(Journal.maxWrites) % 3, run: UInt64(Journal.maxWrites))))
    }

    @Test func theNewestEventsAreKeptAndSayHowManyAreNot() throws {
        var journal = Journal()
        let all = UInt64(Journal.maxWrites) + 1
        for number in 1...all { journal.add(Self.effects(Self.event(number))) }
        // What could not be written again is not counted twice.
        journal.putBack(journal.take())
        let events = journal.take().writes.compactMap { if case .addEvent(let event) = $0 { event } else { nil } }
        #expect(events.map(\.seq) == Array((all - UInt64(Defaults.storedEvents) + 1)...all))
        let lost = Journal.maxWrites + 1 - Defaults.storedEvents
        #expect(events.first?.message == "\(lost) events before this one are lost: state.db could not be written")
        #expect(events.dropFirst().allSatisfy { $0.message == nil })
    }

    /// Stops are carried out on a full disk too, each with a receipt: no more are kept than an engine remembers.
    @Test func aFullDiskForLongDropsTheOldestReceipts() {
        var journal = Journal()
        let receipts = (0...Journal.maxWrites).map {
            StoreWrite.addReceipt(Receipt(key: "\($0)", kind: .processes, shown: []))
        }
        for receipt in receipts { journal.add(Self.effects(receipt)) }
        #expect(journal.take().writes == Array(receipts.suffix(Defaults.receipts)))
    }
}
