// ISO 8601 by integers, so that neither Foundation's formatters nor ICU are needed. The calendar arithmetic is the
// usual one of a proleptic Gregorian calendar with years that begin in March (eras of 400 years, 146,097 days).
extension WallTime {
    private static let daysFromYearZeroTo1970: Int64 = 719_468
    private static let daysPerEra: Int64 = 146_097

    /// The years 0 to 9999, which the text has room for.
    private static let writable = Int64(-62_167_219_200_000)...253_402_300_799_999

    /// `2026-11-21T09:24:17.112Z`; a time outside the years 0 to 9999 is written as the first or last moment of them.
    public var description: String {
        let milliseconds = min(max(milliseconds, Self.writable.lowerBound), Self.writable.upperBound)
        let day = Self.floorDivide(milliseconds, 86_400_000)
        let rest = milliseconds - day * 86_400_000
        let (year, month, date) = Self.civil(fromDays: day)
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { Self.padded($0, 2) }
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(date, 2))"
            + "T\(clock.joined(separator: ":")).\(Self.padded(rest % 1000, 3))Z"
    }

    /// Reads what `description` writes, with or without the fraction; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 0x2D, bytes[7] == 0x2D, bytes[10] == 0x54, bytes[13] == 0x3A,
            bytes[16] == 0x3A, bytes.last == 0x5A,
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let date = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(date), hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            guard bytes.count == 24, bytes[19] == 0x2E, let part = Self.number(bytes[20..<23]) else { return nil }
            fraction = part
        }
        let days = Self.days(year: year, month: month, date: date)
        self.init(milliseconds: ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + fraction)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let time = WallTime(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO 8601 time: \(text)")
        }
        self = time
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, date: Int64) {
        let shifted = days + daysFromYearZeroTo1970
        let era = floorDivide(shifted, daysPerEra)
        let dayOfEra = shifted - era * daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let date = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date)
    }

    private static func days(year: Int64, month: Int64, date: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + date - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * daysPerEra + dayOfEra - daysFromYearZeroTo1970
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        a % b < 0 ? a / b - 1 : a / b
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
