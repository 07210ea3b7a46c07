import CKernel
package import Core
import Glibc

/// One run of a program to its end, with a bound on its time and on what it says: a JavaScript runtime that evaluates a
/// config, another version of od that says which it is. Its stdin is empty. When its time is over its whole process group
/// is killed, and when we end before it, so does it.
package struct ScriptRun {
    /// What is listened to.
    package enum Channel: Hashable, Sendable {
        /// Descriptor 3. What it prints goes to our stderr, as far as `Defaults.configOutput`.
        case answer
        /// What it prints.
        case output
    }

    /// How it went, as far as the channel tells.
    package enum End: Hashable, Sendable {
        /// All that came on the channel; empty when it said nothing.
        case ended([UInt8], Exit)
        /// It did not end in time and was killed.
        case late
        /// It said more than it may and was killed.
        case tooLong
        /// It could not be executed: errno.
        case notStarted(Int32)
    }

    /// The program and its arguments; the program is absolute.
    var words: [String]
    /// Milliseconds.
    var patience: Int
    /// Bytes on the channel.
    var limit: Int
    var channel: Channel

    package init(words: [String], patience: Int, limit: Int, channel: Channel = .answer) {
        self.words = words
        self.patience = patience
        self.limit = limit
        self.channel = channel
    }

    /// Blocks until it has ended.
    package func run() -> End {
        var printed: [Int32] = [-1, -1]
        guard pipe(&printed) == 0 else { return .notStarted(errno) }
        defer { close(printed[0]) }
        var answer: [Int32] = [-1, -1]
        if channel == .answer, pipe(&answer) != 0 {
            defer { close(printed[1]) }
            return .notStarted(errno)
        }
        for end in printed + answer where end >= 0 { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { if answer[0] >= 0 { close(answer[0]) } }
        let pid = start(output: printed[1], answer: answer[1])
        for end in [printed[1], answer[1]] where end >= 0 { close(end) }
        guard pid > 0 else { return .notStarted(-pid) }
        let deadline = ContinuousClock.now + .milliseconds(patience)
        var listening = Listening(
            channel: channel == .answer ? answer[0] : printed[0], aside: channel == .answer ? printed[0] : -1,
            limit: limit)
        let isWhole = listening.hear(until: deadline)
        if !isWhole || listening.bytes.count > limit { kill(-pid, SIGKILL) }
        let exit = reap(pid, until: deadline)
        listening.finish()
        if listening.bytes.count > limit { return .tooLong }
        guard isWhole, let exit else { return .late }
        return .ended(listening.bytes, exit)
    }

    private func start(output: Int32, answer: Int32) -> Int32 {
        let argv = words.map { strdup($0) }
        defer { for word in argv { free(word) } }
        return (argv + [nil]).withUnsafeBufferPointer { words in
            words.baseAddress.map { od_program_start($0, output, answer) } ?? -EINVAL
        }
    }

    /// How it ended; nil when it had to be killed.
    private func reap(_ pid: pid_t, until deadline: ContinuousClock.Instant) -> Exit? {
        var status: Int32 = 0
        var late = false
        while true {
            let found = waitpid(pid, &status, late ? 0 : WNOHANG)
            if found == pid { return late ? nil : Exit(waitStatus: status) }
            if found < 0, errno != EINTR { return nil }
            if !late, ContinuousClock.now >= deadline {
                kill(-pid, SIGKILL)
                late = true
            } else if !late {
                usleep(1000)
            }
        }
    }
}

/// The two pipes of a run.
private struct Listening {
    var channel: Int32
    /// What is passed on to our stderr; negative: nothing.
    var aside: Int32
    let limit: Int
    var bytes: [UInt8] = []
    /// Bytes that may yet be passed on.
    private var room = Defaults.configOutput
    private var block = [UInt8](repeating: 0, count: 1 << 16)

    init(channel: Int32, aside: Int32, limit: Int) {
        self.channel = channel
        self.aside = aside
        self.limit = limit
    }

    /// Whether the end of the channel came in time. Stops one block after the limit.
    mutating func hear(until deadline: ContinuousClock.Instant) -> Bool {
        while bytes.count <= limit {
            let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
            guard left > 0 else { return false }
            var waits = [
                pollfd(fd: channel, events: Int16(POLLIN), revents: 0),
                pollfd(fd: aside, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&waits, 2, Int32(left.rounded(.up)))
            if ready < 0, errno != EINTR { return false }
            guard ready > 0 else { continue }
            if waits[1].revents != 0 { passOn() }
            guard waits[0].revents != 0 else { continue }
            let count = read(channel, &block, block.count)
            if count == 0 { return true }
            if count > 0 { bytes += block[..<count] }
        }
        return true
    }

    /// What was printed last, when the program has ended: others may hold its stdout open.
    mutating func finish() {
        var wait = pollfd(fd: aside, events: Int16(POLLIN), revents: 0)
        while aside >= 0, room > 0, poll(&wait, 1, 0) > 0 { passOn() }
    }

    private mutating func passOn() {
        let count = read(aside, &block, block.count)
        guard count > 0 else {
            if count == 0 || errno != EINTR { aside = -1 }
            return
        }
        guard room > 0 else { return }
        var rest = block[..<min(count, room)]
        let isMore = count > room
        room -= rest.count
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            // Nobody reads our stderr: the config is evaluated all the same.
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
        guard room == 0, isMore else { return }
        let note = Array(
            "\nod: the config prints more than \(Defaults.configOutput >> 10) KB; the rest is left out\n".utf8)
        _ = note.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
