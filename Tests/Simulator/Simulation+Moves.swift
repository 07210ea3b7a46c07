import Core

// What people, the machine and bad luck do.
extension Simulation {
    /// Milliseconds after which everything must have come to rest when nothing fails any more.
    private static let calm = 120_000

    mutating func play(_ move: Move) {
        dice = Dice(seed: move.dice)
        steps += 1
        switch move.kind {
        case .start(let app, let instances, let version):
            say(.start(StartRequest(apps: [spec(app, instances: instances, version: version)])))
        case .startKnown(let target): say(.start(StartRequest(targets: [target])))
        case .apply(let namespace, let apps, let instances, let version):
            let specs = apps.map { spec($0, instances: instances, version: version) }
            say(.apply(ApplyRequest(namespace: Plan.namespaces[namespace], apps: specs)))
        case .stop(let target): say(.stop([target]))
        case .restart(let target): say(.restart([target]))
        case .reload(let target): say(.reload([target]))
        case .scale(let app, let count): say(.scale(ScaleRequest(targets: [Plan.apps[app]], count: count)))
        case .reset(let target): say(.reset([target]))
        case .delete(let target): say(.delete([target]))
        case .shutdown(let halt): if engine != nil { say(.shutdown(halt: halt)) }
        case .resume: say(.resume)
        case .detach: say(.detach)
        case .pass(let milliseconds): pass(milliseconds)
        case .settle: settle()
        case .behave, .murder, .refuseSpawns, .reboot, .loseWords: strike(move.kind)
        case .killEngine, .failStore, .slowStore, .jumpWall, .lateTimers, .strayTimer: disturb(move.kind)
        }
        check()
    }

    /// An app of the plan, as the kernel is told.
    private mutating func spec(_ app: Int, instances: Int, version: Int) -> AppSpec {
        var spec = Plan.spec(app, instances: instances, version: version)
        guard isOrdered else { return spec }
        spec.dependencies = Plan.dependencies(of: app)
        spec.cascade = app == 3 ? .both : nil
        if errs(.forgetsDependencies) { spec.dependencies = nil }
        if errs(.weakensConditions) {
            spec.dependencies = spec.dependencies?.map { Dependency($0.name, .started) }
        }
        return spec
    }

    /// A client says a command; without an engine it starts one.
    mutating func say(_ command: FleetCommand) {
        if engine == nil, rebirth == nil { begin() }
        guard violation == nil, engine != nil else { return }
        lastRequest += 1
        engine?.waiting[lastRequest] = command
        take(.command(command, lastRequest))
    }

    /// The machine and the keeper.
    private mutating func strike(_ kind: Move.Kind) {
        if case .behave(let app, let nature) = kind { keeper.natures[Plan.apps[app]] = nature }
        if case .refuseSpawns(let count) = kind { keeper.refusals = count }
        if case .murder(let app) = kind {
            for (id, run) in keeper.runs.sorted(by: { $0.key.instance < $1.key.instance })
            where run.mainLives && Wishes.name(run.label) == Plan.apps[app] {
                keeper.happenings.append((now.boot, .mainEnds(id, .signal(9, core: false))))
            }
        }
        if case .loseWords(let milliseconds) = kind, engine != nil {
            keeper.words = []
            keeper.fullUntil = now.boot.advanced(byMilliseconds: milliseconds)
        }
        if case .reboot = kind { end() }
    }

    /// The engine, the disk and the clocks.
    private mutating func disturb(_ kind: Move.Kind) {
        if case .killEngine(let effects, let down) = kind, engine != nil { fuse = (effects, down) }
        if case .failStore(let milliseconds) = kind {
            store.failsUntil = now.boot.advanced(byMilliseconds: milliseconds)
        }
        if case .slowStore(let milliseconds) = kind { store.slowness = milliseconds }
        if case .jumpWall(let milliseconds) = kind { now.wall.milliseconds += milliseconds }
        if case .lateTimers(let milliseconds) = kind { lateness = milliseconds }
        if case .strayTimer = kind, let timer = strays.randomElement(using: &dice.random), engine?.timers[timer] == nil
        {
            take(.timer(timer))
        }
    }

    /// Nothing fails any more: what is must become what was wished.
    private mutating func settle() {
        if let down = fuse?.down { die(down: down) }
        keeper.natures = [:]
        keeper.refusals = 0
        store.slowness = 2
        lateness = 0
        pass(Self.calm)
        // Programs that began before end in their own time, and are followed by well-behaved ones.
        if violation == nil { compare() }
    }
}
