// od-keeper ENGINE ARGUMENT...
//
// The parent of every app. It spawns, reaps and holds: exit statuses until the engine has them durably, streams while
// no engine reads them, descriptors that must outlive an engine. It knows no policy and reads no configuration. One
// thread, one epoll, flat tables that are mapped once: nothing is allocated after the start.
//
// Descriptors at the start: 3 = the flock on engine.lock, which is only held; 4 = the listening client socket, which is
// passed to every engine. With OD_FOREGROUND=1 it stays in the foreground, for tests.

import CKernel

@main
struct Main {
    static func main() {
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = od_arguments(&arguments)
        guard count > 1, let arguments else { od_exit(ExitCode.usage) }
        let environment = Environment()
        guard od_close_strangers() == 0 else { od_exit(ExitCode.usage) }
        guard od_detach(environment.isSet("OD_FOREGROUND=1") ? 1 : 0) == 0 else { od_exit(ExitCode.system) }
        guard let program = EngineProgram(arguments: arguments + 1, count: Int(count) - 1, environment),
            var keeper = Keeper(program: program)
        else { od_exit(ExitCode.system) }
        keeper.run()
    }
}

/// What the keeper itself exits with (sysexits.h). The parent of the first process sees only `usage` and `system`.
enum ExitCode {
    static let done: Int32 = 0
    /// No engine was named, or descriptor 3 or 4 is missing.
    static let usage: Int32 = 64
    /// The system refused what the keeper cannot do without.
    static let system: Int32 = 71
}

/// The environment that the keeper was started with; its engines get the same.
struct Environment {
    let entries: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?

    init() {
        entries = od_environment()
    }

    func isSet(_ entry: StaticString) -> Bool {
        var index = 0
        while let text = entries?[index] {
            if starts(text, with: entry), text[entry.utf8CodeUnitCount] == 0 { return true }
            index += 1
        }
        return false
    }
}

/// Whether a NUL-terminated text begins with `prefix`.
func starts(_ text: UnsafePointer<CChar>, with prefix: StaticString) -> Bool {
    for index in 0..<prefix.utf8CodeUnitCount where UInt8(bitPattern: text[index]) != prefix.utf8Start[index] {
        return false
    }
    return true
}
