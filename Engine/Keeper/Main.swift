// od-keeper ENGINE ARGUMENT...
// od-keeper --reads
//
// The parent of every app. It spawns, reaps and holds: exit statuses until the engine has them durably, streams while
// no engine reads them, descriptors that must outlive an engine. It knows no policy and reads no configuration.
//
// It is two processes with one table of descriptors and one memory (holding.h): the worker does the work with one
// thread, one epoll and flat tables, so that nothing is allocated after its start; the spare, its parent, only waits.
// When the worker is killed, its children and all descriptors are the spare's, which forks another worker; when the
// spare is killed, the worker becomes the spare. Every worker takes over what the memory says; to the first one it says
// nothing.
//
// Descriptors at the start: 3 = the flock on engine.lock, which is only held; 4 = the listening client socket, which is
// passed to every engine. With OD_ENGINE_PID=PID that engine lives already and has the other end of 5. With
// OD_FOREGROUND=1 it stays in the foreground, for service managers; OD_PULSE=MS is the time between two pulses, for
// tests.
// OD_KEEPER_TABLE=FD is set by a keeper that becomes this one: the memory that it leaves.
// `--reads` exits with 0 if this keeper can read the memory that is descriptor 3.

import CKernel

@main
struct Main {
    static func main() {
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = od_arguments(&arguments)
        guard count > 1, let arguments, let first = arguments[1] else { od_exit(ExitCode.usage) }
        if starts(first, with: "--reads"), first[7] == 0 { checkMemory() }
        let environment = Environment()
        let former = environment.number(of: "OD_KEEPER_TABLE=")
        let holding = former.map(Self.inherit) ?? Self.begin(environment)
        guard od_become_reaper("od-keeper") == 0,
            let program = EngineProgram(arguments: arguments + 1, count: Int(count) - 1, environment)
        else { od_exit(ExitCode.system) }
        let interval = environment.number(of: "OD_PULSE=").map { UInt64($0) * 1_000_000 } ?? Pulse.interval
        serve(holding, program, interval)
    }

    /// A first keeper, with an empty memory.
    private static func begin(_ environment: Environment) -> Holding {
        let living = environment.number(of: "OD_ENGINE_PID=")
        guard od_close_strangers(living == nil ? 0 : 1) == 0 else { od_exit(ExitCode.usage) }
        guard od_detach(environment.isSet("OD_FOREGROUND=1") ? 1 : 0) == 0 else { od_exit(ExitCode.system) }
        var before: UInt64 = 0
        let limit = od_raise_descriptors(&before)
        guard limit > 0, od_hold_signals() == 0, let holding = Holding(childLimit: before, ownLimit: limit) else {
            od_exit(ExitCode.system)
        }
        holding.head.pointee.tames_children = od_lower_oom() == 1 ? 1 : 0
        if let living { holding.adoptEngine(living) }
        return holding
    }

    /// A keeper that has become this one has left its memory, its children and all descriptors.
    private static func inherit(_ memory: Int32) -> Holding {
        guard let holding = Holding(memory: memory) else { od_exit(ExitCode.system) }
        od_close_on_exec(Int32(OD_FD_LOCK))
        holding.wish.pointee.state = OD_WISH_NONE.rawValue
        return holding
    }

    private static func checkMemory() -> Never {
        od_exit(Holding(memory: Int32(OD_FD_LOCK)) == nil ? ExitCode.unreadable : ExitCode.done)
    }

    /// The spare, the worker, and again the spare: whatever this process is to be next.
    private static func serve(_ holding: Holding, _ program: EngineProgram, _ interval: UInt64) -> Never {
        let tables = od_tables()
        od_widen_descriptors()
        var spare = Spare(holding)
        while true {
            spare.stand()
            // From here on we are its child, a worker.
            let spareNow = holding.head.pointee.spare
            guard var keeper = Keeper(holding, program, spare: spareNow, pulse: interval) else {
                od_exit(ExitCode.system)
            }
            switch keeper.run() {
            case .left: od_exit(ExitCode.done)
            case .another: od_exit(ExitCode.another)
            case .alone: break
            }
            // The spare is dead: we are the spare now, of another worker.
            od_tables_drop(tables)
            spare = Spare(holding)
        }
    }
}

/// What the keeper's processes exit with (sysexits.h). The parent of the first process sees only `usage` and `system`.
enum ExitCode {
    static let done: Int32 = 0
    /// No engine was named, or descriptor 3 or 4 is missing.
    static let usage: Int32 = 64
    /// `--reads`: another layout.
    static let unreadable: Int32 = 65
    /// The system refused what the keeper cannot do without.
    static let system: Int32 = 71
    /// A worker to its spare: become the executable of the wish.
    static let another: Int32 = 75
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

    /// The value of a variable that is a positive number; `name` ends with "=".
    func number(of name: StaticString) -> Int32? {
        var index = 0
        while let text = entries?[index] {
            if starts(text, with: name) { return Self.number(text + name.utf8CodeUnitCount) }
            index += 1
        }
        return nil
    }

    private static func number(_ text: UnsafePointer<CChar>) -> Int32? {
        var value: Int32 = 0
        var index = 0
        while text[index] != 0 {
            guard (48...57).contains(text[index]), value < 100_000_000 else { return nil }
            value = value * 10 + Int32(text[index]) - 48
            index += 1
        }
        return value > 0 ? value : nil
    }
}

/// Whether a NUL-terminated text begins with `prefix`.
func starts(_ text: UnsafePointer<CChar>, with prefix: StaticString) -> Bool {
    for index in 0..<prefix.utf8CodeUnitCount where UInt8(bitPattern: text[index]) != prefix.utf8Start[index] {
        return false
    }
    return true
}
