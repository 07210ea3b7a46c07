import Core
import Glibc
import NIOCore
import Synchronization

/// What the control keeps in mind for crash reports.
struct Witness: Sendable {
    /// A run that ended badly, until its stderr is read to the end.
    struct Draft: Sendable {
        var report: CrashReport
        var file: String
        /// Values that must not be shown.
        var secrets: [String]
        /// It was killed by SIGKILL, and not by us.
        var wasKilled: Bool
    }

    /// Bounded by the instances: each has one present run, and a draft lives for a second.
    var drafts: [RunID: Draft] = [:]
    let memory = OutOfMemory()
    let words = LastWords()
}

// Crash reports, deeds and what `od why` answers.
extension Control {
    /// Milliseconds for the streams of a run to be read to their end before its report is made.
    private static let drainTime: Int64 = 1000

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
                file: subject.process.errorFile,
                secrets: subject.spec.env.filter { SecretVariable.isSecret($0.key, $0.value) }.map(\.value),
                wasKilled: wasKilled)
            loop.scheduleTask(in: .milliseconds(Self.drainTime)) { self.assumeIsolated { $0.report(id) } }
        }
    }

    /// The run's stderr lies in its file as far as it will: the report is made.
    func report(_ id: RunID) {
        guard let draft = witness.drafts.removeValue(forKey: id) else { return }
        let (store, memory, words, now) = (parts.store, witness.memory, witness.words, Clock.now().boot)
        let (readers, writer) = (parts.readers, parts.storeWorker)
        _ = readers.post {
            var report = draft.report
            report.stderr = words.lines(of: draft.file, hiding: draft.secrets)
            if draft.wasKilled { report.outOfMemory = memory.evidence(at: now) }
            let whole = report
            _ = writer.post {
                do { try store.add(whole) } catch { Log.write("a crash report is lost: \(error)", .error) }
            }
        }
    }

    // MARK: deeds

    /// Keeps who said a command, for the apps that it touched.
    func note(_ command: FleetCommand, _ answer: Outcome, by requester: Requester?) {
        guard let requester else { return }
        let apps =
            switch answer {
            case .processes(let processes): processes.map { "\($0.namespace)/\($0.name)" }
            case .started(let result): result.processes.map { "\($0.namespace)/\($0.name)" }
            case .applied(let result):
                result.processes.filter { result.changes[$0.name] != .same }.map { "\($0.namespace)/\($0.name)" }
            default: [String]()
            }
        guard !apps.isEmpty else { return }
        let (store, what, at) = (parts.store, Self.word(command), Clock.now().wall)
        _ = parts.storeWorker.post {
            let user = Self.userName(requester.uid)
            let deed = Deed(at: at, what: what, uid: requester.uid, user: user, by: requester.command)
            do { try store.add(deed, to: Set(apps).sorted()) } catch {
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
        await untilStored()
        let store = parts.store
        return try await parts.storeWorker.run {
            try subjects.map { try Self.story(of: $0, in: store) }
        }
    }

    /// What differs, with the version, which is no part of the definition.
    private static func changes(from old: AppSpec, to new: AppSpec) -> [FieldChange] {
        let (before, after) = (old.metadata?.text, new.metadata?.text)
        let version = FieldChange(key: "version", old: before, new: after, restarts: false)
        return new.changes(from: old) + (before == after ? [] : [version])
    }

    private static func story(of subject: Kernel.Subject, in store: Store) throws -> ProcessStory {
        let process = subject.process
        let annals = try store.annals(of: subject.app)
        let target = "\(process.namespace)/\(process.name)#\(process.instance)"
        let matcher = try TargetMatcher([target])
        let own = try store.events(EventQuery(targets: matcher, limit: mostEvents))
        // When the engine began and the daemon was told to stop explains what no word about the app does.
        let ours = try store.events(EventQuery(EventFilter(["engine:*", "keeper:*"]), limit: mostEvents))
            .filter { $0.at >= own.first?.at ?? WallTime(milliseconds: 0) }
        let changes = annals.good.map { Self.changes(from: $0.spec, to: subject.spec) } ?? []
        return ProcessStory(
            process: process, since: own.last { $0.process?.status == process.status }?.at, deeds: annals.deeds,
            crashes: annals.crashes.filter { $0.instance == process.instance },
            events: (own + ours).sorted { $0.seq < $1.seq }, changes: changes,
            goodUntil: changes.isEmpty ? nil : annals.good?.until)
    }
}

/// The ends of what runs have written to stderr.
final class LastWords: Sendable {
    /// Where the last report of each log ended: what follows is of a later run. Beyond `most` logs all are forgotten.
    private let ends = Mutex<[String: UInt64]>([:])
    private static let most = 4096
    private static let readAtOnce = 64 << 10

    /// The last lines of a log that no report before has had. Nothing when it cannot be read. Blocks.
    func lines(of path: String, hiding secrets: [String]) -> [String] {
        guard path.hasPrefix("/"), !path.hasPrefix("/dev/") else { return [] }
        let before = ends.withLock { $0[path] } ?? 0
        do {
            let reader = LogReader(path)
            try reader.seek(toLast: Defaults.crashLines)
            let from = reader.position
            let known = LogReader(path, from: max(before, from))
            var bytes: [UInt8] = []
            while case let slice = try known.read(Self.readAtOnce), !slice.bytes.isEmpty {
                bytes = Array((bytes + slice.bytes).suffix(Defaults.crashBytes * 2))
            }
            ends.withLock { ends in
                if ends.count >= Self.most { ends = [:] }
                ends[path] = known.position
            }
            return CrashText.lines(of: bytes, hiding: secrets)
        } catch {
            return []
        }
    }
}

/// What of it is kept.
enum CrashText {
    static let stars = FieldChange.stars
    /// A secret shorter than this would hide half of the text.
    private static let shortestSecret = 4

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
