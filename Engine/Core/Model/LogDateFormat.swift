/// How a time is written, in the letters of `log_date_format` as PM2 takes them (those of day.js).
///
/// `YYYY` `YY` year; `MM`, `M`, `MMM` month as a number and in English; `DD`, `D` day; `HH`, `H` hour, `hh`, `h` with
/// `A` (AM or PM); `mm`, `m` minute; `ss`, `s` second; `SSS` milliseconds; `Z`, `ZZ` offset from UTC as `+01:00` and
/// `+0100`; `X`, `x` seconds and milliseconds since 1970. What is in `[ ]` and everything else stays as it is.
public struct LogDateFormat: Hashable, Sendable {
    /// Bytes that a format may have.
    public static let longest = 100

    private enum Piece: Hashable {
        case field(String)
        case literal([UInt8])
    }

    private let pieces: [Piece]

    /// Longer ones first: the first that fits is meant.
    private static let fields = [
        "YYYY", "YY", "MMM", "MM", "M", "DD", "D", "HH", "H", "hh", "h", "A", "mm", "m", "ss", "s", "SSS", "ZZ", "Z",
        "X", "x",
    ]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// One line that is neither empty nor too long.
    package static func isValid(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count) && !text.utf8.contains { $0 < 0x20 }
    }

    public init(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        func add(_ literal: some Sequence<UInt8>) {
            if case .literal(let bytes) = pieces.last {
                pieces[pieces.count - 1] = .literal(bytes + literal)
            } else {
                pieces.append(.literal(Array(literal)))
            }
        }
        while let first = rest.first {
            if first == "[", let end = rest.firstIndex(of: "]") {
                add(rest[rest.index(after: rest.startIndex)..<end].utf8)
                rest = rest[rest.index(after: end)...]
            } else if let field = Self.fields.first(where: { rest.hasPrefix($0) }) {
                pieces.append(.field(field))
                rest = rest.dropFirst(field.count)
            } else {
                add(String(first).utf8)
                rest = rest.dropFirst()
            }
        }
        self.pieces = pieces
    }

    /// The time as text, in a zone that is `offset` seconds ahead of UTC.
    public func text(of time: WallTime, offset: Int) -> [UInt8] {
        // `2026-11-21T09:24:17.112Z`: the fields of the zone's own clock lie at fixed places.
        let digits = Array(WallTime(milliseconds: time.milliseconds + Int64(offset) * 1000).description.utf8)
        return pieces.flatMap { piece in
            switch piece {
            case .literal(let bytes): bytes
            case .field(let field): Self.value(field, digits, time, offset)
            }
        }
    }

    private static func value(_ field: String, _ digits: [UInt8], _ time: WallTime, _ offset: Int) -> [UInt8] {
        let tail = digits.count - 20
        func part(_ at: Int, _ length: Int = 2) -> ArraySlice<UInt8> { digits[(tail + at)..<(tail + at + length)] }
        func short(_ at: Int) -> [UInt8] { Array(String(number(part(at))).utf8) }
        let hour = number(part(7))
        switch field {
        case "YYYY": return Array(digits[..<tail])
        case "YY": return Array(digits[(tail - 2)..<tail])
        case "MMM": return Array(months[number(part(1)) - 1].utf8)
        case "MM": return Array(part(1))
        case "M": return short(1)
        case "DD": return Array(part(4))
        case "D": return short(4)
        case "HH": return Array(part(7))
        case "H": return short(7)
        case "hh": return padded((hour + 11) % 12 + 1)
        case "h": return Array(String((hour + 11) % 12 + 1).utf8)
        case "A": return Array((hour < 12 ? "AM" : "PM").utf8)
        case "mm": return Array(part(10))
        case "m": return short(10)
        case "ss": return Array(part(13))
        case "s": return short(13)
        case "SSS": return Array(part(16, 3))
        case "X": return Array(String(time.milliseconds / 1000).utf8)
        case "x": return Array(String(time.milliseconds).utf8)
        default:
            let minutes = abs(offset) / 60
            let sign: [UInt8] = [offset < 0 ? 0x2D : 0x2B]
            return sign + padded(minutes / 60) + (field == "Z" ? [0x3A] : []) + padded(minutes % 60)
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 & 0x0F) } }

    private static func padded(_ value: Int) -> [UInt8] { [UInt8(0x30 + value / 10 % 10), UInt8(0x30 + value % 10)] }
}
