import CKernel
import Core
import NIOCore

// From an order of the kernel to OD_SPAWN.
extension Control {
    /// Versions of the keeper's protocol (OD_LINK_VERSION) that know of attributes, passed descriptors and cgroups.
    private static let richVersion: UInt16 = 2

    /// Looks up what the order names and sends it; the answer comes as `spawned` or `spawnFailed`.
    func launch(_ order: SpawnOrder) {
        guard hasPreload(for: order) else { return }
        claim(order.id, order.voice)
        let isTaken = parts.spawner.prepare(order, home: parts.home.path, holder: keeper?.identity ?? "") {
            [loop] result in
            if loop.inEventLoop {
                self.assumeIsolated { $0.send(order, result) }
            } else {
                loop.execute { self.assumeIsolated { $0.send(order, result) } }
            }
        }
        guard !isTaken else { return }
        take(.spawnFailed(order.id, SpawnTrouble(stage: .resources, errno: 11, text: "too many starts wait")))
    }

    private func send(_ order: SpawnOrder, _ result: Result<SpawnGrant, AttributeTrouble>) {
        guard let trouble = tell(order, result) else { return }
        silence(order.id)
        take(.spawnFailed(order.id, trouble))
        // Its cgroup may have been made already.
        parts.spawner.ended(order.id)
    }

    /// - Returns: why the keeper was not told.
    private func tell(_ order: SpawnOrder, _ result: Result<SpawnGrant, AttributeTrouble>) -> SpawnTrouble? {
        switch result {
        case .failure(let trouble):
            return SpawnTrouble(stage: .attribute(trouble.key), errno: 0, text: trouble.text)
        case .success(var grant):
            if let trouble = share(order, &grant) { return trouble }
            if parts.link.keeperVersion < Self.richVersion {
                grant.cgroup = nil
                guard !grant.needsVersion2, !order.voice.isNeeded else {
                    let text = "the keeper that runs is of an older version and cannot set user, limits or priorities"
                    return SpawnTrouble(stage: .keeper, errno: 0, text: text)
                }
            } else {
                do throws(Errno) {
                    try equip(order.id, order.voice, &grant)
                } catch {
                    return SpawnTrouble(stage: .resources, errno: error.number, text: error.description)
                }
            }
            return parts.link.spawn(order, grant).map {
                SpawnTrouble(stage: .resources, errno: $0, text: Errno($0).description)
            }
        }
    }

    /// Milliseconds for which ends gather before one look at what they have left.
    private static let strayDelay: Int64 = 300

    /// Something ended that no cgroup held: soon we look whether anything got away from it, and name that once.
    func lookForStrays() {
        guard parts.spawner.beginLook() else { return }
        loop.scheduleTask(in: .milliseconds(Self.strayDelay)) { self.assumeIsolated { $0.nameStrays() } }
    }

    private func nameStrays() {
        let mains = kernel.mainPids()
        parts.spawner.nameStrays(mains: mains)
    }

    /// The keeper refused a spawn. Where only the cgroup was in the way, it is tried again without.
    func spawnRefused(_ id: RunID, _ trouble: SpawnTrouble) {
        if trouble.stage == .cgroup, let order = kernel.spawnOrder(of: id) {
            parts.spawner.withoutCgroups(trouble.text)
            // What it was given went with the refused child.
            silence(id)
            return launch(order)
        }
        silence(id)
        take(.spawnFailed(id, trouble))
        parts.spawner.ended(id)
    }
}
