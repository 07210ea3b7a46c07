import Core

/// A store that may be slow, may fail and keeps what it took.
struct SimulatedStore {
    private(set) var fleet = StoredFleet()
    private(set) var exits: [RunID: ExitRecord] = [:]
    /// Until then every commit fails.
    var failsUntil: Instant?
    /// Milliseconds that a commit takes at most.
    var slowness = 2

    /// One transaction. Gives what is wrong with it, if anything.
    mutating func commit(_ writes: [StoreWrite]) -> String? {
        for write in writes {
            if case .putApp(let app) = write {
                fleet.apps.removeAll { $0.key == app.key }
                fleet.apps.append(app)
            } else if case .removeApp(let key) = write {
                fleet.apps.removeAll { $0.key == key }
                fleet.instances.removeAll { $0.app == key }
            } else if case .putInstance(let instance) = write {
                fleet.instances.removeAll { $0.key == instance.key }
                fleet.instances.append(instance)
            } else if case .removeInstance(let key) = write {
                fleet.instances.removeAll { $0.key == key }
            } else if case .putHome(let home) = write {
                fleet.home = home
            } else if case .addExit(let exit) = write {
                let id = RunID(instance: exit.instance, run: exit.run)
                // The wall clock may have jumped between the two: only the moment may differ.
                if let old = exits[id], old.exit != exit.exit || old.pid != exit.pid || old.uptime != exit.uptime {
                    return "the exit of \(id) is stored as \(old) and as \(exit)"
                }
                exits[id] = exits[id] ?? exit
            } else if case .addEvent(let event) = write {
                // An engine that follows another leaves numbers out, thousands at once.
                let isNext = event.seq == fleet.lastEvent + 1 || event.seq > fleet.lastEvent + 1000
                if !isNext { return "event \(event.seq) is stored after \(fleet.lastEvent)" }
                fleet.lastEvent = event.seq
            }
        }
        return nil
    }

    /// They were compared with what happened, and will not come again.
    mutating func forgetExits() { exits = [:] }
}
