import CKernel
import Core
import Glibc
import NIOCore

// The keeper's side of the runtime: frames become events, effects become frames.
extension Control {
    /// What is known of a run that a keeper holds, or held.
    struct Slot: Sendable {
        /// Where the present keeper has it; nil when it does not, or not yet.
        var index: UInt32?
        /// Number of its exit, 0 while it runs.
        var exitNumber: UInt64 = 0
        var process: ProcessRecord?
        /// Its main process, to learn how it ended when no keeper can say.
        var handle: Descriptor?
        /// The main process has ended; others of its tree may live.
        var hasEnded = false
        /// Nothing of it lives.
        var isGone = false
        var isAcknowledged = false
        var isReleased = false
        /// A run of nobody: forgotten as soon as it has ended.
        var isDiscarded = false
        /// Where its output ends, once all of it is in its logs; and how it crashed, when it did.
        var logEnds: [LogEnd]?
        /// Which part of which log is what it wrote to stderr, once all of it is there.
        var errorEnd: (path: String, span: LastWords.Span)?
        var crash: CrashNote?
    }

    /// Takes a frame, in the order in which they came.
    func take(_ report: KeeperReport) {
        if let number = report.answers { answered(number, report.frame) }
        switch report.frame {
        case .welcome(let welcome):
            // What came of a list that was broken off is in this one, too.
            if report.answers == recovery.hello { recovery.roll = [] }
            meet(welcome)
        case .held(Door.key, let socket):
            heldDoor = socket
        case .held(HomeSocket.key, let socket):
            upkeep.heldSocket = socket
        case .held(let key, let descriptor):
            if !takeHeld(key, descriptor) { heldPages[key] = descriptor }
        case .slot(let slot, _) where slot.isStarting:
            // What becomes of it is told to whoever is the engine then; one that has just come waits for that.
            if !isReady { expect(slot.id) }
        case .slot(let slot, let descriptors):
            note(slot, descriptors)
            // One that was not listed comes late: an earlier engine had asked for it.
            if recovery.roll == nil { showed(slot) } else { recovery.roll?.append(slot) }
        case .listed where report.answers == recovery.hello:
            listed()
        case .spawned(let slot, let descriptors):
            note(slot, descriptors)
            began(slot)
        case .refused(let kind, let id, let trouble):
            refused(kind, id, trouble)
        case .exited(let slot), .gone(let slot):
            // The word of its begin may have been lost, and it must not be asked for once more.
            showed(slot)
        case .resync:
            relist()
        case .pulse(let number):
            upkeep.keeper.heard()
            parts.link.beat(number)
        case .cut:
            // The keeper reads those streams, and offers them again when it is asked.
            loop.scheduleTask(in: .milliseconds(Self.relistAfter)) { self.assumeIsolated { $0.relist() } }
        case .left:
            parts.spawner.close()
            Log.write("the engine ends: everything is stopped")
            parts.end(0)
        case .listed, .other:
            break
        }
    }

    private func note(_ slot: KeeperSlot, _ descriptors: RunDescriptors?) {
        var known = slots[slot.id] ?? Slot()
        known.index = slot.index
        known.exitNumber = slot.exitNumber
        known.hasEnded = slot.end != nil
        known.isGone = slot.isGone
        if let descriptors, known.handle == nil { known.handle = descriptors.process }
        if known.process == nil {
            let process = ProcessRecord(id: slot.id, pid: slot.pid, ticks: slot.ticks, since: slot.since)
            known.process = process
            // Should all of ours be killed, this is how the next keeper finds it.
            if slot.end == nil { remember(process) }
        }
        slots[slot.id] = known
        if slot.hasSmallPipes { parts.spawner.noteSmallPipes() }
        // A second copy of streams that are read already, after a resync, is dropped.
        if let descriptors, !streaming.contains(slot.id) { self.descriptors[slot.id] = descriptors }
    }

    /// The keeper executes a run, or has taken it over.
    func began(_ slot: KeeperSlot) {
        _ = parts.link.isListed(slot.id)
        recovery.executing.remove(slot.id)
        if !isReady, recovery.adopting.contains(slot.id) { recovery.adopted.append(slot) }
        take(.spawned(slot.id, pid: slot.pid, since: slot.since))
        // One that was adopted may have ended already.
        if slot.end != nil { ended(slot) }
        knows(slot.id)
    }

    /// A run as a list or the word of its end shows it. The kernel must hear of its begin before its end.
    private func showed(_ slot: KeeperSlot) {
        let wasAwaited = parts.link.isListed(slot.id)
        if slot.end == nil || wasAwaited { take(.spawned(slot.id, pid: slot.pid, since: slot.since)) }
        if slot.end != nil { ended(slot) }
    }

    /// The keeper has told all. The first time that is the fleet to recover; later, what we missed.
    private func listed() {
        guard let held = recovery.roll else { return }
        recovery.roll = nil
        guard isReady else { return findRuns(held) }
        for slot in held { showed(slot) }
        for id in descriptors.keys { kernel.logPlan(of: id).map { attach(id, $0) } }
        heldPages = [:]
        if recovery.isStrange { reclaim() } else { settled() }
    }

    /// The keeper holds what is to be held: what it has not answered is asked again.
    func settled() {
        parts.link.repeatRequests(upTo: recovery.hello) { slots[$0]?.index }
        if isLeaving, hasFlushed { parts.link.leave() }
        finishReexec()
    }

    /// Milliseconds until streams that could not be taken are asked for again.
    static let relistAfter: Int64 = 1000

    /// Something was missed: the keeper is asked for all it holds.
    func relist() {
        guard isKeeperThere else { return }
        recovery.roll = []
        recovery.hello = parts.link.hello()
    }

    private func ended(_ slot: KeeperSlot) {
        var known = slots[slot.id] ?? Slot()
        known.index = slot.index
        known.exitNumber = slot.exitNumber
        known.hasEnded = slot.end != nil
        known.isGone = slot.isGone
        slots[slot.id] = known
        if known.isDiscarded {
            if slot.isGone { forget(slot.id) }
        } else {
            if let end = slot.end { take(.exited(slot.id, end)) }
            if slot.isGone { take(.gone(slot.id)) }
        }
        guard slot.isGone else { return }
        // The next run is being started: what this one has left can wait.
        parts.spawner.ended(slot.id)
        if !slot.hasCgroup { lookForStrays() }
    }

    private func answered(_ number: UInt64, _ frame: KeeperFrame) {
        if number == reexec?.number, case .refused(_, _, let trouble) = frame { return refuseReexec(trouble) }
        guard let request = parts.link.answered(number), case .adopt(let id, _, _) = request else { return }
        if case .refused(_, _, let trouble) = frame {
            lost(id, why: trouble)
            knows(id)
        }
    }

    /// A run that the engine waited for is known now; when it was the last, the fleet is.
    private func knows(_ id: RunID) {
        guard recovery.adopting.remove(id) != nil, recovery.adopting.isEmpty else { return }
        hasAdopted()
    }

    /// The fleet is not known before this run is; but a program that takes long to be executed holds nobody up.
    private func expect(_ id: RunID) {
        recovery.executing.insert(id)
        recovery.adopting.insert(id)
        loop.scheduleTask(in: .milliseconds(Self.startPatience)) { self.assumeIsolated { $0.knows(id) } }
    }

    /// Milliseconds that a starting engine waits for a run that is just being executed.
    private static let startPatience: Int64 = 5000

    private func refused(_ kind: UInt32, _ id: RunID, _ trouble: SpawnTrouble) {
        if kind == OD_SPAWN.rawValue {
            _ = parts.link.isListed(id)
            recovery.executing.remove(id)
            spawnRefused(id, trouble)
            knows(id)
        } else if kind == OD_LEAVE.rawValue {
            leaveRefused()
        } else if kind != OD_ADOPT.rawValue, kind != OD_REEXEC.rawValue {
            Log.write("the keeper refused a frame of kind \(kind): \(trouble.text)", .error)
        }
    }

    // MARK: effects

    func obey(_ effect: KeeperEffect) {
        switch effect {
        case .spawn(let order):
            launch(order)
        case .signal(let id, let number):
            if let slot = slots[id] { parts.link.signal(slot: slot.index, id, number) }
        case .signalFirst(let id, let number):
            if let slot = slots[id] { parts.link.signal(slot: slot.index, id, number, first: true) }
        case .listen(let id, let pid, let attention):
            listen(id, pid: pid, attention)
        case .askToEnd(let id, let number):
            askToEnd(id, number)
        case .attach(let id, let plan):
            attach(id, plan)
        case .ended(let id):
            silence(id)
            _ = parts.pump.gone(id)
            closeInput(id)
        case .discard(let id):
            discard(id)
        case .closeSockets(let app):
            closeSockets(app: app)
        }
    }

    /// The exit of the run is on disk.
    func acknowledge(_ id: RunID) {
        guard let slot = slots[id] else { return }
        if let index = slot.index { parts.link.acknowledge(slot: index, exitNumber: slot.exitNumber) }
        slots[id]?.isAcknowledged = true
        if slot.isReleased { slots[id] = nil }
    }

    /// The streams of the run are read to their end.
    func release(_ id: RunID) {
        if let slot = slots[id] {
            if let index = slot.index { parts.link.release(slot: index) }
            slots[id]?.isReleased = true
            if slot.isAcknowledged { slots[id] = nil }
        }
        drained()
    }

    private func discard(_ id: RunID) {
        guard let slot = slots[id] else { return }
        slots[id]?.isDiscarded = true
        if slot.isGone { forget(id) } else { parts.link.signal(slot: slot.index, id, SIGKILL) }
    }

    func forget(_ id: RunID) {
        guard let slot = slots.removeValue(forKey: id) else { return }
        descriptors[id] = nil
        silence(id)
        guard let index = slot.index else { return }
        parts.link.acknowledge(slot: index, exitNumber: slot.exitNumber)
        parts.link.release(slot: index)
    }
}
