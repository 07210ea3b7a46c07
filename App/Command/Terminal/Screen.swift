import CNcurses
import Themes
import Widgets

/// The terminal as a place for canvases: the only code that draws with ncurses. It belongs to one thread.
///
/// Only cells that changed are handed on, and written by one `doupdate`.
final class Screen {
    /// Why there can be no screen.
    enum Refusal: Error, Hashable {
        /// stdin or stdout is no terminal.
        case noTerminal
        /// TERM is not set.
        case unnamed
        /// terminfo does not know it.
        case unknown
        /// It cannot move the cursor.
        case unfit
        case failed
    }

    /// A frame with fewer changed cells comes in one piece anyway and saves the bytes.
    private static let wholeFrom = 256

    let glyphs: Glyphs
    private(set) var size: Size
    private let depth: ColorDepth
    private var pens: Pens
    /// Colour pairs by foreground and background; they are made when they are first used.
    private var pairs: [Pair: UInt16] = [:]
    /// What the terminal shows; nil when nobody knows.
    private var shown: Canvas?

    private struct Pair: Hashable {
        var foreground: Int32
        var background: Int32
    }

    /// Nil when a screen can be had; writes nothing.
    static func refusal() -> Refusal? {
        Refusal(od_tty_check())
    }

    /// Takes the terminal; `close` gives it back.
    init(theme: Theme, depth: ColorDepth) throws(Refusal) {
        if let refusal = Self.refusal() { throw refusal }
        if let refusal = Refusal(od_tty_start(depth == .full ? 1 : 0)) { throw refusal }
        glyphs = od_tty_utf8() != 0 ? .unicode : .ascii
        self.depth = Self.depth(atMost: depth)
        pens = Pens(theme, depth: self.depth)
        size = Self.measured()
    }

    /// Gives back the memory that only starting up has needed.
    static func settle() { od_pages_drop() }

    /// Gives the terminal back as it was.
    func close() {
        od_tty_end()
    }

    /// Shows `canvas`, which has the size of the screen; answers how many bytes that took.
    func show(_ canvas: Canvas) -> Int {
        let changes = canvas.changes(from: shown)
        guard !changes.isEmpty else { return 0 }
        for change in changes { put(change) }
        for y in Set(changes.map(\.y)) where hasOddGlyphs(y, canvas) { od_tty_touch(Int32(y)) }
        let count = changes.reduce(0) { $0 + $1.cells.count }
        shown = canvas
        return od_tty_flush(count >= Self.wholeFrom ? 1 : 0)
    }

    /// Whether the next `show` needs to write only what has changed.
    var isKnown: Bool { shown != nil }

    /// The next `show` writes every cell.
    func forget() {
        shown = nil
        od_tty_repaint()
    }

    /// The next `show` is in the colours of another theme.
    func use(_ theme: Theme) {
        pens = Pens(theme, depth: depth)
        shown = nil
    }

    /// Puts text on the clipboard of the terminal, where it has one and allows it (OSC 52).
    func copy(_ text: String) { od_tty_copy(Base64.encoded(Array(text.utf8))) }

    /// Lets the mouse report to us, where there is one, or leaves it to the terminal.
    func setMouse(_ on: Bool) { _ = od_tty_mouse(on ? 1 : 0) }

    /// Takes over the terminal's present size.
    func resize() {
        let new = Self.measured()
        guard new != size else { return }
        size = new
        od_tty_resize(Int32(new.width), Int32(new.height))
        shown = nil
    }

    /// Stops this process until it is continued; with its group when the user asked by a key.
    func suspend(group: Bool) {
        od_tty_stop(group ? 1 : 0)
        shown = nil
    }

    /// Somebody else stopped and continued us: nobody knows what the terminal is like.
    func retake() {
        od_tty_retake()
        shown = nil
    }

    private func put(_ change: Canvas.Change) {
        let cells = change.cells.lazy.filter { $0.width > 0 }.map { cell in self.converted(cell) }
        Array(cells).withUnsafeBufferPointer {
            od_tty_put(Int32(change.x), Int32(change.y), $0.baseAddress, Int32($0.count))
        }
    }

    /// Signs of our own texts, for terminals without them.
    private static let plain: [Unicode.Scalar: Unicode.Scalar] = [
        "‘": "'", "’": "'", "“": "\"", "”": "\"", "…": "~", "–": "-", "·": "-",
    ]

    private func converted(_ cell: Cell) -> od_cell {
        let pen = pens[cell.style]
        let scalar = cell.scalar.isASCII || glyphs == .unicode ? cell.scalar : Self.plain[cell.scalar] ?? cell.scalar
        return od_cell(
            scalar: scalar.value, combining: cell.combining?.value ?? 0,
            pair: pair(Pair(foreground: Self.index(pen.foreground), background: Self.index(pen.background))),
            attributes: pen.attributes.rawValue, width: cell.width)
    }

    /// When the terminal has no room for another pair, its own colours are used.
    private func pair(_ wanted: Pair) -> UInt16 {
        if wanted == Pair(foreground: -1, background: -1) { return 0 }
        if let known = pairs[wanted] { return known }
        let number = Int32(pairs.count + 1)
        let made = od_tty_pair(number, wanted.foreground, wanted.background) != 0
        pairs[wanted] = made ? UInt16(number) : 0
        return pairs[wanted] ?? 0
    }

    /// Terminals do not agree on how wide these are: their row is written as a whole.
    private func hasOddGlyphs(_ y: Int, _ canvas: Canvas) -> Bool {
        [canvas, shown].compactMap { $0 }.contains { canvas in
            y < canvas.size.height
                && (0..<canvas.size.width).contains { x in
                    canvas[x, y].width != 1 || canvas[x, y].combining != nil
                }
        }
    }

    private static func index(_ color: Color) -> Int32 {
        switch color {
        case .standard: -1
        case .palette(let index): Int32(index)
        // Below 256 the terminal's description reads an index: the darkest blues are a trace lighter.
        case .rgb(let rgb): max(256, Int32(rgb.red) << 16 | Int32(rgb.green) << 8 | Int32(rgb.blue))
        }
    }

    /// What the environment promises, as far as terminfo agrees.
    private static func depth(atMost promised: ColorDepth) -> ColorDepth {
        let known: ColorDepth =
            switch od_tty_colors() {
            case 1 << 24: .full
            case 256...: .palette
            case 16...: .sixteen
            case 8...: .eight
            default: .none
            }
        return min(promised, known)
    }

    private static func measured() -> Size {
        var (columns, rows): (Int32, Int32) = (0, 0)
        od_tty_size(&columns, &rows)
        return Size(width: Int(columns), height: Int(rows))
    }
}

extension Screen.Refusal {
    fileprivate init?(_ code: Int32) {
        switch UInt32(bitPattern: code) {
        case OD_TTY_FINE.rawValue: return nil
        case OD_TTY_NO_TERMINAL.rawValue: self = .noTerminal
        case OD_TTY_UNNAMED.rawValue: self = .unnamed
        case OD_TTY_UNKNOWN.rawValue: self = .unknown
        case OD_TTY_POOR.rawValue: self = .unfit
        default: self = .failed
        }
    }
}
