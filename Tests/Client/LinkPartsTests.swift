import Core
import Support
import Testing

@testable import OpenDaemon

@Suite("The event gate")
struct EventGateTests {
    private func live(_ seq: UInt64) -> EventGate {
        var gate = EventGate()
        _ = gate.snapshot(seq: seq)
        return gate
    }

    @Test func afterASnapshotEventsPassInOrder() {
        var gate = EventGate()
        #expect(gate.isWaiting)
        #expect(gate.snapshot(seq: 4) == .pass([], askAgain: false))
        #expect(!gate.isWaiting)
        #expect(gate.event(event(5)) == .pass)
        #expect(gate.event(event(6)) == .pass)
    }

    @Test func whatTheSnapshotHasIsKeptBack() {
        var gate = live(4)
        #expect(gate.event(event(4)) == .keepBack)
        #expect(gate.event(event(1)) == .keepBack)
        #expect(gate.event(event(5)) == .pass)
    }

    @Test func aGapAsksForASnapshot() {
        var gate = live(4)
        #expect(gate.event(event(7)) == .ask)
        #expect(gate.event(event(8)) == .keepBack)
        #expect(gate.snapshot(seq: 6) == .pass([event(7), event(8)], askAgain: false))
        #expect(gate.event(event(9)) == .pass)
    }

    @Test func aSnapshotThatCameTooEarlyIsFollowedByAnother() {
        var gate = live(4)
        #expect(gate.event(event(9)) == .ask)
        #expect(gate.snapshot(seq: 5) == .pass([], askAgain: true))
        #expect(gate.isWaiting)
        #expect(gate.snapshot(seq: 8) == .pass([event(9)], askAgain: false))
    }

    @Test func aSnapshotForOthersIsIgnored() {
        var gate = live(4)
        #expect(gate.snapshot(seq: 9) == .ignore)
        #expect(gate.event(event(5)) == .pass)
    }

    @Test func heldEventsAreBounded() {
        var gate = EventGate()
        let count = UInt64(EventGate.maxHeld) + 10
        for seq in 1...count { #expect(gate.event(event(seq)) == .keepBack) }
        #expect(gate.snapshot(seq: 3) == .pass([], askAgain: true), "the oldest were dropped")
        #expect(gate.snapshot(seq: count - 1) == .pass([event(count)], askAgain: false))
    }

    @Test func aResetForgetsWhatWasHeld() {
        var gate = live(4)
        _ = gate.event(event(9))
        gate.reset()
        #expect(gate.snapshot(seq: 2) == .pass([], askAgain: false))
        #expect(gate.event(event(3)) == .pass, "the next engine may count anew")
    }

    /// Whatever comes in whatever order: what passes is a snapshot and the numbers right after it.
    @Test(arguments: 1...50) func nothingPassesOutOfOrder(seed: UInt64) {
        var random = Seeded(seed: seed)
        var gate = EventGate()
        var last: UInt64?
        for _ in 0..<500 {
            let seq = UInt64.random(in: 0...40, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                gate.reset()
                last = nil
            case 1...2:
                guard case .pass(let events, let again) = gate.snapshot(seq: seq) else { continue }
                #expect(events.map(\.seq) == Array(seq + 1..<seq + 1 + UInt64(events.count)))
                #expect(again == gate.isWaiting)
                last = again ? nil : seq + UInt64(events.count)
            default:
                let next = Bool.random(using: &random) ? (last ?? 0) + 1 : seq
                if gate.event(event(next)) == .pass {
                    #expect(next == (last ?? 0) + 1)
                    last = next
                } else if gate.isWaiting {
                    last = nil
                }
            }
        }
    }
}

@Suite("The log cursor")
struct LogCursorTests {
    private func chunk(_ id: UInt32, _ offset: UInt64, _ count: Int, last: Bool = false) -> LogChunk {
        LogChunk(
            stream: 1, process: id, channel: .out, last: last, offset: offset,
            bytes: [UInt8](repeating: 0, count: count))
    }

    private func file(_ id: UInt32) -> LogStreamResult.File {
        LogStreamResult.File(process: id, label: "a", channel: .out, path: "/a")
    }

    @Test func theRestBeginsWhereEachFileEnded() {
        let request = LogRequest(targets: ["all"], lines: 3, follow: true)
        var cursor = LogCursor(request)
        #expect(cursor.rest == request)
        cursor.read(chunk(2, 100, 7))
        cursor.read(chunk(1, 0, 0))
        cursor.read(chunk(2, 107, 5))
        // No place to go on from: what came since was read already.
        cursor.read(LogChunk(stream: 1, process: 2, channel: .out, isEmptied: true, offset: 9, bytes: []))
        var rest = request
        rest.resume = [
            LogRequest.Position(process: 1, channel: .out, offset: 0),
            LogRequest.Position(process: 2, channel: .out, offset: 112),
        ]
        #expect(cursor.rest == rest)
    }

    @Test func whoHadAllOnceSaysSo() {
        let request = LogRequest(targets: ["all"], follow: true, lag: 5)
        var cursor = LogCursor(request)
        cursor.read(chunk(1, 0, 7))
        #expect(cursor.rest.resume.map(\.caughtUp) == [nil] && cursor.rest.lag == 5)
        cursor.read(LogChunk(stream: 1, process: 1, channel: .out, caughtUp: true, offset: 7, bytes: []))
        cursor.read(chunk(1, 7, 3))
        // Words of ours say where the file goes on.
        cursor.read(LogChunk(stream: 1, process: 1, channel: .out, isNote: true, offset: 500, bytes: [1, 2, 3]))
        let live = LogRequest.Position(process: 1, channel: .out, offset: 500, caughtUp: true)
        #expect(cursor.rest.resume == [live])
        var next = LogCursor(cursor.rest)
        next.read(LogChunk(stream: 2, process: 1, channel: .out, last: true, isNote: true, offset: 0, bytes: [1]))
        #expect(next.rest.resume == [live])
    }

    @Test func aPositionInTheRequestStandsUntilItsFileIsRead() {
        let position = LogRequest.Position(process: 4, channel: .error, offset: 9)
        let request = LogRequest(targets: ["all"], resume: [position])
        #expect(LogCursor(request).rest == request)
    }

    @Test func itIsFinishedWhenAllFilesAre() {
        var cursor = LogCursor(LogRequest(targets: ["all"]))
        #expect(!cursor.isFinished)
        var isNew = cursor.opened(LogStreamResult(stream: 1, files: [file(1), file(2)]))
        #expect(isNew)
        cursor.read(chunk(1, 0, 5, last: true))
        #expect(!cursor.isFinished)
        cursor.read(chunk(2, 0, 5, last: true))
        #expect(cursor.isFinished)
        isNew = cursor.opened(LogStreamResult(stream: 2, files: [file(1), file(2)]))
        #expect(!isNew, "the same files")
        isNew = cursor.opened(LogStreamResult(stream: 3, files: []))
        #expect(isNew)
        #expect(cursor.isFinished, "nothing to read")
    }
}

@Suite("The mailbox")
struct MailboxTests {
    @Test func itemsComeInOrder() async {
        let mailbox = Mailbox<Int> {}
        for number in 0..<200 { #expect(mailbox.push(number) == number + 1) }
        for number in 0..<200 { #expect(await mailbox.next() == number) }
        mailbox.push(7)
        mailbox.finish()
        mailbox.push(8)
        #expect(await mailbox.next() == 7)
        #expect(await mailbox.next() == nil)
    }

    @Test func aWaitingReaderIsServed() async {
        let mailbox = Mailbox<Int> {}
        let reader = Task { await mailbox.next() }
        mailbox.push(1)
        #expect(await reader.value == 1)
    }

    @Test func aCancelledReaderLeaves() async {
        let mailbox = Mailbox<Int> {}
        let reader = Task { await mailbox.next() }
        reader.cancel()
        #expect(await reader.value == nil)
        #expect(mailbox.push(1) == 0, "and nothing is kept for him")
    }

    @Test func newsReplacesOldNews() async {
        let mailbox = Mailbox<Int> {}
        mailbox.push(1, weight: 10)
        mailbox.push(2, weight: 10)
        #expect(mailbox.push(3, weight: 10, replacing: { $0 == 1 }) == 20)
        #expect(await mailbox.next() == 2)
        #expect(await mailbox.next() == 3)
    }

    @Test func theLinkIsCalledOnceWhenTheReaderHasRoom() async {
        let tally = Tally()
        let mailbox = Mailbox<Int> { tally.add("hungry") }
        for number in 0..<10 { mailbox.push(number, weight: 10) }
        mailbox.callWhenHungry(at: 50)
        for _ in 0..<4 { _ = await mailbox.next() }
        #expect(tally["hungry"] == 0)
        for _ in 0..<6 { _ = await mailbox.next() }
        #expect(tally["hungry"] == 1)
    }

    @Test func aReaderWhoWaitsAlreadyIsHungryAtOnce() async throws {
        let tally = Tally()
        let mailbox = Mailbox<Int> { tally.add("hungry") }
        mailbox.callWhenHungry(at: 0)
        let reader = Task { await mailbox.next() }
        try await eventually("the reader waits") { tally["hungry"] == 1 }
        mailbox.callWhenHungry(at: 0)
        #expect(tally["hungry"] == 2)
        mailbox.clear()
        mailbox.push(5)
        #expect(await reader.value == 5)
    }
}

@Suite("The rules of calls")
struct CallRuleTests {
    /// A method that changes something and is in no rule would be sent twice, or given up while processes start.
    @Test func everyMethodThatChangesSomethingHasARule() {
        for method in Methods.all where method.changes {
            #expect(CallRule.listed[method.name] != nil, "\(method.name)")
        }
    }

    @Test func answersOfProcessesAreWaitedFor() {
        for name in ["start", "apply", "stop", "delete", "restart", "reload", "scale", "change", "resurrect"] {
            #expect(CallRule.of("process.\(name)").usualLimit == nil, "\(name)")
        }
        #expect(CallRule.of("process.list").usualLimit == Defaults.answerDeadline)
    }

    /// A signal that may have arrived is not sent again, nor a line for stdin.
    @Test func whatWouldHappenTwiceIsNotSentTwice() {
        for name in ["process.signal", "process.send", "daemon.restart"] {
            #expect(CallRule.of(name).retry == .never, "\(name)")
        }
        for method in Methods.all where CallRule.of(method.name).retry == .byKey {
            #expect(method.changes, "\(method.name) has no key")
        }
    }
}
