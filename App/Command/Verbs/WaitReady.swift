internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon
internal import Widgets

/// `--wait` of the verbs that start something.
struct WaitFlags: ParsableArguments {
    @Flag(help: "Return when all of it is ready; with 1, and why, when it is not.")
    var wait = false

    @Option(
        help: ArgumentHelp(
            "With --wait: at most so long, like 90s; default: as long as it takes.", valueName: "duration"))
    var waitTimeout: String?

    /// Milliseconds, nil for any time. Throws OD1001.
    func limit() throws(Failure) -> Int? {
        guard let waitTimeout else { return nil }
        guard wait else {
            throw Failure(.usage, "--wait-timeout without --wait", why: "nothing is waited for", next: "add --wait")
        }
        guard let duration = ConfigDuration(waitTimeout) else {
            throw Failure(
                .usage, "--wait-timeout does not understand ‘\(waitTimeout)’",
                why: "expected milliseconds, or a number with ms, s, m, h or d", next: "for example --wait-timeout 90s")
        }
        return duration.milliseconds
    }
}

/// Waits for instances until each is ready or its start has failed: the first try counts.
struct Readying: Sendable {
    /// Instances that are waited for, as they were when their start was answered.
    private(set) var waiting: [Int: InstanceInfo]
    /// All of them as they are now.
    private(set) var processes: [InstanceInfo]
    /// Why instances are not ready, by label.
    private(set) var failed: [(process: InstanceInfo, why: String)] = []
    /// Those of which a run was there since their start was asked for: what they have said on stderr is of it.
    private(set) var begun: Set<Int> = []
    /// Apps that are to come to an end, by `namespace/name`: others wait for that. True: with success only.
    private let jobs: [String: Bool]
    /// How instances have ended, of which the next event says what follows.
    private var ended: [Int: String] = [:]

    init(_ processes: [InstanceInfo], jobs: [String: Bool] = [:]) {
        self.processes = processes
        self.jobs = jobs
        waiting = Dictionary(processes.map { ($0.id, $0) }) { first, _ in first }
        for process in processes { judge(process, nil) }
        giveUpHeld()
    }

    /// Takes what a watch tells.
    mutating func take(_ update: FleetUpdate) {
        switch update {
        case .snapshot(let snapshot):
            let ids = Set(snapshot.processes.map(\.id))
            for process in snapshot.processes { judge(process, nil) }
            for process in waiting.values where !ids.contains(process.id) { fail(process, "it was deleted") }
            giveUpHeld()
        case .event(let event):
            guard let process = event.process else { return }
            if event.name == .deleted { return fail(process, "it was deleted") }
            judge(process, event)
            giveUpHeld()
        case .metrics, .disconnected, .reconnected: break
        }
    }

    /// The time is over.
    mutating func give(up limit: Int) {
        for process in waiting.values.sorted(by: { $0.id < $1.id }) {
            let now = processes.first { $0.id == process.id } ?? process
            fail(
                process,
                Self.wait(of: now).map { "\($0), after \(limit) ms" } ?? now.reason
                    ?? "it is \(now.status.rawValue) after \(limit) ms")
        }
    }

    /// What is left waits for dependencies, and one of those that were started has failed: nothing of it comes up by what
    /// is under way.
    private mutating func giveUpHeld() {
        guard !failed.isEmpty else { return }
        let left = processes.filter { waiting[$0.id] != nil }
        guard left.allSatisfy({ Self.wait(of: $0) != nil }) else { return }
        for process in left { fail(process, Self.wait(of: process) ?? "") }
    }

    /// `it waits for db (starting)`; nil for one that waits for no other.
    private static func wait(of process: InstanceInfo) -> String? {
        guard process.status == .waiting, process.waitsUntil == nil, let reason = process.reason else { return nil }
        return "it waits \(reason)"
    }

    private mutating func note(_ process: InstanceInfo) {
        let isHeld = process.status == .waiting && process.waitsUntil == nil
        if !isHeld, process.status != .created { begun.insert(process.id) }
    }

    private mutating func judge(_ process: InstanceInfo, _ event: FleetEvent?) {
        guard let before = waiting[process.id] else { return }
        note(process)
        if event?.name == .exited {
            ended[process.id] = event?.message ?? process.exit.map { "\($0)" }
            return
        }
        if let index = processes.firstIndex(where: { $0.id == process.id }) { processes[index] = process }
        if process.status == .online {
            waiting[process.id] = nil
            return
        }
        if isDone(process) {
            waiting[process.id] = nil
            return
        }
        let isOver = process.status == .errored || process.status == .stopped
        let end = ended[process.id]
        let hasEnded = end != nil || process.exitedAt != before.exitedAt
        // A start that failed while it executes says why, and ends then.
        let isGivenUp = event?.name == .stopping && event?.message != nil
        guard isOver || hasEnded || isGivenUp else { return }
        let again = isOver ? "" : ", and is tried again"
        let how = (end ?? process.exit.map { "\($0)" }).map { "it ended with \($0)\(again)" }
        fail(process, process.reason ?? (hasEnded ? how : nil) ?? event?.message ?? how ?? "it was stopped")
    }

    /// Whether a job has come to the end that others wait for.
    private func isDone(_ process: InstanceInfo) -> Bool {
        guard let needsSuccess = jobs["\(process.namespace)/\(process.name)"], process.status == .stopped,
            let exit = process.exit, exit.isSuccess || !needsSuccess
        else { return false }
        return true
    }

    private mutating func fail(_ process: InstanceInfo, _ why: String) {
        guard waiting.removeValue(forKey: process.id) != nil else { return }
        failed.append((process, why))
    }
}

extension Session {
    /// Lines of stderr that are shown of an app that is not ready.
    private static let lines = 10

    /// Waits until all instances are ready.
    ///
    /// - Returns: how they are then, and a failure for each that is not.
    func untilReady(_ processes: [InstanceInfo], _ client: OpenDaemon, limit: Int?) async throws -> (
        [InstanceInfo], [Failure]
    ) {
        let jobs = await Self.jobs(client)
        let readying = try await wait(Readying(processes, jobs: jobs), client, limit: limit)
        var failures: [Failure] = []
        for (process, why) in readying.failed {
            let hasBegun = readying.begun.contains(process.id)
            failures.append(
                Failure(
                    .notReady, "\(Text.sanitize(process.label)) is not ready", why: why,
                    next: hasBegun
                        ? "od logs \(process.label) shows what it said, od info \(process.label) how it is"
                        : "nothing of it was started: od why \(process.label) says what it depends on"))
            // What it said in an earlier life is no reason.
            if hasBegun { try await showErrors(of: process, client) }
        }
        return (readying.processes, failures)
    }

    /// Apps of which others depend on the end. None where the daemon is too old to say it.
    private static func jobs(_ client: OpenDaemon) async -> [String: Bool] {
        guard let graph = try? await client.call(Methods.graph, Nothing()) else { return [:] }
        return graph.jobs
    }

    private func wait(_ start: Readying, _ client: OpenDaemon, limit: Int?) async throws -> Readying {
        guard !start.waiting.isEmpty else { return start }
        let state = Waited(start)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await update in client.watch() {
                    if await state.take(update) { return }
                }
                try Task.checkCancellation()
                throw Failure(
                    .connectionLost, "the daemon went away", why: "the connection was closed",
                    next: "od list says how all is")
            }
            if let limit {
                group.addTask {
                    try await Task.sleep(for: .milliseconds(limit))
                    await state.give(up: limit)
                }
            }
            _ = try await group.next()
            group.cancelAll()
        }
        return await state.readying
    }

    /// The last lines of stderr of an app, on ours.
    private func showErrors(of process: InstanceInfo, _ client: OpenDaemon) async throws {
        guard !printer.json else { return }
        var writer = LogWriter(form: .lines(clean: true, colour: false))
        let request = LogRequest(targets: ["\(process.id)"], lines: Self.lines, channels: [.error])
        var bytes: [UInt8] = []
        for await update in client.logs(request) {
            if case .failed = update { return }
            bytes += writer.add(update)
        }
        bytes += writer.finish()
        if !bytes.isEmpty { printer.errors.write(String(decoding: bytes, as: UTF8.self)) }
    }
}

/// What is waited for, between the task that watches and the one that looks at the clock.
private actor Waited {
    private(set) var readying: Readying

    init(_ readying: Readying) {
        self.readying = readying
    }

    /// True: nothing is left to wait for.
    func take(_ update: FleetUpdate) -> Bool {
        readying.take(update)
        return readying.waiting.isEmpty
    }

    func give(up limit: Int) { readying.give(up: limit) }
}

extension AppGraph {
    /// Apps of which others depend on the end, by `namespace/name`; true when all of those want success.
    var jobs: [String: Bool] {
        var jobs: [String: Bool] = [:]
        for node in nodes {
            for dependency in node.dependencies {
                let label = dependency.label(in: node.namespace)
                switch dependency.condition {
                case .completed: jobs[label] = false
                case .completedSuccessfully: jobs[label] = jobs[label] ?? true
                case .started, .ready, .healthy: break
                }
            }
        }
        return jobs
    }
}
