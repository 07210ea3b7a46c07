// Commands with a name: done once, however often they are sent, and by whichever engine.
//
// The first time leaves a receipt among the writes of the command. A second one finds it: nothing is wished again, only
// what the receipt promises and has not happened yet is done, and the answer tells how those instances are now.
extension Kernel {
    /// Commands that may be said twice without harm (`shutdown`, `detach`, `resume`) leave no receipt.
    mutating func once(
        _ key: String, _ command: FleetCommand, _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) throws(Failure) {
        if let receipt = receipts[key] { return repeatAnswer(receipt, request, now, &effects) }
        let before = pending.count
        try carryOut(command, request, now, &effects)
        guard pending.count > before, let taken = pending.last, let kind = Receipt.Kind(taken.kind) else { return }
        let receipt = Receipt(
            key: key, kind: kind, shown: taken.shown, promises: taken.shown.compactMap(promise),
            removed: taken.shown.compactMap(removal), unchanged: taken.unchanged, changes: taken.changes)
        receipts.add(receipt)
        effects.store.append(.addReceipt(receipt))
    }

    /// An instance that ends in order to start again.
    private func promise(_ key: UInt64) -> Receipt.Promise? {
        guard let instance = fleet[key], instance.life.startsAgain else { return nil }
        return Receipt.Promise(instance: key, run: instance.record.run)
    }

    private func removal(_ key: UInt64) -> Receipt.Removed? {
        guard let instance = fleet[key], instance.deleting, let app = fleet.app(of: key) else { return nil }
        return Receipt.Removed(
            instance: key, id: instance.record.id, name: app.spec.name, number: instance.record.number,
            namespace: app.spec.namespace)
    }

    private mutating func repeatAnswer(
        _ receipt: Receipt, _ request: RequestID?, _ now: Moment, _ effects: inout Effects
    ) {
        if !leaving { keep(receipt.promises, now, &effects) }
        let removed = receipt.removed.filter { fleet[$0.instance] == nil }.map { gone in
            InstanceInfo(
                id: gone.id, name: gone.name, instance: gone.number, namespace: gone.namespace, status: .stopped)
        }
        answerWhenSettled(
            Pending(
                request: request, kind: Pending.Kind(receipt.kind), waiting: Set(receipt.shown), shown: receipt.shown,
                removed: removed, unchanged: receipt.unchanged, changes: receipt.changes))
    }

    /// Restarts that an earlier engine had promised and not begun.
    mutating func restartPromised(_ now: Moment, _ effects: inout Effects) {
        for receipt in receipts.all { keep(receipt.promises, now, &effects) }
    }

    /// A promise is kept when the instance has a later run, and void when somebody has stopped or deleted it since.
    private mutating func keep(_ promises: [Receipt.Promise], _ now: Moment, _ effects: inout Effects) {
        for promise in promises {
            guard let record = fleet[promise.instance]?.record, record.run == promise.run, record.wanted == .running,
                record.trouble == nil
            else { continue }
            restart(promise.instance, now, &effects)
        }
    }
}

extension Receipt.Kind {
    fileprivate init?(_ kind: Kernel.Pending.Kind) {
        switch kind {
        case .processes: self = .processes
        case .start: self = .start
        case .apply: self = .apply
        case .reload: self = .reload
        case .shutdown: return nil
        }
    }
}

extension Kernel.Pending.Kind {
    fileprivate init(_ kind: Receipt.Kind) {
        switch kind {
        case .processes: self = .processes
        case .start: self = .start
        case .apply: self = .apply
        case .reload: self = .reload
        }
    }
}

extension Lifecycle {
    /// It ends in order to start again.
    fileprivate var startsAgain: Bool {
        switch state {
        case .ending(let ending): ending.afterwards == .startAgain
        case .starting(_, let afterwards): afterwards == .startAgain
        case .idle, .unready, .online, .waiting, .held: false
        }
    }
}
