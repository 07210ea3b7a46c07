import Core
import Interface
import Widgets

/// A dashboard in a test: a state, a clock that the test moves, and everything that the state asked for.
struct Scene {
    var state: State
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// What the last message brought about, but that settings are to be kept.
    var commands: [Command] = []
    /// The settings that were to be kept last.
    var saved: Settings?
    private var seq: UInt64 = 10

    init(_ width: Int = 120, _ height: Int = 40, isOwner: Bool = false) {
        state = State(size: Size(width: width, height: height), isOwner: isOwner)
    }

    /// A dashboard that shows `processes`, and the log of the first.
    static func showing(
        _ processes: [InstanceInfo], _ width: Int = 120, _ height: Int = 40, isOwner: Bool = false
    ) -> Scene {
        var scene = Scene(width, height, isOwner: isOwner)
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: isOwner)))
        scene.send(.snapshot(FleetSnapshot(seq: 10, processes: processes, host: .sample)))
        return scene
    }

    @discardableResult
    mutating func send(_ message: Message) -> [Command] {
        take(state.update(message, at: now))
    }

    private mutating func take(_ all: [Command]) -> [Command] {
        commands = []
        for command in all {
            if case .save(let settings) = command { saved = settings } else { commands.append(command) }
        }
        return commands
    }

    /// Presses keys one after the other; answers what all of them asked for.
    @discardableResult
    mutating func press(_ keys: Key...) -> [Command] {
        take(keys.flatMap { state.update(.key($0), at: now) })
    }

    /// Types text, a key for each character.
    @discardableResult
    mutating func type(_ text: String) -> [Command] {
        take(text.unicodeScalars.flatMap { state.update(.key(.character($0)), at: now) })
    }

    /// Lets time pass, and says so.
    @discardableResult
    mutating func wait(_ milliseconds: Int) -> [Command] {
        now = now.advanced(byMilliseconds: milliseconds)
        return send(.tick)
    }

    /// An event with the next number.
    @discardableResult
    mutating func event(_ name: EventName, _ process: InstanceInfo?) -> [Command] {
        seq += 1
        return send(.event(FleetEvent(seq: seq, at: WallTime(milliseconds: 0), name: name, process: process)))
    }

    /// Figures for some processes, by id: percent and bytes.
    mutating func metrics(_ figures: [Int: (Double, UInt64)]) {
        now = now.advanced(byMilliseconds: 1000)
        let samples = figures.sorted { $0.key < $1.key }
            .map { FleetMetrics.Sample(id: $0.key, cpu: $0.value.0, memory: $0.value.1, processes: 1) }
        send(.metrics(FleetMetrics(at: WallTime(milliseconds: 0), samples: samples, host: .sample)))
    }

    /// Bytes of the log that is shown.
    mutating func log(_ text: String, _ channel: LogChunk.Channel = .out) {
        let chunk = LogChunk(stream: 1, process: 1, channel: channel, offset: 0, bytes: Array(text.utf8))
        send(.logChunk(stream: state.log.stream, chunk))
    }

    /// The screen as text.
    func screen(_ glyphs: Glyphs = .unicode) -> String {
        state.view(glyphs: glyphs).rows.joined(separator: "\n")
    }
}

extension HostInfo {
    static let sample = HostInfo(
        hostname: "web-prod", cores: 4, cpu: 38, memoryUsed: 3_300_000_000, memoryTotal: 16_700_000_000,
        load: [1.2, 0.98, 0.71], uptime: 12 * 86_400_000)
}

extension InstanceInfo {
    /// A process of the project `shop`.
    static func sample(
        _ id: Int, _ name: String, _ instance: Int = 0, _ status: ProcessStatus = .online, namespace: String = "shop"
    ) -> InstanceInfo {
        let lives = [.online, .starting, .stopping, .killing].contains(status)
        return InstanceInfo(
            id: id, name: name, instance: instance, namespace: namespace, status: status,
            pid: lives ? Int32(30_000 + id) : nil, uptime: lives ? 3_600_000 * (id + 1) : nil, restarts: id % 4,
            exit: lives ? nil : .code(1), script: "/srv/\(name)/server.js", interpreter: "node",
            arguments: ["/srv/\(name)/server.js", "--port", "8080"], cwd: "/srv/\(name)",
            outFile: "/logs/\(name)-\(instance).out.log",
            errorFile: "/logs/\(name)-\(instance).err.log")
    }
}

/// Six apps in all kinds of states.
let shop: [InstanceInfo] = {
    var cache = InstanceInfo.sample(6, "cache", 0, .waiting)
    cache.reason = "restart 3"
    var mailer = InstanceInfo.sample(4, "mailer", 0, .errored)
    mailer.reason = "gave up after 16 quick exits"
    return [
        .sample(1, "api", 0), .sample(2, "api", 1), .sample(3, "api", 2, .starting), mailer,
        .sample(5, "cron", 0, .stopped), cache, .sample(7, "gateway"), .sample(8, "worker"),
    ]
}()

func named(_ name: String, _ instance: Int = 0) -> InstanceName {
    InstanceName(namespace: "shop", name: name, instance: instance)
}
