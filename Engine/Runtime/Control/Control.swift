import CKernel
import Core
import Glibc
import NIOCore

/// The thin runtime around the kernel: one serial executor, pinned to one event loop. Events come in, the kernel decides,
/// and the effects are carried out in their order: store, keeper and timers, publication, answers.
actor Control {
    nonisolated let loop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    let parts: Parts
    /// The first engine of a keeper was started for a dashboard.
    let isStartedEmbedded: Bool
    /// … or by the machine's init system.
    let isStartedByBoot: Bool
    let startNumber: Int
    let startedAt = Clock.now()
    var kernel: Kernel
    var journal = Journal()
    var untold = Untold()
    /// What the engine does beyond supervising, and how it is.
    var capabilities: Capabilities
    /// Events that came while a command was being made durable.
    private(set) var inbox = Inbox()
    /// A command's writes are on their way to the disk: no other event is taken until they are there.
    private(set) var isCommitting = false
    /// Gathered facts are on their way; events go on, commands wait.
    private var isFlushing = false
    private var isFlushDue = false
    /// Who waits until the write that is under way has ended.
    private var flushed: [CheckedContinuation<Void, Never>] = []
    /// What is known of each run that a keeper holds or held.
    var slots: [RunID: Slot] = [:]
    /// Who waits for a log to be emptied, by its path.
    var emptying: [String: [CheckedContinuation<(UInt64, String?), Never>]] = [:]
    var reports = LogReports()
    /// The keeper as it presented itself; nil before the first has.
    var keeper: KeeperWelcome?
    /// The link leads to somebody; and to which of them.
    var isKeeperThere = false
    var keeperNumber = 0
    var recovery = KeeperRecovery()
    var reexec: Reexec?
    /// A copy of the listening socket, for a keeper that we start.
    var listener: Int32 = -1
    /// Commit pages and ends of voices that the keeper held when we came, by key, until somebody wants them.
    var heldPages: [UInt64: Descriptor] = [:]
    /// The listening socket of the door, if an earlier engine opened it.
    var heldDoor: Descriptor?
    /// What others may take away.
    var upkeep = Upkeep()
    /// Our ends of what runs speak by; and runs of which a line is awaited.
    var voices: [RunID: [SignSource: Descriptor]] = [:]
    var tapped: Set<RunID> = []
    /// Sockets that runs share and the stdin of runs, by the key under which the keeper stores them.
    var shared: [UInt64: Descriptor] = [:]
    /// The preload of node apps is written.
    var hasPreload = false
    /// Descriptors of runs whose files are not known yet.
    var descriptors: [RunID: RunDescriptors] = [:]
    /// Runs whose streams the pump reads.
    var streaming: Set<RunID> = []
    /// Files that the pump is closing, and the runs that want them again: a new page must not replace the one in use.
    var closing: [String: [(RunID, LogPlan)]] = [:]
    /// Which instances write a log file that the pump knows.
    var logUsers: [String: Set<UInt64>] = [:]
    /// Log files that cannot be written, and why.
    var logTroubles: [String: String] = [:]
    private var timers: [TimerID: Scheduled<Void>] = [:]
    private var lastRequest: RequestID = 0
    private var waiting: [RequestID: CheckedContinuation<Outcome, Never>] = [:]
    /// Those who wait until the fleet is known.
    private var ready: [CheckedContinuation<Void, Never>] = []
    private(set) var isReady = false
    /// Where clients connect; set once it is open.
    var server: Server?
    /// The dashboard that this engine was started for, while it is connected.
    var owner: UInt64?
    /// The last figures, and whether the next are due.
    var figures: Meter.Figures?
    var nextMeasuring: (due: Instant, timer: Scheduled<Void>)?
    var measuring: Task<Void, Never>?
    /// Figures of before.
    var history = Remembered()
    private(set) var isLeaving = false
    /// Everything is on disk: leave may be asked for.
    private(set) var hasFlushed = false
    /// A step's effects are being carried out: events that they cause wait.
    private var isPerforming = false
    /// Who waits until all streams are read to their end.
    private var whenDrained: CheckedContinuation<Void, Never>?
    /// The last reason why the store could not be written; nil when it could.
    private(set) var storeTrouble: Failure?

    init(
        loop: any EventLoop, parts: Parts, stored: StoredFleet, capabilities: Capabilities, embedded: Bool,
        boots: Bool = false, startNumber: Int
    ) {
        self.loop = loop
        self.parts = parts
        isStartedEmbedded = embedded
        isStartedByBoot = boots
        self.startNumber = startNumber
        kernel = Kernel(homePath: parts.home.path, seed: Clock.now().boot.nanoseconds)
        self.stored = stored
        self.capabilities = capabilities
    }

    /// What the store held, until the keeper has told what it holds.
    let stored: StoredFleet
    let rest = Rest()
    let pidFiles = PidFiles()
    /// For crash reports.
    var witness = Witness()

    /// Accepts clients, who wait until the fleet is known, and asks the keeper what it holds.
    func open(listener: Int32) async throws {
        self.listener = od_pump_duplicate(listener)
        try listen()
        relist()
        parts.archivist.begin()
        sweepLogs()
        let (home, chores) = (parts.home.path, parts.chores)
        let gate: Server.Gate = { () async throws(Failure) in
            do {
                return try await chores.run { try Server.token(home: home) }
            } catch {
                throw Failure.unexpected(error)
            }
        }
        server = try await Server.open(
            listener: listener, on: loop, router: router, gate: gate, note: { Log.write($0, .warn) },
            hello: { await self.greet($0) })
        // Once more: taking the socket over has set its backlog to a smaller one.
        Glibc.listen(listener, Server.backlog)
        Task { await watchSocket() }
        if Door.belongs(to: parts.home.path) { Task { await openDoor() } }
    }

    // MARK: events in

    /// Takes an event of the keeper, a timer or a client, in order.
    func take(_ event: KernelEvent) {
        inbox.add(event)
        proceed()
    }

    /// The keeper has told all it holds: the fleet is known.
    func recover(_ held: [HeldRun]) {
        guard !isReady else { return }
        isReady = true
        let identity = keeper?.identity ?? ""
        parts.spawner.begin(home: parts.home.path, holder: identity)
        if stored.apps.isEmpty, !held.isEmpty {
            Log.write("state.db knows no app: \(held.count) runs that the keeper holds are ended", .warn)
        }
        inbox.addFirst(.recovered(stored, held, engineStart(identity)))
        Log.write("engine \(Build.version), pid \(processID()), is start \(startNumber): \(held.count) runs held")
        proceed()
        for continuation in ready { continuation.resume() }
        ready = []
        serve(parts.manager)
        keepMeasuring()
    }

    /// Waits until the fleet is known.
    func untilReady() async {
        guard !isReady else { return }
        await withCheckedContinuation { ready.append($0) }
    }

    /// Says a command and waits for its answer.
    func command(_ command: FleetCommand) async throws(Failure) -> Outcome {
        await untilReady()
        guard waiting.count < Defaults.waitingCommands else { throw .tooManyCommands }
        lastRequest += 1
        let request = lastRequest
        let context = RequestContext.current
        let said = Clock.now().wall
        let wish = context?.key.map { FleetCommand.once($0, command) } ?? command
        let answer = await withCheckedContinuation { continuation in
            waiting[request] = continuation
            take(.command(wish, request))
            // It has its place: the client's next request cannot come before it.
            context?.turn.pass()
        }
        if case .failed(let failure) = answer { throw failure }
        note(command, answer, by: context?.requester, at: said)
        return answer
    }

    // MARK: steps

    private func proceed() {
        // Batches must reach the store in their order, also when one fails and is put back.
        while isReady, !isCommitting, !isPerforming, let event = inbox.take(commands: !isFlushing) {
            guard case .command(let command, let request) = event else {
                perform(kernel.step(event, at: Clock.now()), storing: true)
                continue
            }
            // The kernel is a value: nobody sees what a command did to it before that is durable.
            var next = kernel
            let effects = next.step(event, at: Clock.now())
            guard effects.durable, !effects.store.isEmpty else {
                kernel = next
                perform(effects, storing: true)
                continue
            }
            isCommitting = true
            keepGood(effects)
            Task { [next] in await self.commit(effects, request, next, stops: command.stops) }
        }
    }

    private func commit(_ effects: Effects, _ request: RequestID?, _ next: Kernel, stops: Bool) async {
        var batch = journal.take()
        let gathered = batch
        batch.writes += effects.store
        batch.acknowledge += effects.acknowledge
        do {
            try await write(batch)
            kernel = next
            isCommitting = false
            perform(effects, storing: false)
        } catch  where stops {
            // Stopping is what people need on a full disk: it happens now, and is written as soon as there is room.
            Log.write("a stop is not stored yet: \(error)", .error)
            kernel = next
            isCommitting = false
            journal.putBack(batch)
            storeTrouble = error
            flushSoon(Journal.retry)
            perform(effects, storing: false)
        } catch {
            isCommitting = false
            journal.putBack(gathered)
            storeTrouble = error
            flushSoon(Journal.retry)
            if let request { answer(request, .failed(error)) }
        }
        writeEnded()
        proceed()
    }

    func write(_ batch: Journal.Batch) async throws(Failure) {
        let gathered = kernel.lastEventNumber
        defer { tell(upTo: gathered) }
        let left = try await commit(batch.writes, processes: Array(batch.processes.values))
        if storeTrouble != nil { Log.write("the store is written again") }
        storeTrouble = nil
        if !left.isEmpty {
            journal.putBack(Journal.Batch(writes: left, lost: batch.lost))
            flushSoon(Journal.retry)
        }
        for id in batch.acknowledge { acknowledge(id) }
    }

    private func perform(_ effects: Effects, storing: Bool) {
        if storing {
            // What happens while no history is kept stays out of it, whenever it is written.
            journal.add(effects, history: capabilities.isEnabled(.events))
            flushSoon(Journal.gather)
        }
        isPerforming = true
        for effect in effects.keeper { obey(effect) }
        for crash in effects.crashes { keepLastLines(of: crash) }
        for effect in effects.timers { obey(effect) }
        watch(effects)
        let isAnswered = !effects.answers.isEmpty
        tell(effects.publish, now: isAnswered || !storing || journal.waiting.isEmpty && !isFlushing)
        watchForCrashes(effects)
        for key in effects.forgotten { closeLogs(of: key) }
        isPerforming = false
        for reply in effects.answers { answer(reply.request, reply.answer) }
        rest.wasBusy(on: loop)
        if effects.leave { leave() }
    }

    private func answer(_ request: RequestID, _ answer: Outcome) {
        waiting.removeValue(forKey: request)?.resume(returning: answer)
    }

    // MARK: the journal

    /// A run is that process; on disk as soon as anything is.
    func remember(_ process: ProcessRecord) {
        journal.add(process)
        flushSoon(Journal.gather)
    }

    private func flushSoon(_ milliseconds: Int) {
        guard !isFlushDue, !journal.waiting.isEmpty else { return }
        isFlushDue = true
        loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) { [self] in
            assumeIsolated { control in
                control.isFlushDue = false
                Task { await control.flush() }
            }
        }
    }

    /// Waits until what has gathered is on disk, or could not be written.
    func untilStored() async {
        while isFlushing || isCommitting { await withCheckedContinuation { flushed.append($0) } }
        await flush()
    }

    private func writeEnded() {
        let waiting = flushed
        flushed = []
        for continuation in waiting { continuation.resume() }
    }

    /// Writes what has gathered; what cannot be written is tried again.
    private func flush() async {
        guard !isCommitting, !isFlushing else { return flushSoon(Journal.gather) }
        let batch = journal.take()
        guard !batch.isEmpty else { return }
        isFlushing = true
        do {
            try await write(batch)
        } catch {
            journal.putBack(batch)
            if storeTrouble != error { Log.write("the store cannot be written: \(error)", .error) }
            storeTrouble = error
        }
        isFlushing = false
        writeEnded()
        flushSoon(storeTrouble == nil ? Journal.gather : Journal.retry)
        proceed()
    }

    // MARK: timers

    private func obey(_ effect: TimerEffect) {
        switch effect {
        case .cancel(let id):
            inbox.forget(id)
            timers.removeValue(forKey: id)?.cancel()
        case .arm(let id, let milliseconds):
            inbox.forget(id)
            timers.removeValue(forKey: id)?.cancel()
            timers[id] = loop.scheduleTask(in: .milliseconds(Int64(milliseconds))) { [self] in
                assumeIsolated { control in
                    control.timers[id] = nil
                    control.take(.timer(id))
                }
            }
        }
    }

    // MARK: the end

    /// Everything is down: what is in memory goes to disk, answers go out, and the keeper is asked for leave.
    private func leave() {
        guard !isLeaving else { return }
        isLeaving = true
        parts.manager.tell(.stopping)
        Task {
            await untilDrained()
            let (pump, signs, home, store) = (parts.pump, parts.signs, parts.home, parts.store)
            let rest = journal.take()
            // Batches reach the store in their order: one that is under way is before this one. What cannot be written
            // is with the keeper no more, but the apps are down: only their last exit codes are lost.
            do { try await write(rest) } catch { Log.write("the last facts were not stored: \(error)", .error) }
            await pidFiles.finish()
            try? await parts.storeWorker.run {
                pump.stop()
                signs.stop()
                home.removePidFiles()
                store.settle()
            }
            await server?.close()
            hasFlushed = true
            if isKeeperThere { parts.link.leave() }
        }
    }

    /// Waits until the streams of all runs are read to their end, at most as long as somebody may hold a pipe.
    private func untilDrained() async {
        guard !streaming.isEmpty else { return }
        let impatience = loop.scheduleTask(in: .milliseconds(Int64(Defaults.streamGrace + 1000))) {
            self.assumeIsolated { $0.drained(all: true) }
        }
        await withCheckedContinuation { whenDrained = $0 }
        impatience.cancel()
    }

    /// A stream has ended.
    func drained(all: Bool = false) {
        guard all || streaming.isEmpty else { return }
        whenDrained?.resume()
        whenDrained = nil
    }
}
