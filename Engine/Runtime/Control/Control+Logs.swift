import Core
import NIOCore

// Streams of runs: from the keeper to the pump, and back when they are read to their end.
extension Control {
    /// The run's streams go into their files. Each file has a commit page, which the keeper holds before a byte is written.
    func attach(_ id: RunID, _ plan: LogPlan) {
        let paths = Set([plan.out, plan.error])
        if let path = paths.first(where: { closing[$0] != nil }) {
            closing[path]?.append((id, plan))
            return
        }
        guard let descriptors = descriptors.removeValue(forKey: id) else { return }
        for path in paths {
            open(path, for: id.instance)
            _ = parts.pump.rotate(path, by: plan.rotation)
            _ = parts.pump.style(path, LogStyle(plan.settings))
        }
        streaming.insert(id)
        let out = StreamSource(pipe: descriptors.out.give(), spool: descriptors.outSpool.give(), path: plan.out)
        let error = StreamSource(pipe: descriptors.error.give(), spool: descriptors.errorSpool.give(), path: plan.error)
        var origin = plan.origin
        origin.pid = slots[id]?.process?.pid ?? 0
        origin.tellsEnds = plan.settings.crashLines > 0
        if !parts.pump.attach(id, out: out, error: error, origin: origin) {
            for number in [out.pipe, out.spool, error.pipe, error.spool] { _ = Descriptor(number) }
            decline(id)
        }
    }

    private func open(_ path: String, for instance: UInt64) {
        guard logUsers[path] == nil else {
            logUsers[path]?.insert(instance)
            return
        }
        let key = LogPump.pageKey(path)
        do {
            let page = try heldPages.removeValue(forKey: key)?.give() ?? newPage(key)
            guard parts.pump.open(path, page: page) else {
                _ = Descriptor(page)
                return
            }
            logUsers[path] = [instance]
            parts.archivist.room.opened(path)
        } catch {
            Log.write("no log for \(path): \(error)", .warn)
        }
    }

    private func newPage(_ key: UInt64) throws(Failure) -> Int32 {
        let page = try LogPump.newPage()
        parts.link.store(key: key, descriptor: page)
        return page
    }

    /// The pump could not take the streams: the keeper reads on, the app goes on, and we ask for them again.
    private func decline(_ id: RunID) {
        streaming.remove(id)
        if let index = slots[id]?.index { parts.link.decline(slot: index) }
        drained()
        take(KeeperReport(.cut))
        Log.write("the streams of run \(id.instance).\(id.run) were not taken", .error)
    }

    /// Takes what the pump tells.
    func take(_ fact: LogFact) {
        switch fact {
        case .ends(let id, let ends):
            slots[id]?.logEnds = ends
            noteEnds(id, ends)
            if let crash = slots[id]?.crash { keepLastLines(of: crash) }
        case .drained(let id):
            streaming.remove(id)
            report(id)
            release(id)
        case .refused(let id):
            decline(id)
        case .blocked(let path, let reason):
            logTroubles[path] = reason
            Log.write("\(path) cannot be written: \(reason)", .warn)
        case .unblocked(let path, let dropped):
            logTroubles[path] = nil
            Log.write("\(path) is written again, \(dropped) bytes were dropped", .warn)
        case .rotated(let path):
            tidy(path)
        case .notRotated(let path, let reason):
            Log.write("\(path) cannot be put aside and goes on growing: \(reason)", .warn)
        case .closed(let path):
            logTroubles[path] = nil
            parts.link.drop(key: LogPump.pageKey(path))
            for (id, plan) in closing.removeValue(forKey: path) ?? [] { attach(id, plan) }
        case .lent(let loan):
            giveBack(loan)
        case .reported(let number, let full):
            reports.came(number, full: full)
        case .emptied(let path, let number, let reason):
            for waiting in emptying.removeValue(forKey: path) ?? [] { waiting.resume(returning: (number, reason)) }
        }
    }

    /// The last lines of a run that crashed are kept as soon as all of them are there.
    func keepLastLines(of crash: CrashNote) {
        slots[crash.id]?.crash = crash
        guard let ends = slots[crash.id]?.logEnds else { return }
        parts.archivist.keep(crash, ends, since: began(crash.id))
    }

    /// When a run began, by the clock that logs have.
    func began(_ id: RunID) -> WallTime? { slots[id]?.process.map { Clock.now().wallTime(of: $0.since) } }

    /// A file was put aside: the app's old files are compressed, and those that are too many or too old removed.
    private func tidy(_ path: String) {
        if let instance = logUsers[path]?.first { tidyLogs(of: instance) }
    }

    private func tidyLogs(of instance: UInt64) {
        guard let logs = kernel.logs(of: instance) else { return }
        parts.archivist.tidy(logs.files, by: logs.rotation, at: Clock.now().wall)
    }

    /// Old files also become too old while nothing is written: looked at every `Defaults.logSweep`.
    func sweepLogs() {
        loop.scheduleTask(in: .milliseconds(Int64(Defaults.logSweep))) { [self] in
            assumeIsolated { control in
                for instance in Set(control.logUsers.values.compactMap(\.first)) { control.tidyLogs(of: instance) }
                control.sweepLogs()
            }
        }
    }

    /// An instance is deleted: files that nobody else writes are closed when their streams have ended.
    func closeLogs(of instance: UInt64) {
        for (path, users) in logUsers where users.contains(instance) {
            logUsers[path]?.remove(instance)
            guard users.count == 1 else { continue }
            logUsers[path] = nil
            parts.archivist.room.closed(path)
            if parts.pump.close(path) { closing[path] = [] }
        }
    }
}
