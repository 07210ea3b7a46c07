import Core
@testable import Engine
import Glibc
import Synchronization
import Testing

/// What crash reports are made of.
struct WitnessTests {
    /// Reports are written when the streams of their runs are read, which is not always in their order.
    @Test func reportsAreToldNewestFirst() {
        func report(_ run: UInt64, instance: Int = 0, at: Int64) -> CrashReport {
            CrashReport(
                app: "shop/api", instance: instance, run: run, pid: 9, at: WallTime(milliseconds: at), exit: .code(1),
                uptime: 1, maxMemory: 0)
        }
        let all = [report(2, at: 20), report(4, at: 30), report(9, instance: 1, at: 99), report(3, at: 30)]
        #expect(Control.newest(all, of: 0).map(\.run) == [4, 3, 2])
    }

    // MARK: the kernel's counters

    /// Files of a kernel, to be changed.
    private final class Files: Sendable {
        let texts: Mutex<[String: String]>

        init(_ texts: [String: String]) { self.texts = Mutex(texts) }

        func set(_ path: String, _ text: String) { texts.withLock { $0[path] = text } }

        var memory: OutOfMemory { OutOfMemory { path in self.texts.withLock { $0[path] } } }
    }

    private static func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: 0).advanced(byMilliseconds: milliseconds)
    }

    @Test(arguments: [
        ("/c/s/memory.events", "low 0\noom 1\noom_kill ", "0::/s", "its cgroup"),
        ("/sys/fs/cgroup/memory/s/memory.oom_control", "under_oom 0\noom_kill ", "4:memory:/s", "its cgroup"),
        ("/proc/vmstat", "nr_free 1\noom_kill ", "", "the machine"),
    ])
    func aRiseIsEvidence(_ path: String, _ head: String, _ membership: String, _ whose: String) {
        let files = Files([
            path: head + "3\n", "/proc/self/cgroup": membership,
            "/proc/self/mountinfo": "1 2 0:28 / /c rw - cgroup2 x rw",
        ])
        let memory = files.memory
        #expect(memory.evidence(at: Self.at(0)) == nil)
        files.set(path, head + "4\n")
        let words = "the kernel killed a process of \(whose) because there was no memory left"
        #expect(memory.evidence(at: Self.at(1000)) == words)
        #expect(memory.evidence(at: Self.at(2000)) == words, "several may end at once")
        #expect(memory.evidence(at: Self.at(5000)) == nil)
        files.set(path, head + "6\n")
        #expect(memory.evidence(at: Self.at(6000))?.contains("2 processes") == true)
    }

    @Test func noCounterIsNoEvidence() {
        #expect(Files([:]).memory.evidence(at: Self.at(0)) == nil)
        #expect(OutOfMemory.count("oom_kill_disable 0\n") == nil)
        #expect(OutOfMemory.count("oom_kill x\n") == nil)
    }

    // MARK: the last words

    @Test func theLastLinesAreKept() {
        let many = (1...100).map { "line \($0)" }.joined(separator: "\n")
        let lines = CrashText.lines(of: Array(many.utf8), hiding: [])
        #expect(lines.count == Defaults.crashLines && lines.last == "line 100")
        #expect(CrashText.lines(of: [], hiding: []).isEmpty)
    }

    @Test func longLinesAreCut() {
        let long = String(repeating: "x", count: Defaults.crashBytes) + "\nthe end"
        let lines = CrashText.lines(of: Array(long.utf8), hiding: [])
        #expect(lines.count == 2 && lines[0].hasPrefix("…") && lines[1] == "the end")
        #expect(lines.reduce(0) { $0 + $1.utf8.count } <= Defaults.crashBytes)
    }

    /// PM2 #5190 #6073: secrets in plain text wherever one looks.
    @Test func secretsAreStars() {
        let text = "cannot log in with hunter22 at hunter22!\nabc"
        let lines = CrashText.lines(of: Array(text.utf8), hiding: ["hunter22", "abc"])
        #expect(lines == ["cannot log in with ******** at ********!", "abc"], "one of three letters hides nothing")
    }

    @Test func eachReportHasItsOwnLines() throws {
        let folder = try ConfigFolder()
        let words = LastWords()
        let path = folder.write("a.err.log", "old\nfirst\n")
        #expect(words.lines(of: path, in: words.span(of: path, upTo: nil), hiding: []) == ["old", "first"])
        #expect(words.lines(of: path, in: words.span(of: path, upTo: nil), hiding: []).isEmpty)
        let file = try #require(fopen(path, "a"))
        fputs("second\n", file)
        fclose(file)
        #expect(words.lines(of: path, in: words.span(of: path, upTo: nil), hiding: []) == ["second"])
    }

    /// The next run may have begun to write before the report of the last one is made.
    @Test func linesOfTheNextRunAreNotThoseOfTheLast() throws {
        let folder = try ConfigFolder()
        let words = LastWords()
        let path = folder.write("a.err.log", "calm\nlast words\nstarting again\n")
        // A run that ended well has written the first line.
        #expect(words.span(of: path, upTo: 5) == LastWords.Span(from: 0, end: 5))
        let crash = words.span(of: path, upTo: 16)
        #expect(words.span(of: path, upTo: 31).from == 16, "a later one ends before the report is made")
        #expect(words.lines(of: path, in: crash, hiding: []) == ["last words"])
        #expect(words.lines(of: path, in: LastWords.Span(from: 16, end: 16), hiding: []).isEmpty)
        #expect(words.span(of: path, upTo: 4) == LastWords.Span(from: 0, end: 4), "it was emptied")
    }

    @Test func ofALongLogTheEndIsKept() throws {
        let folder = try ConfigFolder()
        let text = (1...20_000).map { "line \($0)\n" }.joined()
        let path = folder.write("a.err.log", text + "of the next run\n")
        let lines = LastWords().lines(of: path, in: LastWords.Span(from: 0, end: UInt64(text.utf8.count)), hiding: [])
        #expect(lines.last == "line 20000" && lines.count == Defaults.crashLines)
        let beyond = LastWords.Span(from: 0, end: UInt64(text.utf8.count + 5000))
        #expect(LastWords().lines(of: path, in: beyond, hiding: []).last == "of the next run")
    }

    /// The log has a record a line: people want the words.
    @Test func aRecordIsShownAsItsMessage() {
        let record = #"{"timestamp":"2026-05-01T12:00:00.000Z","level":"error","message":"no \"db\"","app":"api"}"#
        #expect(CrashText.message(of: record) == #"no "db""#)
        #expect(CrashText.message(of: "…half of a record\"}") == "…half of a record\"}")
        #expect(CrashText.message(of: #"{"level":"error"}"#) == #"{"level":"error"}"#)
    }

    @Test func sinceWhenIsTheBeginOfWhatIs() {
        func event(_ second: Int, _ status: ProcessStatus) -> FleetEvent {
            let process = InstanceInfo(id: 0, name: "api", instance: 0, namespace: "shop", status: status)
            return FleetEvent(
                seq: UInt64(second), at: WallTime(milliseconds: Int64(second) * 1000), name: .online, process: process)
        }
        var process = InstanceInfo(id: 0, name: "api", instance: 0, namespace: "shop", status: .online)
        process.startedAt = WallTime(milliseconds: 500)
        let events = [event(1, .online), event(2, .stopping), event(3, .stopped), event(4, .stopped)]
        #expect(Control.since(process, events) == WallTime(milliseconds: 500))
        process.status = .stopped
        #expect(Control.since(process, events) == WallTime(milliseconds: 3000))
        process.status = .waiting
        #expect(Control.since(process, events) == nil)
    }

    @Test func whatCannotBeReadIsNothing() {
        for path in ["/dev/null", "/nowhere/at/all", "relative"] {
            let span = LastWords.Span(from: 0, end: nil)
            #expect(LastWords().lines(of: path, in: span, hiding: []).isEmpty)
        }
    }
}
