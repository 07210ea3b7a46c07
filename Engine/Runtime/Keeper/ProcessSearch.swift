import CKernel
import Core
import Glibc

/// Finds the processes of runs whose keeper was killed: by pid and start, else by what they were executed with. Blocks.
struct ProcessSearch {
    /// What is there of the runs in question.
    struct Result: Hashable, Sendable {
        /// Main processes that live.
        var living: [ProcessRecord] = []
        /// Others of their trees that outlived the main process of their run.
        var leftovers: [ProcessRecord] = []
    }

    /// A process of one of the instances.
    private struct Candidate {
        var record: ProcessRecord
        var entry: ProcessEntry
    }

    /// Bytes of an environment that are looked at; ours are among the first entries, which are sorted.
    static let environmentMax = 256 << 10

    private let home: String
    private let proc: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: environmentMax, alignment: 8)

    /// - Parameter home: of the apps, absolute.
    /// - Returns: nil without /proc.
    static func run(home: String, instances: Set<UInt64>, known: [ProcessRecord]) -> Result? {
        let proc = od_pump_open_dir("/proc")
        guard proc >= 0 else { return nil }
        let search = ProcessSearch(home: home, proc: proc)
        defer {
            od_pump_close(proc)
            search.buffer.deallocate()
        }
        return search.find(instances, known)
    }

    private func find(_ instances: Set<UInt64>, _ known: [ProcessRecord]) -> Result {
        var result = Result()
        let known = known.filter { instances.contains($0.id.instance) }
        let living = known.filter { entry(of: $0.pid)?.started == $0.ticks }
        var runs = Dictionary(uniqueKeysWithValues: living.map { ($0.id, $0) })
        let family = candidates(instances)
        // A run that was not stored before the end: its first process leads the session that it was started in.
        for candidate in family where candidate.entry.session == candidate.entry.pid && runs[candidate.record.id] == nil
        {
            // Anybody can write these words into an environment: a stranger is ended as a leftover, never adopted.
            guard isOurs(candidate.record.pid),
                !known.contains(where: {
                    $0.id.instance == candidate.record.id.instance && $0.id.run > candidate.record.id.run
                })
            else { continue }
            runs[candidate.record.id] = candidate.record
        }
        result.living = runs.values.sorted { ($0.id.instance, $0.id.run) < ($1.id.instance, $1.id.run) }
        result.leftovers = family.map(\.record).filter { runs[$0.id] == nil }
        return result
    }

    private func entry(of pid: Int32) -> ProcessEntry? {
        let length = od_pump_read_stat(proc, pid, buffer.baseAddress, buffer.count)
        guard length > 0 else { return nil }
        return ProcessEntry(pid: pid, stat: UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)]))
    }

    /// Living processes that were executed with OD_INSTANCE of one of the instances, and for this home; oldest first.
    private func candidates(_ instances: Set<UInt64>) -> [Candidate] {
        var list = [od_pump_process](repeating: od_pump_process(), count: ProcessTable.capacity)
        let count = od_pump_processes(proc, &list, list.count)
        guard count > 0 else { return [] }
        return list[..<Int(count)].compactMap { process -> Candidate? in
            guard let id = run(of: process.pid), instances.contains(id.instance), let entry = entry(of: process.pid)
            else { return nil }
            // The start is known to the tick: the clock of /proc counts from boot like ours.
            let nanoseconds = entry.started * UInt64(1_000_000_000 / max(1, od_pump_ticks()))
            let record = ProcessRecord(
                id: id, pid: process.pid, ticks: entry.started, since: Instant(nanoseconds: nanoseconds))
            return Candidate(record: record, entry: entry)
        }.sorted { ($0.entry.started, $0.entry.pid) < ($1.entry.started, $1.entry.pid) }
    }

    /// Whether the process runs as our own user: its real uid, which its owner in /proc does not tell.
    private func isOurs(_ pid: Int32) -> Bool {
        let length = od_pump_read_at(proc, "\(pid)/status", buffer.baseAddress, buffer.count)
        guard length > 0 else { return false }
        let lines = buffer[..<Int(length)].split(separator: LogBounds.newline)
        guard let line = lines.first(where: { $0.starts(with: "Uid:".utf8) }) else { return false }
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.count > 1 && UInt32(words[1]) == geteuid()
    }

    /// The run that a process was executed for; nil for one of another home or of nobody's.
    private func run(of pid: Int32) -> RunID? {
        let length = od_pump_read_at(proc, "\(pid)/environ", buffer.baseAddress, buffer.count)
        guard length > 0 else { return nil }
        var id: RunID?
        var isOurs = false
        for entry in buffer[..<Int(length)].split(separator: 0) {
            if entry.starts(with: "OD_HOME=".utf8) {
                isOurs = entry.dropFirst("OD_HOME=".utf8.count).elementsEqual(home.utf8)
            } else if entry.starts(with: "OD_INSTANCE=".utf8) {
                id = Self.run(String(decoding: entry.dropFirst("OD_INSTANCE=".utf8.count), as: UTF8.self))
            }
        }
        return isOurs ? id : nil
    }

    /// Runs that no instance ever has: such a number is somebody's joke.
    private static let runMax: UInt64 = 1 << 53

    /// Reads `INSTANCE.RUN`.
    static func run(_ text: String) -> RunID? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let instance = UInt64(parts[0]), let run = UInt64(parts[1]),
            run <= runMax
        else { return nil }
        return RunID(instance: instance, run: run)
    }

    /// Ends what outlived its run, without a keeper: each by its pidfd, so that no number can be another's by then.
    ///
    /// - Returns: how many were there.
    static func kill(_ processes: [ProcessRecord]) -> Int {
        let proc = od_pump_open_dir("/proc")
        guard proc >= 0 else { return 0 }
        defer { od_pump_close(proc) }
        let search = ProcessSearch(home: "", proc: proc)
        defer { search.buffer.deallocate() }
        return processes.count { process in
            let pidfd = od_pidfd(process.pid)
            guard pidfd >= 0 else { return false }
            defer { od_close(pidfd) }
            guard search.entry(of: process.pid)?.started == process.ticks else { return false }
            return od_signal_process(pidfd, Int32(OD_SIG_KILL.rawValue)) == 0
        }
    }

    private init(home: String, proc: Int32) {
        self.home = home
        self.proc = proc
    }
}
