internal import Core
internal import Engine
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
    /// By NO_COLOR, CLICOLOR and TERM.
    var allowsColour = false
    /// By CLICOLOR_FORCE: colours in a pipe too.
    var forcesColour = false
    /// Signs beyond ASCII, by LC_ALL, LC_CTYPE and LANG.
    var unicode = true
    /// A terminal on which nothing can be drawn over (`TERM=dumb`).
    var isDumb = false

    var outputColour: Bool { forcesColour || outputIsTerminal && allowsColour }
    var errorColour: Bool { forcesColour || errorIsTerminal && allowsColour }

    /// A terminal that does not say how wide it is.
    static let usualWidth = 80

    static func ofThisProcess() -> Console {
        let output = isatty(1) == 1
        var console = Console(environment: AppEnvironment.ofThisProcess())
        console.inputIsTerminal = isatty(0) == 1
        console.outputIsTerminal = output
        console.errorIsTerminal = isatty(2) == 1
        console.width = output ? columns() : nil
        return console
    }

    private static func columns() -> Int {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return usualWidth }
        return Int(size.ws_col)
    }
}

extension Console {
    /// What variables say; nothing is a terminal.
    ///
    /// NO_COLOR (https://no-color.org) goes before CLICOLOR_FORCE, which goes before CLICOLOR=0
    /// (https://bixense.com/clicolors). The first of LC_ALL, LC_CTYPE and LANG that is set decides on signs (POSIX,
    /// XBD 8.2); without any it is the C locale.
    init(environment: [String: String]) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let refused = variable("NO_COLOR") != nil
        let depth = ColorDepth(noColor: nil, colorTerm: variable("COLORTERM"), term: variable("TERM"))
        allowsColour = !refused && variable("CLICOLOR") != "0" && depth > .none
        forcesColour = !refused && (variable("CLICOLOR_FORCE") ?? "0") != "0"
        let locale = (variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? "").lowercased()
        unicode = locale.contains("utf-8") || locale.contains("utf8")
        isDumb = (variable("TERM") ?? "dumb") == "dumb"
    }
}

/// A file descriptor that text is written to, without a buffer: what was written is seen, whatever happens next.
struct Output: Sendable {
    let descriptor: Int32
    /// The console's: without it our own signs are written in ASCII.
    var unicode = true
    /// What a terminal cannot show is `?`; programs get what users and apps wrote.
    var isTerminal = false

    func write(_ text: String) {
        write(bytes: Array((unicode ? text : PlainText.of(text, strict: isTerminal)).utf8))
    }

    /// Writes all of it. When the reader has gone, this process ends without a word, as every filter does (SIGPIPE).
    /// A result that cannot be written (a full disk) is a failure; an error message that cannot has nobody to hear it.
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
                let number = errno
                if number == EPIPE { exit(128 + SIGPIPE) }
                if descriptor != 2 { refuse(number) }
                return
            }
        }
    }
}

extension Output {
    /// Ends this process: what it was asked for has not arrived.
    private func refuse(_ number: Int32) -> Never {
        let failure = Failure(
            .outputFailed, "the output could not be written", why: String(cString: strerror(number)),
            next: "make room, or write it elsewhere; what the command did is done")
        Output(descriptor: 2, unicode: Console(environment: AppEnvironment.ofThisProcess()).unicode)
            .write(FailureText.text(failure, colour: false))
        exit(failure.exitCode)
    }
}

/// Our own signs in ASCII, for the C locale.
enum PlainText {
    private static let signs: [Unicode.Scalar: String] = [
        "‘": "'", "’": "'", "“": "\"", "”": "\"", "…": "...", "–": "-", "—": "-", "·": ".", "→": "->", "←": "<-",
        "×": "x", "±": "+/-", "↺": "restarts",
    ]

    /// - Parameter strict: everything else beyond ASCII is `?`.
    static func of(_ text: String, strict: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                result.append(scalar)
            } else if let sign = signs[scalar] {
                result.append(contentsOf: sign.unicodeScalars)
            } else {
                result.append(strict ? "?" : scalar)
            }
        }
        return String(result)
    }
}

/// Colours of what commands print: the sixteen that the user has chosen for his terminal.
enum Paint {
    private static let pens = Pens(.terminal, depth: .sixteen)

    static func text(_ text: String, _ style: Style, _ colour: Bool) -> String {
        guard colour, !text.isEmpty else { return text }
        return sequence(style) + text + reset
    }

    /// A line in pieces.
    static func line(_ text: StyledText, _ colour: Bool) -> String {
        text.runs.map { run in run.style.map { self.text(run.text, $0, colour) } ?? run.text }.joined()
    }

    static func sequence(_ style: Style) -> String { ANSI.sequence(pens[style]) }

    static let reset = "\u{1B}[0m"
}
