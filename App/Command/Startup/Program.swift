internal import Core
import Glibc

/// Another program that is run to its end.
enum Program {
    struct End: Hashable, Sendable {
        var exit: Exit
        /// The beginning of what it wrote to stdout and stderr.
        var output: String
    }

    private static let outputMax = 64 << 10

    /// Runs a program, found in PATH when its name has no slash, without input. nil when it cannot be executed.
    static func run(_ program: String, _ arguments: [String]) -> End? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for number in [Int32(1), 2] { posix_spawn_file_actions_adddup2(&actions, ends[1], number) }
        let words = ([program] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, program, &actions, nil, words + [nil], environ)
        close(ends[1])
        guard error == 0 else { return nil }
        let output = read(ends[0])
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 { guard errno == EINTR else { return nil } }
        return End(exit: Exit(waitStatus: status), output: String(decoding: output, as: UTF8.self))
    }

    private static func read(_ pipe: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 12)
        while true {
            let count = Glibc.read(pipe, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            if bytes.count < outputMax { bytes += block[..<count] }
        }
    }
}
