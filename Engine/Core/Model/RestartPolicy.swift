/// When a program that ended is started again, and how long we wait. Durations are milliseconds.
///
/// It decodes what earlier versions wrote: a field that is missing has its default.
public struct RestartPolicy: Hashable, Sendable {
    /// After which exits an app is started again by itself.
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// After every exit.
        case always
        /// After an exit with another code than 0, or by a signal.
        case onFailure = "on-failure"
        /// The same as `always`: what was stopped by hand stays stopped anyway. Other tools have the word.
        case unlessStopped = "unless-stopped"
        case never
    }

    /// How the delay grows from one restart of a row to the next. All but `fixed` begin with a restart at once.
    public enum Strategy: String, Hashable, Sendable, Codable, CaseIterable {
        /// `delay` each time, the first included.
        case fixed
        /// `delay`, 2 · `delay`, 3 · `delay` …
        case linear
        /// `delay`, `delay` · `factor`, `delay` · `factor`² …
        case exponential
        /// Anything between nothing and what `exponential` would give, so that many apps do not start at one moment
        /// ("full jitter", Marc Brooker, "Exponential Backoff and Jitter", 2015).
        case jitter
    }

    public var mode: Mode
    public var strategy: Strategy
    /// The first delay.
    public var delay: Int
    /// The longest delay of the strategies that grow, jitter included.
    public var maxDelay: Int
    /// By how much an exponential delay grows, 1 to 100.
    public var factor: Double
    /// Percent by which `linear` and `exponential` delays vary, up and down, 0 to 100.
    public var jitter: Int
    /// Up this long, a program's row of delays begins anew.
    public var reset: Int
    /// An exit earlier than this after the start is quick.
    public var minUptime: Int
    /// Quick exits within `window` after which the app is `errored`. Above `Defaults.countedRestarts` we never give up.
    public var maxRestarts: Int
    public var window: Int
    /// From giving up to the next try; 0 for no further try.
    public var coolDown: Int
    /// Ends after which nothing is started again, whatever `mode` says.
    public var stopExitCodes: [StopExit]

    public init(
        mode: Mode = Defaults.restart, strategy: Strategy = Defaults.restartStrategy,
        delay: Int = Defaults.restartDelay, maxDelay: Int = Defaults.restartMaxDelay,
        factor: Double = Defaults.restartFactor, jitter: Int = Defaults.restartJitter,
        reset: Int = Defaults.restartReset, minUptime: Int = Defaults.minUptime,
        maxRestarts: Int = Defaults.maxRestarts, window: Int = Defaults.restartWindow,
        coolDown: Int = Defaults.coolDown, stopExitCodes: [StopExit] = []
    ) {
        self.mode = mode
        self.strategy = strategy
        self.delay = delay
        self.maxDelay = maxDelay
        self.factor = factor
        self.jitter = jitter
        self.reset = reset
        self.minUptime = minUptime
        self.maxRestarts = maxRestarts
        self.window = window
        self.coolDown = coolDown
        self.stopExitCodes = stopExitCodes
    }
}

extension RestartPolicy: Codable {
    private enum CodingKeys: String, CodingKey {
        case mode, strategy, delay, maxDelay, factor, jitter, reset, minUptime, maxRestarts, window, coolDown
        case stopExitCodes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        func read<T: Decodable>(_ key: CodingKeys, into field: WritableKeyPath<RestartPolicy, T>) throws {
            if let value = try container.decodeIfPresent(T.self, forKey: key) { self[keyPath: field] = value }
        }
        try read(.mode, into: \.mode)
        try read(.strategy, into: \.strategy)
        try read(.delay, into: \.delay)
        try read(.maxDelay, into: \.maxDelay)
        try read(.factor, into: \.factor)
        try read(.jitter, into: \.jitter)
        try read(.reset, into: \.reset)
        try read(.minUptime, into: \.minUptime)
        try read(.maxRestarts, into: \.maxRestarts)
        try read(.window, into: \.window)
        try read(.coolDown, into: \.coolDown)
        try read(.stopExitCodes, into: \.stopExitCodes)
    }
}

/// An end that is final: an exit code, or a signal that killed the program. Written as `3` or `SIGTERM`.
public enum StopExit: Hashable, Sendable {
    /// 0...255.
    case code(Int32)
    /// A signal with a name, by number.
    case signal(Int32)

    /// Reads `0` to `255` as a code, `SIGTERM`, `TERM` or `term` as a signal; nil for anything else.
    public init?(_ text: String) {
        if let code = Int32(text) {
            guard (0...255).contains(code) else { return nil }
            self = .code(code)
        } else {
            guard let number = Signal.number(text) else { return nil }
            self = .signal(number)
        }
    }

    /// Whether a run ended that way.
    public func matches(_ exit: Exit) -> Bool {
        switch (self, exit) {
        case (.code(let wanted), .code(let code)): wanted == code
        case (.signal(let wanted), .signal(let number, _)): wanted == number
        case (.code, _), (.signal, _): false
        }
    }
}

extension StopExit: Codable, CustomStringConvertible {
    /// `3`, `SIGTERM`
    public var description: String {
        switch self {
        case .code(let code): String(code)
        case .signal(let number): Signal.name(number)
        }
    }

    /// A number for a code, a text for a signal.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try? container.decode(Int32.self)
        let text = try number.map { String($0) } ?? container.decode(String.self)
        guard let exit = StopExit(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no exit code and no signal: \(text)")
        }
        self = exit
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .code(let code): try container.encode(code)
        case .signal: try container.encode(description)
        }
    }
}
