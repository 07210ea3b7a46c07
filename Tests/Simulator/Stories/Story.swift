import Core

/// A file that says what is done and what follows, to be read as documentation and played as a test.
///
///     # Any text: what the story is about.
///     app api restart=on-failure kill=500     defines an app; nothing happens
///     app web needs=api,job:completed         … that depends on others
///     > start api                             is done; 5 ms pass
///          1 ms  api#0     process:starting   what follows, with the time since the story's begin
///
/// What can be done:
///
///     start APP... | TARGET... [--no-deps]     stop|restart TARGET... [--cascade]
///     delete TARGET...             apply PROJECT [APP...]            reload|reset TARGET...
///     scale TARGET... N|+N|-N      set APP                           resurrect APP...
///     shutdown [halt]              resume                            detach         list
///     program NAME stays | exits CODE after MS | deaf | leaves-orphan CODE | messy | missing
///     kill LABEL [SIGNAL]          wait 100ms|3s|2h|400d             clock jumps 400d|-400d
///     engine dies [for 100ms]      words are lost for 100ms          machine is full COUNT times
///     disk fails for 3s            reboot                            spawns take 100ms
///     readiness takes 100ms
struct Story {
    struct Mistake: Error { let line: String }

    /// After each thing that is done, so that its consequences are beside it.
    private static let pause = 5

    private var simulation = Simulation.told
    private let beginning: Instant
    private var specs: [String: AppSpec] = [:]

    private init() { beginning = simulation.now.boot }

    /// The same text with what really follows.
    static func played(_ text: String) throws(Mistake) -> String {
        var story = Story()
        var result: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("> ") {
                result.append(line)
                result += try story.act(String(line.dropFirst(2)))
            } else if line.isEmpty || line.hasPrefix("#") {
                result.append(line)
            } else if line.hasPrefix("app ") {
                result.append(line)
                try story.define(words(line))
            }
        }
        return result.joined(separator: "\n")
    }

    private static func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    /// Does a line and gives what follows.
    private mutating func act(_ line: String) throws(Mistake) -> [String] {
        let words = Self.words(line)
        simulation.diary = []
        if line == "list" { return simulation.table.map { "    \($0)" } }
        if let command = try command(words) {
            simulation.say(command)
        } else if words[0] != "wait" {
            try happen(words, line)
        }
        simulation.pass(words[0] == "wait" ? try Self.milliseconds(words.last ?? "") : Self.pause)
        if let violation = simulation.violation { throw Mistake(line: "\(line): \(violation)") }
        return (simulation.diary ?? []).map { note in
            let time = String(note.at.milliseconds(since: beginning))
            return String(repeating: " ", count: max(0, 8 - time.count)) + "\(time) ms  \(note.text)"
        }
    }

    // MARK: what people say

    private func command(_ words: [String]) throws(Mistake) -> FleetCommand? {
        let rest = Array(words.dropFirst())
        return switch words[0] {
        case "start":
            .start(
                StartRequest(
                    apps: rest.compactMap { specs[$0] }, targets: rest.filter { specs[$0] == nil && $0 != "--no-deps" },
                    alone: rest.contains("--no-deps") ? true : nil))
        case "apply":
            .apply(
                ApplyRequest(
                    namespace: rest.first ?? "",
                    apps: rest.dropFirst().compactMap { name in
                        var spec = specs[name]
                        spec?.namespace = rest[0]
                        return spec
                    }))
        case "stop": .stop(rest.filter { $0 != "--cascade" }, cascade: rest.contains("--cascade"))
        case "restart": .restart(rest.filter { $0 != "--cascade" }, cascade: rest.contains("--cascade"))
        case "reload": .reload(rest)
        case "scale":
            Int(rest.last ?? "").map {
                let isRelative = rest.last?.first.map { "+-".contains($0) } == true
                return .scale(ScaleRequest(targets: rest.dropLast(), count: $0, relative: isRelative))
            }
        case "set": try change(rest.first ?? "")
        case "resurrect":
            .restore(rest.compactMap { specs[$0] }.map { SavedApp(spec: $0, running: Array(0..<$0.instances)) })
        case "detach": .detach
        case "reset": .reset(rest)
        case "delete": .delete(rest)
        case "shutdown": .shutdown(halt: rest == ["halt"])
        case "resume": .resume
        default: nil
        }
    }

    /// From what an app is to what the story has said of it since.
    private func change(_ name: String) throws(Mistake) -> FleetCommand {
        guard let to = specs[name], let from = try? simulation.engine?.kernel.definitions(of: [name]).first else {
            throw Mistake(line: "set \(name)")
        }
        return .change(ChangeRequest(changes: [ChangeRequest.Change(from: from, to: to)]))
    }

    /// `app api restart=on-failure instances=2`
    private mutating func define(_ words: [String]) throws(Mistake) {
        let name = words[1]
        var spec = AppSpec(name: name, script: "\(name).js", program: "/usr/bin/\(name)", cwd: "/srv")
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Mistake(line: word) }
            let (key, value) = (parts[0], parts[1])
            switch key {
            case "instances": spec.instances = Int(value) ?? 0
            case "restart": spec.restart.mode = RestartPolicy.Mode(rawValue: value) ?? .always
            case "strategy": spec.restart.strategy = RestartPolicy.Strategy(rawValue: value) ?? .exponential
            case "delay": spec.restart.delay = Int(value) ?? 0
            case "max": spec.restart.maxRestarts = Int(value) ?? 0
            case "signal": spec.killSignal = Signal.number(value) ?? 15
            case "kill": spec.killTimeout = Int(value) ?? 0
            case "ready": spec.ready = Readiness(notify: .systemd, timeout: Int(value) ?? 0)
            case "arguments": spec.arguments = [value]
            case "needs": spec.dependencies = try Self.dependencies(value)
            case "cascade": spec.cascade = Cascade(rawValue: value)
            default: throw Mistake(line: word)
            }
        }
        specs[name] = spec
    }

    /// `db,job:completed`
    private static func dependencies(_ text: String) throws(Mistake) -> [Dependency] {
        var result: [Dependency] = []
        for part in text.split(separator: ",") {
            let words = part.split(separator: ":").map(String.init)
            guard let condition = Dependency.Condition(rawValue: words.count == 2 ? words[1] : "ready") else {
                throw Mistake(line: text)
            }
            result.append(Dependency(words[0], condition))
        }
        return result
    }

    // MARK: what happens

    private mutating func happen(_ words: [String], _ line: String) throws(Mistake) {
        let last = words.last ?? ""
        switch (words[0], words.count) {
        case ("program", 3...): simulation.keeper.natures[words[1]] = try Self.nature(Array(words.dropFirst(2)))
        case ("kill", 2...): try kill(words[1], words.count > 2 ? last : "KILL")
        case ("clock", 3): simulation.now.wall.milliseconds += Int64(try Self.milliseconds(last))
        case ("engine", 2): simulation.die(down: 100)
        case ("engine", 4): simulation.die(down: try Self.milliseconds(last))
        case ("words", 5):
            simulation.keeper.fullUntil = simulation.now.boot.advanced(byMilliseconds: try Self.milliseconds(last))
        case ("machine", 5): simulation.keeper.refusals = Int(words[3]) ?? 0
        case ("disk", 4):
            simulation.store.failsUntil = simulation.now.boot.advanced(byMilliseconds: try Self.milliseconds(last))
        case ("spawns", 3):
            let time = try Self.milliseconds(last)
            simulation.keeper.forkTime = time...time
        case ("readiness", 3):
            let time = try Self.milliseconds(last)
            simulation.keeper.readyTime = time...time
        case ("reboot", 1):
            simulation.end()
            simulation.begin()
        default: throw Mistake(line: line)
        }
    }

    private mutating func kill(_ label: String, _ signal: String) throws(Mistake) {
        guard let run = simulation.keeper.runs.first(where: { $0.value.label == label && $0.value.mainLives }),
            let number = Signal.number(signal)
        else { throw Mistake(line: "kill \(label) \(signal)") }
        simulation.keeper.happenings.append(
            (simulation.now.boot, .mainEnds(run.key, .signal(number, core: false))))
    }

    private static func nature(_ words: [String]) throws(Mistake) -> Nature {
        switch (words[0], words.count) {
        case ("stays", 1): return .stays
        case ("deaf", 1): return .deaf
        case ("messy", 1): return .messy
        case ("missing", 1): return .missing
        case ("leaves-orphan", 2): return .leavesOrphan(Int32(words[1]) ?? 0)
        case ("exits", 4): return .exits(Int32(words[1]) ?? 0, after: try milliseconds(words[3]))
        default: throw Mistake(line: words.joined(separator: " "))
        }
    }

    /// `100ms`, `3s`, `2h`, `400d`
    private static func milliseconds(_ text: String) throws(Mistake) -> Int {
        let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            if let number = Int(text.dropLast(unit.count)) { return number * factor }
        }
        throw Mistake(line: text)
    }
}
