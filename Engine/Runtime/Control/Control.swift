import CKernel
import Core
import Glibc
import NIOCore

/// The thin runtime around the kernel: one serial executor, pinned to one event loop. Events come in, the kernel decides,
/// and the effects are carried out in their order: store, keeper and timers, publication, answers.
actor Control {
    /// What lives outside the kernel.
    struct Parts: Sendable {
        var home: HomePaths
        var link: KeeperLink
        var store: Store
        /// Where the store blocks: one thread, so that batches are written in their order.
        var storeWorker: Worker
        var pump: LogPump
        /// Where log files are read.
        var readers: Worker
        var meter: Meter
    }

    nonisolated let loop: any EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    let parts: Parts
    /// The first engine of a keeper was started for a dashboard.
    let isStartedEmbedded: Bool
    let startNumber: Int
    let startedAt = Clock.now()
    var kernel: Kernel
    var journal = Journal()
    /// Events that came while a command was being made durable.
    private var inbox: [KernelEvent] = []
    /// A command's writes are on their way to the disk: no other event is taken until they are there.
    private var isCommitting = false
    /// Gathered facts are on their way; events go on, commands wait.
    private var isFlushing = false
    private var isFlushDue = false
    /// What the keeper holds of each run.
    var slots: [RunID: Slot] = [:]
    /// Collected between OD_HELLO and OD_LISTED; nil when all is known.
    var roll: [KeeperSlot]? = []
    /// Listings that were asked for and have not come: only the last one is whole.
    var listings = 1
    var keeperPid: Int32 = 0
    var keeperIdentity = ""
    /// Commit pages that the keeper held when we came, by key, until their files are opened.
    var heldPages: [UInt64: Descriptor] = [:]
    /// Descriptors of runs whose files are not known yet.
    var descriptors: [RunID: RunDescriptors] = [:]
    /// Runs whose streams the pump reads.
    var streaming: Set<RunID> = []
    /// Files that the pump is closing, and the runs that want them again: a new page must not replace the one in use.
    var closing: [String: [(RunID, LogPlan)]] = [:]
    /// Which instances write a log file that the pump knows.
    var logUsers: [String: Set<UInt64>] = [:]
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
    var isMeasuring = false
    var measuring: Task<Void, Never>?
    private(set) var isLeaving = false
    /// A step's effects are being carried out: events that they cause wait.
    private var isPerforming = false
    /// Who waits until all streams are read to their end.
    private var whenDrained: CheckedContinuation<Void, Never>?
    /// The last reason why the store could not be written; nil when it could.
    private(set) var storeTrouble: Failure?

    init(loop: any EventLoop, parts: Parts, stored: StoredFleet, embedded: Bool, startNumber: Int) {
        self.loop = loop
        self.parts = parts
        isStartedEmbedded = embedded
        self.startNumber = startNumber
        kernel = Kernel(homePath: parts.home.path, seed: Clock.now().boot.nanoseconds)
        self.stored = stored
    }

    /// What the store held, until the keeper has told what it holds.
    private let stored: StoredFleet

    /// Accepts clients, who wait until the fleet is known, and asks the keeper what it holds.
    func open(listener: Int32) async throws {
        try parts.link.listen { frame in
            self.loop.execute { self.assumeIsolated { $0.take(frame) } }
        } closed: {
            // Without a keeper there is nothing that can be supervised.
            Log.write("the keeper is gone")
            exit(1)
        }
        parts.link.hello()
        server = try await Server.open(listener: listener, on: loop, router: router) { await self.greet($0) }
        // Once more: taking the socket over has set its backlog to a smaller one.
        listen(listener, Self.backlog)
    }

    /// Clients that may wait to be accepted, while an engine is being replaced for example.
    private static let backlog: Int32 = 1024

    // MARK: events in

    /// Takes an event of the keeper, a timer or a client, in order.
    func take(_ event: KernelEvent) {
        inbox.append(event)
        proceed()
    }

    /// The keeper has told all it holds: the fleet is known.
    func recover(_ held: [HeldRun]) {
        guard !isReady else { return }
        isReady = true
        let start = EngineStart(keeper: keeperIdentity, isEmbedded: isStartedEmbedded)
        inbox.insert(.recovered(stored, held, start), at: 0)
        proceed()
        for continuation in ready { continuation.resume() }
        ready = []
    }

    /// Waits until the fleet is known.
    func untilReady() async {
        guard !isReady else { return }
        await withCheckedContinuation { ready.append($0) }
    }

    /// Says a command and waits for its answer.
    func command(_ command: FleetCommand) async throws(Failure) -> Outcome {
        await untilReady()
        lastRequest += 1
        let request = lastRequest
        let answer = await withCheckedContinuation { continuation in
            waiting[request] = continuation
            take(.command(command, request))
        }
        if case .failed(let failure) = answer { throw failure }
        return answer
    }

    // MARK: steps

    private func proceed() {
        while isReady, !isCommitting, !isPerforming, let event = inbox.first {
            guard case .command(let command, let request) = event else {
                inbox.removeFirst()
                perform(kernel.step(event, at: Clock.now()), storing: true)
                continue
            }
            // Batches must reach the store in their order, also when one fails and is put back.
            if isFlushing { return }
            inbox.removeFirst()
            // The kernel is a value: nobody sees what a command did to it before that is durable.
            var next = kernel
            let effects = next.step(event, at: Clock.now())
            guard effects.durable, !effects.store.isEmpty else {
                kernel = next
                perform(effects, storing: true)
                continue
            }
            isCommitting = true
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
            Log.write("a stop is not stored yet: \(error)")
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
        proceed()
    }

    private func write(_ batch: Journal.Batch) async throws(Failure) {
        let store = parts.store
        do {
            try await parts.storeWorker.run { try store.commit(batch.writes) }
        } catch {
            throw error as? Failure ?? Failure(.bug, "the store failed", why: "\(error)", next: "report this")
        }
        storeTrouble = nil
        for id in batch.acknowledge { acknowledge(id) }
    }

    private func perform(_ effects: Effects, storing: Bool) {
        if storing {
            journal.add(effects)
            flushSoon(Journal.gather)
        }
        isPerforming = true
        for effect in effects.keeper { obey(effect) }
        for effect in effects.timers { obey(effect) }
        for event in effects.publish { server?.publish(event) }
        for key in effects.forgotten { closeLogs(of: key) }
        isPerforming = false
        for reply in effects.answers { answer(reply.request, reply.answer) }
        if effects.leave { leave() }
    }

    private func answer(_ request: RequestID, _ answer: Outcome) {
        waiting.removeValue(forKey: request)?.resume(returning: answer)
    }

    // MARK: the journal

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
            storeTrouble = error
            Log.write("the store cannot be written: \(error)")
        }
        isFlushing = false
        flushSoon(storeTrouble == nil ? Journal.gather : Journal.retry)
        proceed()
    }

    // MARK: timers

    private func obey(_ effect: TimerEffect) {
        switch effect {
        case .cancel(let id):
            timers.removeValue(forKey: id)?.cancel()
        case .arm(let id, let milliseconds):
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
        Task {
            await untilDrained()
            let (pump, home) = (parts.pump, parts.home)
            let rest = journal.take()
            // Batches reach the store in their order: one that is under way is before this one. What cannot be written
            // is with the keeper no more, but the apps are down: only their last exit codes are lost.
            do { try await write(rest) } catch { Log.write("the last facts were not stored: \(error)") }
            try? await parts.storeWorker.run {
                pump.stop()
                home.removePidFiles()
            }
            await server?.close()
            parts.link.leave()
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

    /// The keeper has something alive yet: asked again in a moment.
    func leaveRefused() {
        loop.scheduleTask(in: .milliseconds(100)) { [parts] in parts.link.leave() }
    }
}
