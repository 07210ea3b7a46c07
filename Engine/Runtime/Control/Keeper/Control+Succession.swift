import CKernel
import Core
import NIOCore

// One keeper after another. A keeper that died is followed by its spare, which holds the same table of runs; when both
// were killed, the engine starts a new one and gives it what it has.
extension Control {
    /// Milliseconds until a keeper that could not be started is tried again: doubled from the first to the longest.
    private static let firstPause: Int64 = 100
    private static let longestPause: Int64 = 5000

    /// A keeper has said who it is.
    func meet(_ welcome: KeeperWelcome) {
        let before = keeper
        keeper = welcome
        guard let before, before != welcome else { return writePidFiles() }
        let isSame = before.identity == welcome.identity
        guard !isSame || before.pid != welcome.pid || before.spare != welcome.spare else { return }
        writePidFiles()
        tellMain(welcome)
        if !isSame { recovery.isStrange = true }
        let held = "\(liveRuns) runs held"
        if before.build != welcome.build, isSame {
            say(.replaced(keeper: welcome.identity, "by version \(welcome.build), \(held)"))
        } else if isSame, isReexec(welcome) {
            say(.replaced(keeper: welcome.identity, "as asked, by pid \(welcome.pid), \(held)"))
        } else {
            if isSame { say(.lost(Self.death(before, welcome))) }
            say(.replaced(keeper: welcome.identity, "by pid \(welcome.pid) with spare \(welcome.spare), \(held)"))
        }
    }

    /// The keeper has something alive yet: asked again in a moment.
    func leaveRefused() {
        loop.scheduleTask(in: .milliseconds(100)) { [parts] in parts.link.leave() }
    }

    /// How this engine came to be, under a keeper.
    func engineStart(_ keeper: String) -> EngineStart {
        EngineStart(
            keeper: keeper, isEmbedded: isStartedEmbedded, hasAdopted: recovery.isSeeking, number: startNumber,
            isBoot: isStartedByBoot, executing: Array(recovery.executing))
    }

    /// Which of both died: the worker's place is taken by a new child of the spare, the spare's by the worker.
    private static func death(_ before: KeeperWelcome, _ after: KeeperWelcome) -> String {
        if before.spare == after.spare { return "the keeper, pid \(before.pid), was killed" }
        if before.pid == after.spare { return "the keeper's spare, pid \(before.spare), was killed" }
        return "the keeper, pid \(before.pid), and its spare, pid \(before.spare), were killed"
    }

    /// Runs of which anything lives.
    private var liveRuns: Int { slots.values.count { !$0.isGone } }

    private func writePidFiles() {
        let (home, pid) = (parts.home, keeper?.pid ?? 0)
        _ = parts.storeWorker.post { home.writePidFiles(keeper: pid) }
    }

    /// To the log and to all who look.
    func say(_ news: KeeperNews) {
        switch news {
        case .lost(let message): Log.write("keeper lost: \(message)", .error)
        case .replaced(_, let message): Log.write("keeper replaced \(message)")
        }
        take(.keeper(news))
    }

    // MARK: both were killed

    /// Receives from a keeper until it is gone.
    func listen() throws {
        keeperNumber += 1
        let number = keeperNumber
        try parts.link.listen { report in
            self.loop.execute {
                self.assumeIsolated { if $0.keeperNumber == number { $0.take(report) } }
            }
        } closed: {
            self.loop.execute {
                self.assumeIsolated { if $0.keeperNumber == number { $0.keeperEnded() } }
            }
        }
        isKeeperThere = true
    }

    /// Nobody is at the other end of the link: keeper and spare are dead. The apps go on, and so do their logs.
    private func keeperEnded() {
        parts.link.disconnect()
        isKeeperThere = false
        recovery.roll = nil
        recovery.adopting = []
        recovery.executing = []
        for id in slots.keys {
            slots[id]?.index = nil
            slots[id]?.exitNumber = 0
        }
        refuseReexec(SpawnTrouble(stage: .other, errno: 0, text: "the keeper was killed"))
        guard isReady else {
            Log.write("the keeper is gone before the engine was ready", .error)
            return parts.end(1)
        }
        if isLeaving, hasFlushed { return parts.end(0) }
        let pids = [keeper?.pid ?? 0, keeper?.spare ?? 0].filter { $0 > 0 }.map(String.init)
        say(.lost("pid \(pids.joined(separator: " and ")) killed; \(liveRuns) runs go on"))
        startKeeper(pause: Self.firstPause)
    }

    /// Starts a keeper; one that does not start is tried again.
    private func startKeeper(pause: Int64) {
        let (start, listener) = (parts.startKeeper, listener)
        Task {
            do {
                let socket = try await parts.chores.run { try start(listener) }
                parts.link.connect(socket)
                try listen()
                relist()
            } catch {
                parts.link.disconnect()
                isKeeperThere = false
                say(.lost("no keeper can be started: \(error); the apps go on without one"))
                loop.scheduleTask(in: .milliseconds(pause)) {
                    self.assumeIsolated { $0.startKeeper(pause: min(pause * 2, Self.longestPause)) }
                }
            }
        }
    }

    /// A keeper that holds nothing of what we know: asks the pump for what we hold.
    func reclaim() {
        guard !parts.pump.lend() else { return }
        loop.scheduleTask(in: .milliseconds(Self.relistAfter)) {
            self.assumeIsolated { if $0.recovery.isStrange, $0.isKeeperThere { $0.reclaim() } }
        }
    }

    /// Gives the new keeper the commit pages, and each run that lives with its streams.
    func giveBack(_ loan: LogLoan) {
        let lent = Loan(loan)
        guard isKeeperThere, recovery.isStrange else { return }
        giveBackVoices()
        for (path, page) in lent.pages { parts.link.store(key: LogPump.pageKey(path), descriptor: page.lent) }
        giveBackShared()
        var leftovers: Set<RunID> = []
        for (id, slot) in slots where slot.index == nil && !slot.isGone {
            if slot.hasEnded {
                leftovers.insert(id)
            } else if let process = slot.process {
                recovery.adopting.insert(id)
                // An attempt with a keeper that died as well.
                _ = parts.link.isListed(id)
                parts.link.adopt(process, since: process.since, streams: streams(of: id, lent))
            }
        }
        for id in leftovers { Task { await sweep(id) } }
        Task { await adoptUnanswered() }
    }

    /// A spawn whose answer died with the keeper may have been carried out: then its process is adopted, and the spawn is
    /// not said again.
    private func adoptUnanswered() async {
        let spawns = parts.link.unansweredSpawns
        if !spawns.isEmpty {
            let home = parts.home.path
            let instances = Set(spawns.map(\.instance))
            let found = try? await parts.chores.run {
                let found = ProcessSearch.run(home: home, instances: instances, known: [])
                // What may not be adopted must not live beside what is started in its place.
                _ = ProcessSearch.kill((found?.leftovers ?? []).filter { spawns.contains($0.id) })
                return found
            }
            guard isKeeperThere, recovery.isStrange else { return }
            for process in found?.living ?? [] where spawns.contains(process.id) {
                recovery.adopting.insert(process.id)
                parts.link.adopt(process, since: process.since, streams: [])
            }
        }
        hasAdopted()
    }

    /// The four descriptors of an OD_ADOPT; none when the streams have ended. One that has ended alone is stood for by a
    /// pipe without writers and an empty spool.
    private func streams(of id: RunID, _ loan: Loan) -> [Descriptor] {
        if let own = descriptors[id] { return [own.out, own.error, own.outSpool, own.errorSpool] }
        guard let lent = loan.runs[id] else { return [] }
        let out = lent[.out] ?? Self.endedStream()
        let error = lent[.error] ?? Self.endedStream()
        guard let out, let error else { return [] }
        return [out.pipe, error.pipe, out.spool, error.spool]
    }

    private static func endedStream() -> Loan.Stream? {
        var ends: [Int32] = [-1, -1]
        guard od_pipe(&ends) == 0 else { return nil }
        od_close(ends[1])
        let spool = od_spool("od-ended")
        guard spool >= 0 else {
            od_close(ends[0])
            return nil
        }
        return Loan.Stream(pipe: Descriptor(ends[0]), spool: Descriptor(spool))
    }

    // MARK: runs that no keeper can hold

    /// The new keeper does not take a run: its process has ended, or this keeper cannot adopt.
    func lost(_ id: RunID, why: SpawnTrouble) {
        guard let process = slots[id]?.process ?? recovery.sought[id] else { return }
        if why.errno != ESRCH { _ = ProcessSearch.kill([process]) }
        guard isReady else {
            recovery.dead.append(Self.dead(process, .unknown))
            return
        }
        Task {
            let exit = await exit(of: slots[id]?.handle)
            await sweep(id) {
                self.take(.exited(id, Self.end(process, exit)))
            }
        }
    }

    static func end(_ process: ProcessRecord, _ exit: Exit) -> RunEnd {
        RunEnd(exit: exit, pid: process.pid, since: process.since, at: Clock.now().boot, left: 0)
    }

    static func dead(_ process: ProcessRecord, _ exit: Exit) -> HeldRun {
        HeldRun(id: process.id, pid: process.pid, since: process.since, end: end(process, exit))
    }

    /// How a process ended that is nobody's child of ours: whoever reaps it leaves word with its pidfd.
    private func exit(of handle: Descriptor?) async -> Exit {
        guard let handle, handle.lent >= 0 else { return .unknown }
        for _ in 0..<Self.exitLooks {
            var status: Int32 = 0
            let result = od_exit_status(handle.lent, &status)
            if result == 0 { return Exit(waitStatus: status) }
            guard result == -EAGAIN else { return .unknown }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return .unknown
    }

    private static let exitLooks = 100
    private static let sweeps = 50

    /// Ends what is left of the tree of a run that no keeper holds, then says that it is gone.
    private func sweep(_ id: RunID, first: () -> Void = {}) async {
        for _ in 0..<Self.sweeps {
            guard await killLeftovers([id]) > 0 else { break }
            try? await Task.sleep(for: .milliseconds(20))
        }
        slots[id]?.hasEnded = true
        slots[id]?.isGone = true
        first()
        take(.gone(id))
    }

    /// How many processes of these runs were there, and have been sent SIGKILL.
    func killLeftovers(_ ids: Set<RunID>) async -> Int {
        let home = parts.home.path
        let instances = Set(ids.map(\.instance))
        let killed = try? await parts.chores.run {
            let found = ProcessSearch.run(home: home, instances: instances, known: [])
            return ProcessSearch.kill(((found?.living ?? []) + (found?.leftovers ?? [])).filter { ids.contains($0.id) })
        }
        return killed ?? 0
    }
}

/// A `LogLoan` whose descriptors have an owner.
private struct Loan {
    struct Stream {
        var pipe: Descriptor
        var spool: Descriptor
    }

    var runs: [RunID: [LogChunk.Channel: Stream]]
    var pages: [String: Descriptor]

    init(_ loan: LogLoan) {
        runs = loan.runs.mapValues {
            $0.mapValues { Stream(pipe: Descriptor($0.pipe), spool: Descriptor($0.spool)) }
        }
        pages = loan.pages.mapValues(Descriptor.init)
    }
}
