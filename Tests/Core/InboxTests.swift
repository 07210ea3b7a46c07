import Testing

@testable import Core

/// What waits for the kernel while a disk hangs.
@Suite struct InboxTests {
    private static let id = RunID(instance: 1, run: 1)
    private static let watchdog = TimerID(id: id, kind: .watchdog)

    private static func rest(_ inbox: inout Inbox) -> [KernelEvent] {
        var events: [KernelEvent] = []
        while let event = inbox.take(commands: true) { events.append(event) }
        return events
    }

    @Test func eventsComeOutInTheOrderInWhichTheyCame() {
        var inbox = Inbox()
        let events: [KernelEvent] = (1...300).map { .gone(RunID(instance: $0, run: 1)) }
        for event in events.dropFirst() { inbox.add(event) }
        inbox.addFirst(events[0])
        #expect(!inbox.isEmpty)
        #expect(Self.rest(&inbox) == events)
        #expect(inbox.isEmpty)
    }

    @Test func whatComesWhileOthersAreTakenKeepsItsPlace() {
        var inbox = Inbox()
        var taken: [UInt64] = []
        for number in 1...1000 as ClosedRange<UInt64> {
            inbox.add(.gone(RunID(instance: number, run: 1)))
            guard number % 3 != 0, case .gone(let id) = inbox.take(commands: true) else { continue }
            taken.append(id.instance)
        }
        for case .gone(let id) in Self.rest(&inbox) { taken.append(id.instance) }
        #expect(taken == Array(1...1000))
    }

    @Test func aCommandWaitsWhereItStands() {
        var inbox = Inbox()
        inbox.add(.gone(Self.id))
        inbox.add(.command(.resume, 1))
        inbox.add(.gone(Self.id))
        #expect(inbox.take(commands: false) == .gone(Self.id))
        #expect(inbox.take(commands: false) == nil)
        #expect(inbox.take(commands: true) == .command(.resume, 1))
        #expect(inbox.take(commands: false) == .gone(Self.id))
        #expect(inbox.take(commands: true) == nil)
    }

    @Test func aTimerThatIsForgottenHasNotFired() {
        var inbox = Inbox()
        inbox.add(.timer(Self.watchdog))
        inbox.add(.gone(Self.id))
        inbox.forget(Self.watchdog)
        #expect(Self.rest(&inbox) == [.gone(Self.id)])
        // One that fires again does.
        inbox.add(.timer(Self.watchdog))
        #expect(Self.rest(&inbox) == [.timer(Self.watchdog)])
    }

    @Test func aTimerThatFiresAgainCountsOnce() {
        var inbox = Inbox()
        inbox.add(.timer(Self.watchdog))
        inbox.forget(Self.watchdog)
        inbox.add(.timer(Self.watchdog))
        inbox.add(.timer(Self.watchdog))
        #expect(Self.rest(&inbox) == [.timer(Self.watchdog)])
    }

    @Test func aTalkativeRunTakesNoMoreRoomThanAQuietOne() {
        var inbox = Inbox()
        for number in 1...100 as ClosedRange<UInt64> {
            inbox.add(.sign(Self.id, .alive))
            inbox.add(.sign(Self.id, .status("step \(number)")))
            inbox.add(.overMemory(Self.id, number))
        }
        let expected: [KernelEvent] = [
            .sign(Self.id, .alive), .sign(Self.id, .status("step 100")), .overMemory(Self.id, 1),
        ]
        #expect(Self.rest(&inbox) == expected)
        // What it says afterwards is news.
        inbox.add(.sign(Self.id, .status("step 101")))
        inbox.add(.sign(Self.id, .ready))
        #expect(Self.rest(&inbox) == [.sign(Self.id, .status("step 101")), .sign(Self.id, .ready)])
    }
}
