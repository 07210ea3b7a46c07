import CKernel
import Core
import Glibc
import NIOCore

// The keeper's side of the runtime: frames become events, effects become frames.
extension Control {
    /// What the keeper holds of a run.
    struct Slot: Hashable, Sendable {
        var index: UInt32
        /// Number of its exit, 0 while it runs.
        var exitNumber: UInt64 = 0
        /// Nothing of it lives.
        var isGone = false
        var isAcknowledged = false
        var isReleased = false
        /// A run of nobody: forgotten as soon as it has ended.
        var isDiscarded = false
    }

    /// Takes a frame, in the order in which they came.
    func take(_ frame: KeeperFrame) {
        switch frame {
        case .welcome(let pid, let identity):
            keeperPid = pid
            keeperIdentity = identity
            let home = parts.home
            _ = parts.storeWorker.post { home.writePidFiles(keeper: pid) }
        case .held(let key, let page):
            heldPages[key] = page
        case .slot(let slot, let descriptors):
            note(slot, descriptors)
            // One that was not listed comes late: an earlier engine had asked for it.
            if roll == nil { take(.spawned(slot.id, pid: slot.pid, since: slot.since)) } else { roll?.append(slot) }
        case .listed:
            listed()
        case .spawned(let slot, let descriptors):
            note(slot, descriptors)
            take(.spawned(slot.id, pid: slot.pid, since: slot.since))
        case .refused(let kind, let id, let trouble):
            refused(kind, id, trouble)
        case .exited(let slot):
            ended(slot)
        case .gone(let slot):
            ended(slot)
        case .resync:
            relist()
        case .cut:
            // The keeper reads those streams, and offers them again when it is asked.
            loop.scheduleTask(in: .milliseconds(Self.relistAfter)) { self.assumeIsolated { $0.relist() } }
        case .left:
            Log.write("the engine ends: everything is stopped")
            exit(0)
        case .other:
            break
        }
    }

    private func note(_ slot: KeeperSlot, _ descriptors: RunDescriptors?) {
        slots[slot.id, default: Slot(index: slot.index)].exitNumber = slot.exitNumber
        slots[slot.id]?.isGone = slot.isGone
        // A second copy of streams that are read already, after a resync, is dropped.
        if let descriptors, !streaming.contains(slot.id) { self.descriptors[slot.id] = descriptors }
    }

    /// The keeper has told all. The first time that is the fleet to recover; later, what we missed while its socket was full.
    private func listed() {
        listings -= 1
        guard listings == 0, let held = roll else { return }
        roll = nil
        if isReady {
            for slot in held {
                if slot.end == nil { take(.spawned(slot.id, pid: slot.pid, since: slot.since)) } else { ended(slot) }
            }
            for id in descriptors.keys { kernel.logPlan(of: id).map { attach(id, $0) } }
            if isLeaving { parts.link.leave() }
        } else {
            recover(held.map(\.held))
            _ = parts.pump.settle()
        }
        heldPages = [:]
    }

    /// Milliseconds until streams that could not be taken are asked for again.
    static let relistAfter: Int64 = 1000

    /// Something was missed: the keeper is asked for all it holds.
    private func relist() {
        if roll == nil { roll = [] } else { roll?.removeAll() }
        listings += 1
        parts.link.hello()
    }

    private func ended(_ slot: KeeperSlot) {
        slots[slot.id, default: Slot(index: slot.index)].exitNumber = slot.exitNumber
        slots[slot.id]?.isGone = slot.isGone
        guard slots[slot.id]?.isDiscarded != true else {
            if slot.isGone { forget(slot.id) }
            return
        }
        if let end = slot.end { take(.exited(slot.id, end)) }
        if slot.isGone { take(.gone(slot.id)) }
    }

    private func refused(_ kind: UInt32, _ id: RunID, _ trouble: SpawnTrouble) {
        if kind == OD_SPAWN.rawValue {
            take(.spawnFailed(id, trouble))
        } else if kind == OD_LEAVE.rawValue {
            leaveRefused()
        } else {
            Log.write("the keeper refused a frame of kind \(kind): \(trouble.text)")
        }
    }

    // MARK: effects

    func obey(_ effect: KeeperEffect) {
        switch effect {
        case .spawn(let order):
            guard let errno = parts.link.spawn(order) else { return }
            let trouble = SpawnTrouble(stage: .resources, errno: errno, text: Errno(errno).description)
            take(.spawnFailed(order.id, trouble))
        case .signal(let id, let number):
            if let slot = slots[id] { parts.link.signal(slot: slot.index, run: id.run, number) }
        case .attach(let id, let plan):
            attach(id, plan)
        case .ended(let id):
            _ = parts.pump.gone(id)
        case .discard(let id):
            discard(id)
        }
    }

    /// The exit of the run is on disk.
    func acknowledge(_ id: RunID) {
        guard let slot = slots[id] else { return }
        parts.link.acknowledge(slot: slot.index, exitNumber: slot.exitNumber)
        slots[id] = slot.isReleased ? nil : with(slot) { $0.isAcknowledged = true }
    }

    /// The streams of the run are read to their end.
    func release(_ id: RunID) {
        guard let slot = slots[id] else { return }
        parts.link.release(slot: slot.index)
        slots[id] = slot.isAcknowledged ? nil : with(slot) { $0.isReleased = true }
        drained()
    }

    private func with(_ slot: Slot, _ edit: (inout Slot) -> Void) -> Slot {
        var slot = slot
        edit(&slot)
        return slot
    }

    private func discard(_ id: RunID) {
        guard let slot = slots[id] else { return }
        slots[id]?.isDiscarded = true
        if slot.isGone { forget(id) } else { parts.link.signal(slot: slot.index, run: id.run, 9) }
    }

    private func forget(_ id: RunID) {
        guard let slot = slots.removeValue(forKey: id) else { return }
        descriptors[id] = nil
        parts.link.acknowledge(slot: slot.index, exitNumber: slot.exitNumber)
        parts.link.release(slot: slot.index)
    }
}
