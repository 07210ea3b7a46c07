/// Makes keys of what a terminal sends. Pastes are gathered; sequences that nobody knows are dropped whole: none of
/// their characters acts as a key. Times are milliseconds on a clock that only goes forward.
package struct KeyReader: Sendable {
    /// What the terminal sent, as far as terminfo could tell.
    package enum Raw: Hashable, Sendable {
        case character(Unicode.Scalar)
        case key(Key)
        /// A key that the dashboard has no name for.
        case unknown
        case pasteBegins, pasteEnds
    }

    /// What came from the terminal.
    package enum Input: Hashable, Sendable {
        case key(Key)
        case paste(String)
        /// The terminal's answer: it can show a frame as one picture (mode 2026), or cannot.
        case sync(Bool)
        case mouse(Mouse)
        /// The terminal's answer that it is there: it has read all that was written before the question.
        case here
        /// The terminal's answer: the colour of its background, as `rgb:1e1e/1e1e/1e1e`.
        case ground(String)
    }

    /// Characters of a paste that are kept; more are dropped.
    package static let maxPaste = 4096
    /// A sequence that is longer is no sequence.
    static let maxSequence = 64
    /// The same for a string of the terminal (`ESC ]`).
    static let maxString = 256
    /// The rest of a key that a slow link tore apart follows its escape within this time.
    static let tornKey = 150
    /// A paste whose end does not come is over after this time.
    static let tornPaste = 1000
    /// So many characters at once were not typed, unless a key is held.
    static let burst = 24

    private enum Mode: Hashable {
        case plain
        /// An escape has acted; what follows soon may belong to it.
        case escaped(Int)
        /// Right behind an escape that has not acted: Alt and a key, or a sequence.
        case alt(Int)
        /// Within a sequence, after `ESC [` or `ESC O`.
        case sequence(String, since: Int)
        /// Behind `ESC ]`, up to BEL or `ESC \`.
        case string(String, since: Int)
        case paste(String, since: Int)
    }

    private var mode = Mode.plain

    package init() {}

    /// Makes keys of what came at one time.
    package mutating func take(_ batch: [Raw], at now: Int) -> [Input] {
        expire(at: now)
        if mode == .plain, let text = Self.unmarkedPaste(batch) { return [.paste(text)] }
        return batch.indices.compactMap { take(batch[$0], standsAlone: Self.standsAlone(batch, $0), at: now) }
    }

    /// Nothing stands right behind it, or another escape: somebody presses the key often.
    private static func standsAlone(_ batch: [Raw], _ index: Int) -> Bool {
        index + 1 == batch.count || batch[index + 1] == .character("\u{1B}")
    }

    private mutating func expire(at now: Int) {
        switch mode {
        case .plain: break
        case .escaped(let since), .alt(let since), .sequence(_, let since):
            if now - since > Self.tornKey { mode = .plain }
        case .paste(_, let since), .string(_, let since): if now - since > Self.tornPaste { mode = .plain }
        }
    }

    private mutating func take(_ raw: Raw, standsAlone: Bool, at now: Int) -> Input? {
        if case .paste(let text, _) = mode { return gather(raw, text, at: now) }
        switch raw {
        case .character(let scalar):
            return take(scalar, standsAlone: standsAlone, at: now)
        case .pasteBegins:
            mode = .paste("", since: now)
            return nil
        case .key(let key):
            mode = .plain
            return .key(key)
        case .unknown, .pasteEnds:
            mode = .plain
            return nil
        }
    }

    private mutating func gather(_ raw: Raw, _ text: String, at now: Int) -> Input? {
        switch raw {
        case .pasteEnds:
            mode = .plain
            return .paste(text)
        case .character(let scalar) where text.unicodeScalars.count < Self.maxPaste:
            mode = .paste(text + String(Character(scalar)), since: now)
        default:
            mode = .paste(text, since: now)
        }
        return nil
    }

    private mutating func take(_ scalar: Unicode.Scalar, standsAlone: Bool, at now: Int) -> Input? {
        switch mode {
        case .sequence(let text, _):
            return proceed(text, scalar, at: now)
        case .string(let text, let since):
            return proceed(string: text + String(Character(scalar)), since: since)
        case .escaped where scalar == "]", .alt where scalar == "]":
            mode = .string("", since: now)
        case .escaped where scalar == "[" || scalar == "O", .alt where scalar == "[" || scalar == "O":
            mode = .sequence("", since: now)
        case .alt:
            mode = .plain
        // Also soon after the key itself: an answer of the terminal to a question that what it did has caused.
        case .plain where scalar == "\u{1B}" && !standsAlone, .escaped where scalar == "\u{1B}" && !standsAlone:
            mode = .alt(now)
        case .plain, .escaped, .paste:
            mode = scalar == "\u{1B}" ? .escaped(now) : .plain
            return Key(typed: scalar).map { .key($0) }
        }
        return nil
    }

    /// A sequence ends with its first character from `@` to `~`.
    private mutating func proceed(_ text: String, _ scalar: Unicode.Scalar, at now: Int) -> Input? {
        let whole = text + String(Character(scalar))
        guard ("@"..."~").contains(scalar) || whole.utf8.count >= Self.maxSequence else {
            mode = .sequence(whole, since: now)
            return nil
        }
        mode = .plain
        if let mouse = Mouse(report: whole) { return .mouse(mouse) }
        if whole.hasPrefix("?"), whole.hasSuffix("c") { return .here }
        // `?2026;1$y` and `…;2$y`: the mode is known, off or on.
        guard whole.hasPrefix("?2026;"), whole.hasSuffix("$y") else { return nil }
        return .sync(whole == "?2026;1$y" || whole == "?2026;2$y")
    }

    /// A string that the terminal sends: an answer to what it was asked.
    private mutating func proceed(string text: String, since: Int) -> Input? {
        let isEnd = text.hasSuffix("\u{7}") || text.hasSuffix("\u{1B}\\")
        guard isEnd || text.utf8.count >= Self.maxString else {
            mode = .string(text, since: since)
            return nil
        }
        mode = .plain
        guard isEnd, text.hasPrefix("11;") else { return nil }
        return .ground(String(text.dropFirst(3).prefix { $0 != "\u{7}" && $0 != "\u{1B}" }))
    }

    /// The text of a paste into a terminal that does not mark pastes; nil for what may have been typed.
    private static func unmarkedPaste(_ batch: [Raw]) -> String? {
        guard batch.count >= burst else { return nil }
        var text = String.UnicodeScalarView()
        for raw in batch {
            guard case .character(let scalar) = raw, scalar != "\u{1B}" else { return nil }
            text.append(scalar)
        }
        return Set(text).count > 1 ? String(text) : nil
    }
}

extension Key {
    /// A character as it was typed; control characters are keys of their own. nil for those that no key has.
    init?(typed scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x09: self = .tab
        case 0x0A, 0x0D: self = .enter
        case 0x1B: self = .escape
        case 0x08, 0x7F: self = .backspace
        case 0x01...0x1A: self = .control(Unicode.Scalar(UInt8(scalar.value + 0x60)))
        case 0x20...0x7E, 0xA0...: self = .character(scalar)
        default: return nil
        }
    }
}
