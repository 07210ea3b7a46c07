import Glibc
internal import Themes
internal import Widgets

/// What this process knows about its terminal.
struct Console: Hashable, Sendable {
    var inputIsTerminal = false
    var outputIsTerminal = false
    var errorIsTerminal = false
    /// Columns; nil when stdout is no terminal, and lines may be as long as they are.
    var width: Int?
    /// By NO_COLOR and TERM.
    var allowsColour = false

    var outputColour: Bool { outputIsTerminal && allowsColour }
    var errorColour: Bool { errorIsTerminal && allowsColour }

    /// A terminal that does not say how wide it is.
    static let usualWidth = 80

    static func ofThisProcess() -> Console {
        let output = isatty(1) == 1
        return Console(
            inputIsTerminal: isatty(0) == 1, outputIsTerminal: output, errorIsTerminal: isatty(2) == 1,
            width: output ? columns() : nil,
            allowsColour: ColorDepth(
                noColor: variable("NO_COLOR"), colorTerm: variable("COLORTERM"), term: variable("TERM")) > .none)
    }

    private static func columns() -> Int {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualWidth }
        return Int(size.ws_col)
    }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// A file descriptor that text is written to, without a buffer: what was written is seen, whatever happens next.
struct Output: Sendable {
    let descriptor: Int32

    func write(_ text: String) { write(bytes: Array(text.utf8)) }

    /// Writes all of it. When the reader has gone, this process ends as every filter does (SIGPIPE); other errors
    /// leave nobody to tell.
    func write(bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, -1)
            } else if errno != EINTR {
                if errno == EPIPE { exit(128 + SIGPIPE) }
                return
            }
        }
    }
}

/// Colours of what commands print: the sixteen that the user has chosen for his terminal.
enum Paint {
    private static let pens = Pens(.terminal, depth: .sixteen)

    static func text(_ text: String, _ style: Style, _ colour: Bool) -> String {
        guard colour, !text.isEmpty else { return text }
        return sequence(style) + text + reset
    }

    static func sequence(_ style: Style) -> String { ANSI.sequence(pens[style]) }

    static let reset = "\u{1B}[0m"
}
