import CNcurses
import Interface

/// The keys of the terminal, through ncurses: it knows by terminfo which sequence is which key.
struct Keyboard {
    private var reader = KeyReader()

    /// Reads what was typed, without waiting. `now` is in milliseconds on a clock that only goes forward.
    mutating func read(at now: Int) -> [KeyReader.Input] {
        var batch: [KeyReader.Raw] = []
        while let raw = Self.next() { batch.append(raw) }
        return reader.take(batch, at: now)
    }

    private static func next() -> KeyReader.Raw? {
        var value: UInt32 = 0
        switch UInt32(bitPattern: od_tty_key(&value)) {
        case OD_INPUT_CHARACTER.rawValue: return Unicode.Scalar(value).map { .character($0) } ?? .unknown
        case OD_INPUT_KEY.rawValue: return special(value)
        default: return nil
        }
    }

    private static func special(_ code: UInt32) -> KeyReader.Raw {
        switch code {
        case OD_KEY_UP.rawValue: .key(.up)
        case OD_KEY_DOWN.rawValue: .key(.down)
        case OD_KEY_LEFT.rawValue: .key(.left)
        case OD_KEY_RIGHT.rawValue: .key(.right)
        case OD_KEY_HOME.rawValue: .key(.home)
        case OD_KEY_END.rawValue: .key(.end)
        case OD_KEY_PAGE_UP.rawValue: .key(.pageUp)
        case OD_KEY_PAGE_DOWN.rawValue: .key(.pageDown)
        case OD_KEY_DELETE.rawValue: .key(.delete)
        case OD_KEY_BACKSPACE.rawValue: .key(.backspace)
        case OD_KEY_BACK_TAB.rawValue: .key(.backTab)
        case OD_KEY_ENTER.rawValue: .key(.enter)
        case OD_KEY_PASTE.rawValue: .pasteBegins
        case OD_KEY_PASTED.rawValue: .pasteEnds
        case let code where code > OD_KEY_FUNCTION.rawValue && code <= OD_KEY_FUNCTION.rawValue + 12:
            .key(.function(Int(code - OD_KEY_FUNCTION.rawValue)))
        default: .unknown
        }
    }
}
