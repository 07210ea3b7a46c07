// Runs that the keeper is executing while an engine starts, and that take long: a program on a disk that does not answer.
// Nothing is known of them but that they may live in a moment.
extension Kernel {
    /// A run that nobody wants any more holds the place of its instance until the keeper says what became of it: nothing
    /// is started beside it. One that is wanted is asked for once more, which a keeper does once.
    mutating func expect(_ id: RunID, _ effects: inout Effects) {
        guard var instance = fleet[id.instance], id.run >= instance.record.run, instance.record.ended < id.run,
            instance.record.wanted != .running || home.halted
        else { return }
        if instance.record.begins(id.run) { effects.store.append(.putInstance(instance.record)) }
        var life = Lifecycle()
        _ = life.start(run: id.run)
        _ = life.stop(afterwards: .stay)
        if instance.life.isIdle {
            instance.life = life
        } else if instance.beside == nil {
            instance.beside = Fleet.Beside(role: .successor, run: id.run, life: life)
        }
        fleet[id.instance] = instance
    }
}

extension InstanceRecord {
    /// A run that was begun by the last engine. False: it was stored.
    mutating func begins(_ run: UInt64) -> Bool {
        guard run > self.run else { return false }
        // Runs that were not stored any more before the last engine died were restarts, since commands are stored
        // first; but not the first run of one that had waited for others, or had never run.
        let isFirst = self.run == 0 || held == .first
        restarts += Int(run - self.run) - (isFirst ? 1 : 0)
        held = nil
        self.run = run
        return true
    }
}
