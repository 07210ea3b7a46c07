import Core

// The start of an engine. Usually its keeper holds all that runs. When keeper, spare and engine were killed together,
// the new keeper holds nothing: what the last engine had running is looked for among all processes, and adopted.
extension Control {
    /// The keeper has listed what it holds: what else may live is looked for, then the fleet is recovered.
    func findRuns(_ held: [KeeperSlot]) {
        recovery.adopted = held
        let open = openRuns(held)
        recovery.hasListed = true
        guard !open.isEmpty, let keeper else { return hasAdopted() }
        recovery.hasListed = false
        recovery.isSeeking = true
        let (home, store, pid) = (parts.home.path, parts.store, keeper.pid)
        Log.write("keeper \(pid) holds nothing of \(open.count) runs of the last engine: looking for their processes")
        Task {
            do {
                let (known, found) = try await parts.chores.run {
                    let known = try store.processes().filter { $0.id.run > open[$0.id.instance] ?? .max }
                    return (
                        known, ProcessSearch.run(home: home, instances: Set(open.keys), known: known)
                    )
                }
                await adopt(known, found ?? ProcessSearch.Result())
            } catch {
                Log.write("the processes of the last engine cannot be looked for: \(error)", .error)
                recovery.hasListed = true
                hasAdopted()
            }
        }
    }

    /// Instances with a run that had not ended when the last engine died on this boot, under a keeper that is gone; and
    /// their last run that had ended.
    private func openRuns(_ held: [KeeperSlot]) -> [UInt64: UInt64] {
        guard let keeper, let last = stored.home.keeper, last != keeper.identity, !keeper.boot.isEmpty,
            KeeperWelcome.boot(of: last) == keeper.boot
        else { return [:] }
        let isHeld = Set(held.map(\.id.instance))
        return stored.instances.reduce(into: [:]) { open, record in
            if record.run > record.ended, !isHeld.contains(record.key) { open[record.key] = record.ended }
        }
    }

    private func adopt(_ known: [ProcessRecord], _ found: ProcessSearch.Result) async {
        let living = Set(found.living.map(\.id))
        for process in known where !living.contains(process.id) {
            // Only the last run of an instance can have been alive.
            guard !found.living.contains(where: { $0.id.instance == process.id.instance }) else { continue }
            recovery.dead.append(Self.dead(process, .unknown))
        }
        await end(found.leftovers)
        for process in found.living {
            recovery.adopting.insert(process.id)
            recovery.sought[process.id] = process
            parts.link.adopt(process, since: process.since, streams: [])
        }
        recovery.hasListed = true
        hasAdopted()
    }

    /// What outlived the main process of its run goes before that is started again: there are never two.
    private func end(_ leftovers: [ProcessRecord]) async {
        guard !leftovers.isEmpty else { return }
        let pids = leftovers.map { String($0.pid) }.joined(separator: ", ")
        Log.write("processes \(pids) outlived their apps and are ended", .warn)
        let ids = Set(leftovers.map(\.id))
        for _ in 0..<Self.leftoverLooks {
            guard await killLeftovers(ids) > 0 else { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private static let leftoverLooks = 100

    /// Nothing is left to be adopted: the fleet is known, or is whole again.
    func hasAdopted() {
        guard recovery.adopting.isEmpty else { return }
        guard isReady else { return recovery.hasListed ? recoverFleet() : () }
        guard recovery.isStrange else { return }
        recovery.isStrange = false
        for id in descriptors.keys { kernel.logPlan(of: id).map { attach(id, $0) } }
        settled()
    }

    private func recoverFleet() {
        if recovery.isSeeking {
            let (adopted, dead) = (recovery.adopted.count, recovery.dead.count)
            Log.write("\(adopted) runs were adopted, \(dead) had ended while nobody looked")
        }
        recover(recovery.takeRuns())
        closeForgotten()
        _ = parts.pump.settle()
        dropStrangeVoices()
        heldPages = [:]
    }
}
