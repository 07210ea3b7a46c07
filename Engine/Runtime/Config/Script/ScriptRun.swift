internal import Core
import Glibc

/// One run of a JavaScript runtime: stdin is empty, what the config prints goes to our stderr, and descriptor 3 is the
/// pipe on which the answer comes.
struct ScriptRun {
    /// How it went, as far as the pipe tells.
    enum End: Hashable {
        /// All that came on descriptor 3; empty when it said nothing.
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
    /// Bytes.
    var limit: Int

    /// Blocks until it has ended.
    func run() -> End {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return .notStarted(errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var pid: pid_t = 0
        let error = start(&pid, answer: ends[1])
        close(ends[1])
        guard error == 0 else { return .notStarted(error) }
        let clock = ContinuousClock()
        let deadline = clock.now + .milliseconds(patience)
        var bytes: [UInt8] = []
        let isWhole = read(ends[0], into: &bytes, until: deadline)
        if !isWhole || bytes.count > limit { kill(pid, SIGKILL) }
        let exit = reap(pid, until: deadline)
        if bytes.count > limit { return .tooLong }
        guard isWhole, let exit else { return .late }
        return .ended(bytes, exit)
    }

    private func start(_ pid: inout pid_t, answer: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, 2, 1)
        posix_spawn_file_actions_adddup2(&actions, answer, 3)
        let argv = words.map { strdup($0) }
        defer { for word in argv { free(word) } }
        return posix_spawn(&pid, words[0], &actions, nil, argv + [nil], environ)
    }

    /// Whether the end of the pipe came in time. Stops one block after the limit.
    private func read(_ pipe: Int32, into bytes: inout [UInt8], until deadline: ContinuousClock.Instant) -> Bool {
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
            guard left > 0 else { return false }
            var wait = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(left.rounded(.up)))
            if ready < 0, errno != EINTR { return false }
            guard ready > 0 else { continue }
            let count = Glibc.read(pipe, &block, block.count)
            if count == 0 { return true }
            if count > 0 { bytes += block[..<count] }
        }
        return true
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
                kill(pid, SIGKILL)
                late = true
            } else if !late {
                usleep(1000)
            }
        }
    }
}
