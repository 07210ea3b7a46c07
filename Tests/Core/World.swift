import Core

/// How a program of the virtual machine behaves.
enum Behaviour: Hashable {
    /// Runs until a signal ends it.
    case stays
    /// Ends by itself so many milliseconds after its start.
    case exits(Int32, after: Int)
    /// Only SIGKILL ends it.
    case ignoresTerm
    /// Ends by itself at once, but a descendant stays that only SIGKILL ends.
    case leavesOrphan(Int32)
    /// Ends on SIGTERM, but a descendant stays that only SIGKILL ends.
    case orphanIgnoresTerm
    /// Cannot be executed.
    case cannotExecute(SpawnTrouble.Stage)
    /// The program is being replaced: it cannot be executed the first `times` times.
    case busy(times: Int)
}

/// A machine with virtual time, a keeper, a store and clients, for a kernel to live in.
struct World {
    struct Process: Hashable {
        var pid: Int32
        var since: Instant
        var behaviour: Behaviour
        var mainLives = true
        var orphanLives = false
        var end: RunEnd?
        var acknowledged = false
    }

    var kernel: Kernel
    var now = Moment(boot: Instant(nanoseconds: 1_000_000_000), wall: WallTime(milliseconds: 1_795_253_057_000))
    /// By app name; others stay.
    var behaviours: [String: Behaviour] = [:]
    var processes: [RunID: Process] = [:]
    var timers: [TimerID: Instant] = [:]
    var queue: [(at: Instant, event: KernelEvent)] = []
    var stored = StoredFleet()
    var exits: [ExitRecord] = []
    var events: [FleetEvent] = []
    var answers: [RequestID: Outcome] = [:]
    var attached: [RunID: LogPlan] = [:]
    var spawns: [SpawnOrder] = []
    /// What is listened to, and who was asked to end by a message.
    var heard: [RunID: Attention] = [:]
    var asked: [RunID] = []
    var crashes: [CrashNote] = []
    var signals: [(run: RunID, signal: Int32)] = []
    /// Runs of which only the first process got a signal.
    var signalledFirst: Set<RunID> = []
    var pidFiles: [PidFile] = []
    /// Apps whose shared sockets were closed.
    var closed: [UInt64] = []
    var left = false
    var keeper = "1"
    /// Engines that this keeper has started.
    var engines = 1
    /// Facts that are not on disk yet, and since when: a crash loses them.
    var gathered: [StoreWrite] = []
    var unacknowledged: [RunID] = []
    var flushAt: Instant?
    var nextPid: Int32 = 1000
    var nextRequest: RequestID = 1
    /// Delay between a spawn order and its answer, milliseconds.
    var spawnTime = 1

    init(embedded: Bool = false) {
        kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 1)
        take(.recovered(stored, [], EngineStart(keeper: "1", isEmbedded: embedded)))
    }

    /// The engine is killed and starts again: only the store and the keeper's runs are left.
    mutating func crash() {
        kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 2)
        timers = [:]
        attached = [:]
        heard = [:]
        queue = []
        gathered = []
        unacknowledged = []
        flushAt = nil
        let held = processes.filter { !$0.value.acknowledged }.map { id, process in
            HeldRun(id: id, pid: process.pid, since: process.since, end: process.end)
        }
        for (id, process) in processes where process.mainLives {
            if case .exits(let code, let after) = process.behaviour {
                queue.append((process.since.advanced(byMilliseconds: after), .exited(id, end(code: code))))
            }
        }
        engines += 1
        take(.recovered(stored, held, EngineStart(keeper: keeper, isEmbedded: false, number: engines)))
    }

    /// A new boot: no process is left, only the store.
    mutating func reboot(byInitSystem: Bool = false) {
        flush()
        processes = [:]
        timers = [:]
        queue = []
        left = false
        keeper += "+"
        kernel = Kernel(homePath: "/home/x/.opendaemon", seed: 3)
        take(.recovered(stored, [], EngineStart(keeper: keeper, isEmbedded: false, isBoot: byInitSystem)))
    }

    /// Says a command and gives the number of its answer.
    @discardableResult mutating func say(_ command: FleetCommand) -> RequestID {
        let request = nextRequest
        nextRequest += 1
        take(.command(command, request))
        return request
    }

    mutating func start(_ specs: AppSpec...) -> RequestID { say(.start(StartRequest(apps: specs))) }

    /// Lets time pass; what falls due happens in order.
    mutating func pass(_ milliseconds: Int) {
        let end = now.boot.advanced(byMilliseconds: milliseconds)
        while let next = nextMoment(), next <= end {
            move(to: next)
            if let flushAt, flushAt <= next { flush() }
            if let timer = timers.filter({ $0.value <= next }).min(by: { $0.value < $1.value })?.key {
                timers[timer] = nil
                take(.timer(timer))
            } else if let index = queue.indices.filter({ queue[$0].at <= next }).min(by: { queue[$0].at < queue[$1].at }
            ) {
                happen(queue.remove(at: index).event)
            }
        }
        move(to: end)
    }

    private func nextMoment() -> Instant? { (queue.map(\.at) + timers.values + [flushAt].compactMap { $0 }).min() }

    /// What was gathered reaches the disk, and the keeper forgets the exits in it.
    private mutating func flush() {
        for item in gathered { write(item) }
        for id in unacknowledged { processes[id]?.acknowledged = true }
        gathered = []
        unacknowledged = []
        flushAt = nil
    }

    private mutating func move(to instant: Instant) {
        guard instant > now.boot else { return }
        now.wall.milliseconds += Int64(instant.milliseconds(since: now.boot))
        now.boot = instant
    }

    private func end(code: Int32) -> RunEnd {
        RunEnd(exit: .code(code), pid: 0, since: now.boot, at: now.boot, left: 0)
    }

    /// The keeper notices something and tells the kernel.
    private mutating func happen(_ event: KernelEvent) {
        switch event {
        case .exited(let id, var end):
            guard var process = processes[id], process.mainLives else { return }
            end.at = now.boot
            end.pid = process.pid
            end.since = process.since
            end.left = process.orphanLives ? 1 : 0
            process.mainLives = false
            process.end = end
            processes[id] = process
            take(.exited(id, end))
        case .gone(let id):
            guard var process = processes[id], process.orphanLives, !process.mainLives else { return }
            process.orphanLives = false
            process.end?.left = 0
            processes[id] = process
            take(.gone(id))
        default:
            take(event)
        }
    }

    mutating func take(_ event: KernelEvent) {
        let effects = kernel.step(event, at: now)
        gathered += effects.store
        unacknowledged += effects.acknowledge
        if effects.durable { flush() } else if flushAt == nil { flushAt = now.boot.advanced(byMilliseconds: 20) }
        for effect in effects.keeper { obey(effect) }
        for effect in effects.timers {
            switch effect {
            case .arm(let timer, let milliseconds): timers[timer] = now.boot.advanced(byMilliseconds: milliseconds)
            case .cancel(let timer): timers[timer] = nil
            }
        }
        pidFiles += effects.pidFiles
        events += effects.publish
        crashes += effects.crashes
        for reply in effects.answers { answers[reply.request] = reply.answer }
        left = left || effects.leave
    }
}

// The keeper and the store of this machine.
extension World {
    private mutating func obey(_ effect: KeeperEffect) {
        switch effect {
        case .spawn(let order): spawn(order)
        case .signal(let id, let signal): deliver(signal, to: id)
        case .signalFirst(let id, let signal): deliver(signal, to: id, first: true)
        case .listen(let id, _, let attention): heard[id] = attention
        case .askToEnd(let id, let signal):
            asked.append(id)
            deliver(signal, to: id)
        case .attach(let id, let plan): attached[id] = plan
        case .ended(let id): attached[id] = nil
        case .closeSockets(let app): closed.append(app)
        case .discard(let id):
            deliver(9, to: id)
            processes[id]?.acknowledged = true
        }
    }

    private mutating func spawn(_ order: SpawnOrder) {
        spawns.append(order)
        let name = order.environment.first { $0.hasPrefix("OD_NAME=") }?.dropFirst(8) ?? ""
        let behaviour = behaviours[String(name)] ?? .stays
        let moment = now.boot.advanced(byMilliseconds: spawnTime)
        let trouble: SpawnTrouble.Stage? =
            switch behaviour {
            case .cannotExecute(let stage): stage
            case .busy(let times) where order.id.run > 1 && order.id.run <= times + 1: .execute
            default: nil
            }
        if let trouble {
            queue.append((moment, .spawnFailed(order.id, SpawnTrouble(stage: trouble, errno: 2, text: "No such file"))))
            return
        }
        nextPid += 1
        let keepsOrphan = if case .leavesOrphan = behaviour { true } else { behaviour == .orphanIgnoresTerm }
        processes[order.id] = Process(pid: nextPid, since: moment, behaviour: behaviour, orphanLives: keepsOrphan)
        queue.append((moment, .spawned(order.id, pid: nextPid, since: moment)))
        let life: (code: Int32, after: Int)? =
            switch behaviour {
            case .exits(let code, let after): (code, after)
            case .leavesOrphan(let code): (code, 1)
            default: nil
            }
        guard let life else { return }
        let exit = RunEnd(exit: .code(life.code), pid: nextPid, since: moment, at: moment, left: 0)
        queue.append((moment.advanced(byMilliseconds: life.after), .exited(order.id, exit)))
    }

    /// The main process of a run ends by itself now.
    mutating func die(_ id: RunID, _ exit: Exit) {
        let end = RunEnd(exit: exit, pid: 0, since: now.boot, at: now.boot, left: 0)
        queue.append((now.boot, .exited(id, end)))
    }

    private mutating func deliver(_ signal: Int32, to id: RunID, first: Bool = false) {
        signals.append((id, signal))
        if first { signalledFirst.insert(id) }
        guard let process = processes[id] else { return }
        let soon = now.boot.advanced(byMilliseconds: 2)
        let dies = signal == 9 || process.behaviour != .ignoresTerm
        if process.mainLives, dies {
            queue.append(
                (
                    soon,
                    .exited(
                        id,
                        RunEnd(
                            exit: .signal(signal, core: false), pid: process.pid, since: process.since, at: soon,
                            left: 0))
                ))
        }
        if process.orphanLives, signal == 9 {
            queue.append((soon.advanced(byMilliseconds: 1), .gone(id)))
        }
    }

    private mutating func write(_ write: StoreWrite) {
        switch write {
        case .putApp(let app):
            stored.apps.removeAll { $0.key == app.key }
            stored.apps.append(app)
        case .removeApp(let key):
            stored.apps.removeAll { $0.key == key }
            stored.instances.removeAll { $0.app == key }
        case .putInstance(let instance):
            stored.instances.removeAll { $0.key == instance.key }
            stored.instances.append(instance)
        case .removeInstance(let key):
            stored.instances.removeAll { $0.key == key }
        case .putHome(let home):
            stored.home = home
        case .addExit(let exit):
            guard !exits.contains(where: { $0.instance == exit.instance && $0.run == exit.run }) else { return }
            exits.append(exit)
        case .addEvent(let event):
            stored.lastEvent = event.seq
        case .addReceipt(let receipt):
            stored.receipts.append(receipt)
        }
    }
}

// Questions that tests ask.
extension World {
    func process(_ label: String) -> InstanceInfo? { kernel.list(at: now).first { $0.label == label } }
    func status(_ label: String) -> ProcessStatus? { process(label)?.status }
    var statuses: [ProcessStatus] { kernel.list(at: now).map(\.status) }
    /// Runs of which anything lives.
    var live: Int { processes.values.filter { $0.mainLives || $0.orphanLives }.count }
    func names(_ label: String) -> [EventName] { events.filter { $0.process?.label == label }.map(\.name) }

    func failure(_ request: RequestID) -> Failure? {
        if case .failed(let failure) = answers[request] { failure } else { nil }
    }

    func started(_ request: RequestID) -> StartResult? {
        if case .started(let result) = answers[request] { result } else { nil }
    }

    func reloaded(_ request: RequestID) -> ReloadResult? {
        if case .reloaded(let result) = answers[request] { result } else { nil }
    }

    static func spec(_ name: String, _ edit: (inout AppSpec) -> Void = { _ in }) -> AppSpec {
        var spec = AppSpec(name: name, script: "\(name).js", program: "/usr/bin/\(name)", cwd: "/srv")
        edit(&spec)
        return spec
    }
}
