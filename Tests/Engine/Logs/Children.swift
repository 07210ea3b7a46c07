import Glibc
import Testing

/// A child process of a test, with chosen descriptors; killed and reaped when the test forgets it.
final class Child {
    let pid: pid_t
    private var status: Int32?

    /// Runs `words[0]` with stdout on `output` and the descriptors of `passed` at the same numbers.
    init(_ words: [String], output: Int32 = -1, passed: [Int32] = []) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if output >= 0 { posix_spawn_file_actions_adddup2(&actions, output, 1) }
        // A copy onto itself clears close-on-exec.
        for descriptor in passed { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        var arguments = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, words[0], &actions, nil, arguments, environ)
        try #require(error == 0, "\(words[0]): \(String(cString: strerror(error)))")
        self.pid = pid
    }

    deinit { kill() }

    func kill() {
        guard status == nil else { return }
        _ = Glibc.kill(pid, SIGKILL)
        wait()
    }

    @discardableResult
    func wait() -> Int32 {
        if let status { return status }
        var result: Int32 = 0
        while waitpid(pid, &result, 0) < 0, errno == EINTR {}
        status = result
        return result
    }

    /// Whether it has ended, without waiting.
    var hasEnded: Bool {
        if status != nil { return true }
        var result: Int32 = 0
        guard waitpid(pid, &result, WNOHANG) == pid else { return false }
        status = result
        return true
    }
}

/// Polls until `condition` holds, at most `seconds`; false when it never did.
func eventually(within seconds: Int = 60, _ condition: () -> Bool) -> Bool {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let end = now.tv_sec + seconds
    while !condition() {
        usleep(1000)
        clock_gettime(CLOCK_MONOTONIC, &now)
        if now.tv_sec > end { return condition() }
    }
    return true
}

/// `pump-torture`, which is built beside the test bundle.
func torturePath() throws -> String {
    let own = try #require(realpath("/proc/self/exe", nil))
    defer { free(own) }
    var folders = [String(cString: own)]
    if let bundle = CommandLine.arguments.first(where: { $0.hasSuffix(".xctest") }) { folders.insert(bundle, at: 0) }
    for folder in folders {
        let path = folder.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/pump-torture"
        if access(path, X_OK) == 0 { return path }
    }
    throw Missing(what: "pump-torture beside \(folders)")
}

struct Missing: Error {
    var what: String
}

/// The lines that `pump-torture write` writes.
enum Lines {
    static func line(_ name: String, _ number: Int) -> [UInt8] {
        let digits = String(number)
        let padded = String(repeating: "0", count: 7 - digits.count) + digits
        return Array("\(name) \(padded) ".utf8) + [UInt8](repeating: 0x2E, count: number &* 7919 % 120) + [0x0A]
    }

    static func all(_ name: String, count: Int) -> [UInt8] {
        (0..<count).flatMap { line(name, $0) }
    }
}
