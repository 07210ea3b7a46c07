/// How a process ended.
public enum Exit: Hashable, Sendable {
    /// `exit(code)`, 0...255.
    case code(Int32)
    /// Killed by a signal.
    case signal(Int32, core: Bool)
    /// It ended while nobody of ours could read its status.
    case unknown

    /// From the status that waitpid(2) gives.
    public init(waitStatus status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal, core: status & 0x80 != 0)
    }

    public var isSuccess: Bool { self == .code(0) }
}

extension Exit: CustomStringConvertible {
    /// `exit 1`, `SIGKILL`, `SIGSEGV (core dumped)`, `exit unknown`
    public var description: String {
        switch self {
        case .code(let code): "exit \(code)"
        case .signal(let number, let core): Signal.name(number) + (core ? " (core dumped)" : "")
        case .unknown: "exit unknown"
        }
    }
}

extension Exit: Codable {
    private enum CodingKeys: String, CodingKey { case code, signal, core }

    /// `{"code": 1}`, `{"signal": 9}`, `{"signal": 11, "core": true}`, `{}`
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let code = try container.decodeIfPresent(Int32.self, forKey: .code) {
            self = .code(code)
        } else if let signal = try container.decodeIfPresent(Int32.self, forKey: .signal) {
            self = .signal(signal, core: try container.decodeIfPresent(Bool.self, forKey: .core) ?? false)
        } else {
            self = .unknown
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .code(let code):
            try container.encode(code, forKey: .code)
        case .signal(let number, let core):
            try container.encode(number, forKey: .signal)
            if core { try container.encode(true, forKey: .core) }
        case .unknown:
            break
        }
    }
}

/// Signals of Linux by name and number (signal(7), the numbers of x86 and ARM).
public enum Signal {
    private static let names = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]

    /// `SIGTERM` for 15; `signal 40` for one without a name.
    public static func name(_ number: Int32) -> String {
        names.indices.contains(Int(number) - 1) ? "SIG" + names[Int(number) - 1] : "signal \(number)"
    }

    /// 15 for `SIGTERM`, `TERM`, `term` and `15`; nil for what is no signal.
    public static func number(_ text: String) -> Int32? {
        if let number = Int32(text) { return (1...64).contains(number) ? number : nil }
        let upper = text.uppercased()
        let bare = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        return names.firstIndex(of: bare).map { Int32($0 + 1) }
    }
}
