import Core

/// One thing that happens to a simulated home. All chance is in it, so that a row of moves can be played again, whole
/// or with some left out.
struct Move: Hashable {
    enum Kind: Hashable {
        case start(app: Int, instances: Int, version: Int)
        case startKnown(String)
        case apply(namespace: Int, apps: [Int], instances: Int, version: Int)
        case stop(String)
        case restart(String)
        case reload(String)
        case scale(app: Int, to: Int)
        case reset(String)
        case delete(String)
        case shutdown(halt: Bool)
        case resume
        case detach
        /// From now on the app's new runs behave so.
        case behave(app: Int, Nature)
        /// Somebody else kills a main process.
        case murder(app: Int)
        /// Milliseconds.
        case pass(Int)
        /// The engine is killed after so many further effects, and started again so much later.
        case killEngine(effects: Int, down: Int)
        /// The keeper's words are lost for a while: its socket is full, or it was replaced.
        case loseWords(milliseconds: Int)
        case refuseSpawns(Int)
        case failStore(milliseconds: Int)
        case slowStore(milliseconds: Int)
        case jumpWall(milliseconds: Int64)
        /// All timers of the engine fire late from now on, by up to so much.
        case lateTimers(milliseconds: Int)
        /// A timer fires that was cancelled long ago.
        case strayTimer
        case reboot
        /// The storm is over: everything works, all comes to rest and is compared.
        case settle
    }

    var kind: Kind
    /// Seed of all delays that follow until the next move.
    var dice: UInt64
}

/// Rows of moves from a seed.
enum Plan {
    static let apps = ["api", "web", "job", "mail", "cron"]
    /// The last two belong to a project.
    static let namespaces = ["default", "default", "default", "shop", "shop"]

    /// Apps that say when they are ready.
    static func waitsForReady(_ app: String) -> Bool { app == "web" || app == "cron" }

    static func moves(seed: UInt64, count: Int) -> [Move] {
        var random = SplitMix64(seed: seed)
        var moves = (0..<count).map { _ in Move(kind: kind(&random), dice: random.next()) }
        for index in stride(from: 99, to: count, by: 100) { moves[index].kind = .settle }
        moves.append(Move(kind: .settle, dice: random.next()))
        return moves
    }

    private static func kind(_ random: inout SplitMix64) -> Move.Kind {
        switch Int.random(in: 0..<1000, using: &random) {
        case ..<110:
            .start(
                app: .random(in: 0..<5, using: &random), instances: .random(in: 1...3, using: &random),
                version: .random(in: 0..<2, using: &random))
        case ..<140: .startKnown(target(&random))
        case ..<190: project(&random)
        case ..<250: .stop(target(&random))
        case ..<290: .restart(target(&random))
        case ..<310: .reload(target(&random))
        case ..<340: .delete(target(&random))
        case ..<344: .shutdown(halt: .random(using: &random))
        case ..<352: .resume
        case ..<356: .detach
        case ..<366: .scale(app: .random(in: 3..<5, using: &random), to: .random(in: 1...3, using: &random))
        case ..<370: .reset(target(&random))
        case ..<450: .behave(app: .random(in: 0..<5, using: &random), nature(&random))
        case ..<480: .murder(app: .random(in: 0..<5, using: &random))
        case ..<570:
            .killEngine(effects: .random(in: 0...6, using: &random), down: .random(in: 0...300, using: &random))
        case ..<600: .loseWords(milliseconds: .random(in: 0...500, using: &random))
        case ..<615: .refuseSpawns(.random(in: 1...4, using: &random))
        case ..<630: .failStore(milliseconds: .random(in: 1...4000, using: &random))
        case ..<645: .slowStore(milliseconds: .random(in: 1...200, using: &random))
        case ..<655: .jumpWall(milliseconds: .random(in: -40_000_000_000...40_000_000_000, using: &random))
        case ..<670: .lateTimers(milliseconds: .random(in: 0...500, using: &random))
        case ..<680: .strayTimer
        case ..<683: .reboot
        case ..<950: .pass(.random(in: 0...120, using: &random))
        default: .pass(.random(in: 0...20_000, using: &random))
        }
    }

    private static func target(_ random: inout SplitMix64) -> String {
        let name = apps.randomElement(using: &random) ?? ""
        return switch Int.random(in: 0..<10, using: &random) {
        case 0: "all"
        case 1...3: "\(name)#\(Int.random(in: 0..<3, using: &random))"
        default: name
        }
    }

    private static func project(_ random: inout SplitMix64) -> Move.Kind {
        let named = (3..<5).filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
        return .apply(
            namespace: 3, apps: named, instances: .random(in: 1...3, using: &random),
            version: .random(in: 0..<2, using: &random))
    }

    private static func nature(_ random: inout SplitMix64) -> Nature {
        let code = Int32.random(in: 0...2, using: &random)
        return switch Int.random(in: 0..<10, using: &random) {
        case 0...2: .stays
        case 3: .exits(code, after: .random(in: 1...50, using: &random))
        case 4: .exits(code, after: .random(in: 500...5000, using: &random))
        case 5: .deaf
        case 6: .leavesOrphan(code)
        case 7, 8: .messy
        default: .missing
        }
    }

    /// An app of the plan. Those of a project have versions and sizes; the others have one definition each.
    static func spec(_ app: Int, instances: Int, version: Int) -> AppSpec {
        let isProject = namespaces[app] == "shop"
        let name = apps[app]
        var spec = AppSpec(
            namespace: namespaces[app], name: name, script: "\(name).js", program: "/usr/bin/\(name)", cwd: "/srv")
        spec.instances = isProject ? instances : [1, 3, 1][app]
        spec.restart.mode = [.always, .unlessStopped, .onFailure, .always, .never][app]
        spec.restart.maxRestarts = [16, 4, 3, 6, 2][app]
        spec.restart.strategy = app == 1 ? .fixed : .exponential
        spec.killTimeout = [300, 0, 1000, 50, 2000][app]
        if waitsForReady(name) { spec.ready = Readiness(notify: .systemd, timeout: 400) }
        if isProject { spec.arguments = ["--version", String(version)] }
        return spec
    }
}
