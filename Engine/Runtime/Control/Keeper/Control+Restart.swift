import Core
import Glibc
import NIOCore

// `daemon.restart`: another engine, and when its executable has changed another keeper, under apps that go on.
extension Control {
    /// An OD_REEXEC that is under way.
    struct Reexec {
        var number: UInt64
        /// Path of the executable that the keeper is to become.
        var keeper: String
        var done: CheckedContinuation<SpawnTrouble?, Never>
    }

    /// Milliseconds that a keeper may take to become another.
    private static let patience: Int64 = 10_000
    /// Milliseconds for answers that are under way when the engine makes room for the next.
    private static let farewell = 500

    /// Replaces the keeper if its executable has changed, then this engine. The answer comes first: the next engine
    /// serves as soon as this one has ended.
    func restart(_ request: DaemonRestartRequest) async throws(Failure) -> DaemonRestartResult {
        await untilReady()
        guard !isLeaving else { throw .stopping }
        var note: String?
        if let keeper = request.keeper, let engine = request.engine { note = try await replaceKeeper(keeper, engine) }
        let rest = journal.take()
        do {
            try await write(rest)
        } catch {
            // The keeper still has the exits, and the next engine learns of all runs.
            journal.putBack(rest)
            Log.write("the last facts were not stored: \(error)", .error)
        }
        Log.write("another engine takes over")
        parts.manager.tell(.reloading)
        let result = DaemonRestartResult(
            pid: processID(), version: Build.version, keeperVersion: keeper?.build ?? "", note: note)
        Task {
            await server?.close(within: Self.farewell)
            parts.end(EngineMain.startAnother)
        }
        return result
    }

    /// - Returns: why the keeper stays as it is though it should not; nil when all is as wanted.
    private func replaceKeeper(_ keeperPath: String, _ enginePath: String) async throws(Failure) -> String? {
        guard let keeper else { return nil }
        guard try await hasChanged(keeperPath, enginePath, holder: keeper.spare > 0 ? keeper.spare : keeper.pid) else {
            return nil
        }
        guard !isLeaving else { throw .stopping }
        guard keeper.holding != 0 else {
            return "the keeper is too old to be replaced while apps run: od daemon stop and start do it"
        }
        guard reexec == nil else { throw .notReplaced("another restart is under way") }
        let trouble = await withCheckedContinuation { done in
            let number = parts.link.reexec(keeper: keeperPath, engine: enginePath)
            reexec = Reexec(number: number, keeper: keeperPath, done: done)
            loop.scheduleTask(in: .milliseconds(Self.patience)) {
                self.assumeIsolated { control in
                    guard control.reexec?.number == number else { return }
                    control.refuseReexec(SpawnTrouble(stage: .other, errno: 0, text: "it does not answer"))
                }
            }
        }
        if let trouble { throw .notReplaced("\(keeperPath): \(trouble.text)") }
        return nil
    }

    /// Whether a keeper is the one that was asked for.
    func isReexec(_ keeper: KeeperWelcome) -> Bool {
        guard let reexec else { return false }
        return Executable.areSame(reexec.keeper, "/proc/\(keeper.spare > 0 ? keeper.spare : keeper.pid)/exe")
    }

    /// Whether executables that may be run are others than those that run. Their file systems may block.
    private func hasChanged(_ keeperPath: String, _ enginePath: String, holder: Int32) async throws(Failure) -> Bool {
        do {
            return try await parts.chores.run {
                try Executable.check(keeperPath)
                try Executable.check(enginePath)
                return !Executable.areSame(keeperPath, "/proc/\(holder)/exe")
                    || !Executable.areSame(enginePath, "/proc/self/exe")
            }
        } catch {
            throw Failure.unexpected(error)
        }
    }

    /// A keeper has told all it holds: whether it is the one that was asked for.
    func finishReexec() {
        guard let reexec, let keeper, isReexec(keeper) else { return }
        self.reexec = nil
        reexec.done.resume(returning: nil)
    }

    /// The keeper stays what it is.
    func refuseReexec(_ trouble: SpawnTrouble) {
        guard let reexec else { return }
        self.reexec = nil
        reexec.done.resume(returning: trouble)
    }
}

/// An executable that is to run with the rights of this daemon.
package enum Executable {
    /// Nobody but us and root may have written it.
    static func check(_ path: String) throws(Failure) {
        guard path.hasPrefix("/") else { throw .notReplaced("\(path) is no absolute path") }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .notReplaced("\(path): \(Errno(errno))") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notReplaced("\(path) is no file") }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .notReplaced("\(path) belongs to user \(status.st_uid)")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw .notReplaced("others can write to \(path) (mode \(String(status.st_mode & 0o777, radix: 8)))")
        }
        guard access(path, X_OK) == 0 else { throw .notReplaced("\(path): \(Errno(errno))") }
    }

    /// Whether two paths lead to one file.
    package static func areSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }
}

extension Failure {
    static func notReplaced(_ why: String) -> Failure {
        Failure(
            .notReplaced, "keeper and engine were not replaced", why: why,
            next: "nothing was touched; mend it and say od daemon restart again")
    }

    static var stopping: Failure {
        Failure(
            .engineSilent, "the daemon is stopping", why: "od daemon stop was said", next: "say it again in a moment")
    }
}
