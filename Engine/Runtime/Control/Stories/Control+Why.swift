import Core
import FoundationEssentials
import Glibc
import NIOCore
import Synchronization

/// What the control keeps in mind for crash reports.
struct Witness: Sendable {
    /// A run that ended badly, until its stderr is read to the end.
    struct Draft: Sendable {
        var report: CrashReport
        /// Its log has a record a line.
        var isJSON: Bool
        var file: String
        /// Values that must not be shown.
        var secrets: [String]
        /// It was killed by SIGKILL, and not by us.
        var wasKilled: Bool
        /// Its core is looked for; nil without one.
        var core: CoreDump.Subject?
    }

    /// Bounded by the instances: each has one present run, and a draft lives for a second.
    var drafts: [RunID: Draft] = [:]
    /// Reports that are being written.
    var unwritten: Set<RunID> = []
    let memory = OutOfMemory()
    let words = LastWords()
}

// Crash reports, deeds and what `od why` answers.
extension Control {
    /// Milliseconds for the streams of a run to be read to their end before its report is made: they have got
    /// `Defaults.streamGrace` when nothing of the run lives, and a busy machine needs longer.
    private static let drainTime = Int64(Defaults.streamGrace) + 1000

    nonisolated func addStories(to router: inout Router) {
        router.on(Methods.why) { request, _ in try await self.stories(request.targets) }
    }

    // MARK: crashes

    /// Looks at what follows from a step for runs that ended badly by themselves.
    func watchForCrashes(_ effects: Effects) {
        let crashed = effects.publish.filter { $0.crash == true }
        guard !crashed.isEmpty else { return }
        let now = Clock.now()
        for case .addExit(let exit) in effects.store {
            guard let subject = kernel.subject(exit.instance, at: now),
                crashed.contains(where: { $0.process?.id == subject.process.id })
            else { continue }
            let id = RunID(instance: exit.instance, run: exit.run)
            var wasKilled = false
            if case .signal(SIGKILL, _) = exit.exit { wasKilled = true }
            witness.drafts[id] = Witness.Draft(
                report: CrashReport(
                    app: subject.app, instance: subject.process.instance, run: exit.run, pid: exit.pid, at: exit.at,
                    exit: exit.exit, uptime: exit.uptime, maxMemory: exit.maxMemory),
                isJSON: subject.spec.logs?.type == .json, file: subject.process.errorFile,
                secrets: subject.spec.env.filter { SecretVariable.isSecret($0.key, $0.value) }.map(\.value),
                wasKilled: wasKilled, core: CoreDump.Subject(exit, subject.spec))
            // A quiet machine has read its streams to the end before its exit is worked on.
            if slots[id]?.isReleased == true {
                report(id)
                continue
            }
            loop.scheduleTask(in: .milliseconds(Self.drainTime)) { self.assumeIsolated { $0.report(id) } }
        }
    }

    /// The run's stderr lies in its file as far as it will: the report is made.
    func report(_ id: RunID) {
        guard let draft = witness.drafts.removeValue(forKey: id) else { return }
        let (store, memory, words, now) = (parts.store, witness.memory, witness.words, Clock.now().boot)
        let known = slots[id]?.errorEnd.flatMap { $0.path == draft.file ? $0.span : nil }
        let span = known ?? words.span(of: draft.file, upTo: nil)
        let (readers, writer) = (parts.readers, parts.storeWorker)
        witness.unwritten.insert(id)
        let done: @Sendable () -> Void = { [self] in
            loop.execute { self.assumeIsolated { _ = $0.witness.unwritten.remove(id) } }
        }
        let isTaken = readers.post {
            var report = draft.report
            let lines = words.lines(of: draft.file, in: span, hiding: draft.secrets)
            report.stderr = draft.isJSON ? lines.map { CrashText.message(of: $0) } : lines
            report.core = draft.core.flatMap { CoreDump.ofThisMachine?.place($0) }
            if draft.wasKilled { report.outOfMemory = memory.evidence(at: now) }
            let whole = report
            let isPassed = writer.post {
                do { try store.add(whole) } catch { Log.write("a crash report is lost: \(error)", .error) }
                done()
            }
            if !isPassed { done() }
        }
        if !isTaken { done() }
    }

    /// The output of a run is read to its end: what follows in the log is of another run.
    func noteEnds(_ id: RunID, _ ends: [LogEnd]) {
        guard let end = ends.first(where: { $0.channel == .error }) else { return }
        slots[id]?.errorEnd = (end.path, witness.words.span(of: end.path, from: end.start, upTo: end.position))
    }

    // MARK: deeds

    /// Keeps who said a command, for the apps that it touched.
    /// - Parameter said: when it was said; it may have taken long.
    func note(_ command: FleetCommand, _ answer: Outcome, by requester: Requester?, at said: WallTime) {
        guard let requester else { return }
        let apps =
            switch answer {
            case .processes(let processes): processes.map { "\($0.namespace)/\($0.name)" }
            case .started(let result): result.processes.map { "\($0.namespace)/\($0.name)" }
            case .applied(let result):
                result.processes.filter { result.changes[$0.name] != .same }.map { "\($0.namespace)/\($0.name)" }
            case .reloaded(let result): result.processes.map { "\($0.namespace)/\($0.name)" }
            default: [String]()
            }
        note(Self.word(command), of: Set(apps), by: requester, at: said)
    }

    /// Everything is about to be stopped: who wants that is noted of all that runs or is to run.
    func noteShutdown() async {
        await untilReady()
        guard let requester = RequestContext.current?.requester else { return }
        let down: Set<ProcessStatus> = [.created, .stopped, .errored]
        let processes = kernel.list(at: Clock.now()).filter { !down.contains($0.status) }
        note(
            "daemon stop", of: Set(processes.map { "\($0.namespace)/\($0.name)" }), by: requester,
            at: Clock.now().wall)
    }

    private func note(_ what: String, of apps: Set<String>, by requester: Requester, at: WallTime) {
        guard !apps.isEmpty else { return }
        let store = parts.store
        _ = parts.storeWorker.post {
            let user = Self.userName(requester.uid)
            let deed = Deed(at: at, what: what, uid: requester.uid, user: user, by: requester.command)
            do { try store.add(deed, to: apps.sorted()) } catch {
                Log.write("a deed is not noted: \(error)", .error)
            }
        }
    }

    /// `restart` of `.restart([…])`.
    private static func word(_ command: FleetCommand) -> String {
        if case .once(_, let inner) = command { return word(inner) }
        return Mirror(reflecting: command).children.first?.label ?? "\(command)"
    }

    private static func userName(_ uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return String(cString: entry.pw_name)
    }

    /// A definition that ran well is about to be replaced.
    func keepGood(_ effects: Effects) {
        for case .putApp(let record) in effects.store {
            let now = Clock.now()
            guard let spec = kernel.goodSpec(before: record, at: now) else { continue }
            let (store, good) = (parts.store, GoodSpec(spec: spec, until: now.wall))
            _ = parts.storeWorker.post {
                let app = "\(spec.namespace)/\(spec.name)"
                do { try store.put(good, of: app) } catch {
                    Log.write("a good definition is not kept: \(error)", .error)
                }
            }
        }
    }

    // MARK: why

    /// Milliseconds between two looks, and how often it is looked.
    private static let (look, looks): (Int, Int) = (20, 100)

    /// A report that is being written is waited for; one whose streams are read yet is not.
    private func untilReported(_ keys: Set<UInt64>) async {
        for _ in 0..<Self.looks {
            guard witness.unwritten.contains(where: { keys.contains($0.instance) }) else { return }
            try? await Task.sleep(for: .milliseconds(Self.look))
        }
    }

    /// Instances that one answer tells of, and events of each.
    private static let mostStories = 64
    private static let mostEvents = 30

    private func stories(_ targets: [String]) async throws -> [ProcessStory] {
        await untilReady()
        let subjects = try kernel.subjects(of: targets, at: Clock.now())
        guard subjects.count <= Self.mostStories else {
            throw Failure(
                .usage, "\(subjects.count) instances", why: "od why tells of \(Self.mostStories) at most",
                next: "name those that you want to know of")
        }
        await untilReported(Set(subjects.map(\.key)))
        // How they are and what is read of them is of one moment: what happens from here on is left out.
        let present = subjects.compactMap { kernel.subject($0.key, at: Clock.now()) }
        let last = kernel.lastEventNumber
        // Who asks right after a crash hears of it, without its last words.
        let drafts = witness.drafts.values.map(\.report)
        await untilStored()
        let store = parts.store
        return try await parts.storeWorker.run {
            try present.map { subject in
                var story = try Self.story(of: subject, upTo: last, in: store)
                let early = drafts.filter { draft in
                    draft.app == subject.app
                        && !story.crashes.contains { ($0.instance, $0.run) == (draft.instance, draft.run) }
                }
                story.crashes = Self.newest(story.crashes + early, of: subject.process.instance)
                return story
            }
        }
    }

    /// Newest first: they are written when the streams of their runs are read, which is not always in their order.
    static func newest(_ crashes: [CrashReport], of instance: Int) -> [CrashReport] {
        crashes.filter { $0.instance == instance }.sorted { ($0.at, $0.run) > ($1.at, $1.run) }
    }

    /// The last events up to a number, oldest first.
    private static func events(
        _ filter: EventFilter = .all, targets: TargetMatcher? = nil, upTo last: UInt64, in store: Store
    ) throws(Failure) -> [FleetEvent] {
        let found = try store.events(EventQuery(filter, targets: targets, limit: 2 * mostEvents))
        return found.filter { $0.seq <= last }.suffix(mostEvents)
    }

    /// What differs, with the version, which is no part of the definition.
    private static func changes(from old: AppSpec, to new: AppSpec) -> [FieldChange] {
        let (before, after) = (old.metadata?.text, new.metadata?.text)
        let version = FieldChange(key: "version", old: before, new: after, restarts: false)
        return new.changes(from: old) + (before == after ? [] : [version])
    }

    private static func story(of subject: Kernel.Subject, upTo last: UInt64, in store: Store) throws -> ProcessStory {
        let process = subject.process
        let annals = try store.annals(of: subject.app)
        let target = "\(process.namespace)/\(process.name)#\(process.instance)"
        let matcher = try TargetMatcher([target])
        let own = try events(targets: matcher, upTo: last, in: store)
        // When the engine began and the daemon was told to stop explains what no word about the app does.
        let ours = try events(EventFilter(["engine:*", "keeper:*"]), upTo: last, in: store)
            .filter { $0.at >= own.first?.at ?? WallTime(milliseconds: 0) }
        let changes = annals.good.map { Self.changes(from: $0.spec, to: subject.spec) } ?? []
        var story = ProcessStory(
            process: process, since: Self.since(process, own), deeds: annals.deeds,
            crashes: newest(annals.crashes, of: process.instance),
            events: (own + ours).sorted { $0.seq < $1.seq }, changes: changes,
            goodUntil: changes.isEmpty ? nil : annals.good?.until)
        story.cause = subject.cause
        if !subject.dependencies.isEmpty {
            story.dependencies = try subject.dependencies.map { try dated($0, of: subject.spec, in: store) }
        }
        return story
    }

    /// Since when it is as it is: since its run has begun, or the first of its last events that have its status.
    static func since(_ process: InstanceInfo, _ events: [FleetEvent]) -> WallTime? {
        let runs: Set<ProcessStatus> = [.online, .reloading, .starting]
        if runs.contains(process.status), let started = process.startedAt { return started }
        return events.reversed().prefix { $0.process?.status == process.status }.last?.at
    }

    /// With the time of the last event of what is in the way.
    private static func dated(
        _ state: DependencyState, of spec: AppSpec, in store: Store
    ) throws(Failure) -> DependencyState {
        guard state.obstacle != nil else { return state }
        let label = Dependency(state.name, state.condition).label(in: spec.namespace)
        let last = try store.events(EventQuery(targets: try TargetMatcher([label]), limit: 1)).last
        var state = state
        state.since = last?.at
        return state
    }
}

extension CoreDump.Subject {
    /// nil for an end without a core.
    init?(_ exit: ExitRecord, _ spec: AppSpec) {
        guard case .signal(let signal, core: true) = exit.exit else { return nil }
        let uid = spec.attributes?.uid.map { UInt32($0) } ?? geteuid()
        self.init(pid: exit.pid, signal: signal, uid: uid, cwd: spec.cwd, at: exit.at.milliseconds / 1000)
    }
}

/// What of it is kept.
enum CrashText {
    static let stars = FieldChange.stars
    /// A secret shorter than this would hide half of the text.
    private static let shortestSecret = 4

    private struct Record: Decodable {
        var message: String
    }

    /// The message of a record; the line itself where that is none.
    static func message(of line: String) -> String {
        (try? JSONDecoder().decode(Record.self, from: Data(line.utf8)))?.message ?? line
    }

    /// At most `Defaults.crashLines` lines and `crashBytes` bytes, the last ones; secrets are stars.
    static func lines(of bytes: [UInt8], hiding secrets: [String]) -> [String] {
        var text = String(decoding: bytes, as: UTF8.self)
        for secret in secrets.sorted(by: { $0.utf8.count > $1.utf8.count }) where secret.utf8.count >= shortestSecret {
            text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: stars)
        }
        var left = Defaults.crashBytes
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true).suffix(Defaults.crashLines).reversed()
        {
            guard left > 0 else { break }
            lines.append(line.utf8.count <= left ? String(line) : "…" + String(line.unicodeScalars.suffix(left / 4)))
            left -= line.utf8.count
        }
        return lines.reversed()
    }
}
