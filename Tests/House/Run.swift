import Glibc
import Testing

/// Runs a program that is found by PATH, and waits for its end.
///
/// - Returns: its exit code, 128 and the signal when one ended it, and what it wrote to stdout and stderr together.
func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    var path = Array("/tmp/od-output-XXXXXX".utf8CString)
    let output = mkstemp(&path)
    try #require(output >= 0)
    defer {
        close(output)
        unlink(path)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let failure = posix_spawnp(&pid, arguments[0], &actions, nil, &words, environ)
    try #require(failure == 0, "\(arguments[0]): \(String(cString: strerror(failure)))")
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    let signal = status & 0x7F
    return (signal == 0 ? status >> 8 & 0xFF : 128 + signal, contents(output))
}

private func contents(_ file: Int32) -> String {
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 65_536)
    while case let count = pread(file, &block, block.count, off_t(result.count)), count > 0 {
        result += block[..<count]
    }
    return String(decoding: result, as: UTF8.self)
}
