import CKernel
import Glibc
import Testing

/// An engine that wants runs to end as they were asked to, whatever happens to its keeper: it asks again for what was
/// not answered, acknowledges what it has seen, and reads the streams of those that write.
final class Ledger {
    private struct Entry {
        let arguments: [String]
        let status: Int32
        /// Lines that it writes to stdout.
        let lines: Int
        var run: Run?
        var seen = ""
        var isAnswered = false
        var ended: od_slot?
        var isGone = false
        var slot: (index: UInt32, exit: UInt64)?
    }

    private let world: World
    private var entries: [UInt64: Entry] = [:]
    /// Number of the last OD_HELLO: earlier ones may have died with the worker that had them.
    private var listing: UInt64 = 0

    init(_ world: World) {
        self.world = world
    }

    /// Runs whose end has not been seen.
    var open: Int { entries.values.count { $0.ended == nil } }
    var count: Int { entries.count }

    /// What is missing, for the message.
    private var unsettled: String {
        entries.filter { $0.value.ended == nil || !$0.value.isGone || $0.value.seen.utf8.count < $0.value.lines * 14 }
            .map { number, entry in
                let pid = entry.run?.pid ?? 0
                return "\nrun \(number) \(entry.arguments): pid \(pid)\(isAlive(pid) ? "" : " is dead"), "
                    + "answered \(entry.isAnswered), ended \(entry.ended != nil), gone \(entry.isGone), "
                    + "\(entry.seen.utf8.count) bytes, at \(entry.run.map { lseek($0.outSpool, 0, SEEK_CUR) } ?? -1)"
            }.joined()
    }

    /// Asks for a run of the probe that ends with this wait status after so many lines.
    func want(_ arguments: [String], status: Int32, lines: Int = 0) throws {
        let number = UInt64(entries.count + 1)
        entries[number] = Entry(arguments: arguments, status: status, lines: lines)
        try world.requestSpawn(arguments, instance: number)
    }

    /// Takes frames until a condition holds.
    func take(_ what: String, until condition: () -> Bool) throws {
        let deadline = now() + Int64(patience)
        while !condition() {
            guard now() < deadline else { throw Trouble("waited in vain: \(what)\(unsettled)") }
            while let frame = try world.present().receive(within: 2) { try take(frame) }
            try read()
        }
    }

    /// Says OD_HELLO, as after a OD_RESYNC or to a new engine's keeper.
    func hello() throws {
        listing = try world.send(OD_HELLO)
    }

    /// Waits until every run has ended as it should, has written its lines, and the keeper holds nothing any more.
    func settle() throws {
        try take("the end of all runs") { entries.values.allSatisfy { $0.ended != nil && $0.isGone } }
        try take("the end of all streams") { entries.values.allSatisfy { $0.seen.utf8.count >= $0.lines * 14 } }
        for (number, entry) in entries {
            let ended = try #require(entry.ended)
            #expect(ended.status == entry.status, "run \(number): \(entry.arguments)")
            #expect(ended.flags & OD_SLOT_UNKNOWN.rawValue == 0, "run \(number): \(entry.arguments)")
            if entry.lines > 0 { #expect(lines(entry.seen) == numbered(1...entry.lines), "run \(number)") }
        }
        try finish()
    }

    /// Releases everything, and looks whether it is gone.
    private func finish() throws {
        let deadline = now() + Int64(patience)
        while true {
            let held = try world.hello().filter { $0.kind == OD_SLOT.rawValue }
            if held.isEmpty { return }
            guard now() < deadline else { throw Trouble("\(held.count) runs are still held") }
            for frame in held { try world.finish(frame) }
        }
    }

    private func take(_ frame: Frame) throws {
        switch frame.kind {
        case OD_WELCOME.rawValue: try world.note(frame)
        case OD_RESYNC.rawValue: try hello()
        case OD_LISTED.rawValue: if frame.seq == listing { try repeatUnanswered() }
        case OD_SPAWNED.rawValue, OD_SLOT.rawValue, OD_EXITED.rawValue, OD_GONE.rawValue: try takeRun(frame)
        case OD_REFUSED.rawValue:
            let body = try frame.refusal
            // A repeated word about a run that is forgotten already.
            let isRepeated = body.kind == OD_ACK.rawValue || body.kind == OD_RELEASE.rawValue
            guard isRepeated, body.error == ENOENT else {
                throw Trouble("refused: kind \(body.kind), stage \(body.stage), error \(body.error)")
            }
        default: break
        }
    }

    private func takeRun(_ frame: Frame) throws {
        let facts = try frame.run
        guard var entry = entries[facts.instance] else { throw Trouble("a run of nobody: \(facts.instance)") }
        entry.isAnswered = true
        if entry.run == nil, !frame.fds.isEmpty { entry.run = try world.adopt(frame) }
        if facts.exited != 0 {
            if let ended = entry.ended { #expect(ended.status == facts.status && ended.exited == facts.exited) }
            entry.ended = facts
            entry.isGone = facts.state == OD_RUN_GONE.rawValue
            try world.send(OD_ACK, slot: frame.slot, seq: frame.seq)
            if entry.lines == 0 { try world.send(OD_RELEASE, slot: frame.slot) }
        }
        entries[facts.instance] = entry
    }

    private func repeatUnanswered() throws {
        for (number, entry) in entries where !entry.isAnswered {
            try world.requestSpawn(entry.arguments, instance: number)
        }
    }

    /// Moves bytes as the pump does.
    private func read() throws {
        for (number, entry) in entries where entry.lines > 0 {
            guard let run = entry.run else { continue }
            while od_move(run.out, run.outSpool, 4096) > 0 {}
            entries[number]?.seen += consume(run.outSpool, from: entry.seen.utf8.count)
        }
    }
}
