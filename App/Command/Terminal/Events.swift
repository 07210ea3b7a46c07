import CNcurses
import Glibc

/// What a screen waits for: keys, signals, and a call from another thread.
enum Events {
    /// What `wait` found; several can be true at once.
    struct Ready: OptionSet {
        let rawValue: UInt32

        static let keys = Ready(rawValue: OD_READY_KEYS.rawValue)
        static let signals = Ready(rawValue: OD_READY_SIGNALS.rawValue)
        /// The terminal was closed.
        static let gone = Ready(rawValue: OD_READY_GONE.rawValue)
    }

    enum Signal: Hashable {
        case resize, stop, continued
        /// Ends the dashboard: TERM, HUP, INT, QUIT.
        case end(Int32)
    }

    /// Waits at most so many milliseconds, without end when nil.
    static func wait(milliseconds: Int?) -> Ready {
        Ready(rawValue: UInt32(bitPattern: od_tty_wait(milliseconds.map { Int32(clamping: $0) } ?? -1)))
    }

    /// Ends the `wait` of the thread that has the screen. For any thread, before and after the screen's life too.
    static func wake() { od_tty_wake() }

    /// The signals that came, in their order.
    static func signals() -> [Signal] {
        var signals: [Signal] = []
        while case let number = od_tty_signal(), number != 0 {
            switch number {
            case SIGWINCH: signals.append(.resize)
            case SIGTSTP: signals.append(.stop)
            case SIGCONT: signals.append(.continued)
            default: signals.append(.end(number))
            }
        }
        return signals
    }

    /// Asks the terminal for its background and for mode 2026; the answers come as input.
    static func ask() { _ = od_tty_ask() }
    /// Asks the terminal to say that it is there: `KeyReader.Input.here`, of each of which `answered` is to be told.
    static func probe() { od_tty_probe() }
    static func answered() { od_tty_answered() }
    static func setSync(_ on: Bool) { od_tty_set_sync(on ? 1 : 0) }
}
