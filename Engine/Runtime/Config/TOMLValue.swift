/// Plain values of TOML 1.0: booleans, numbers, dates and times.
///
/// Read byte by byte, each once: a file of a megabyte has a hundred thousand of them, and a regular expression takes a
/// hundred times as long.
enum TOMLValue {
    /// nil for what is no value. Dates are texts for us.
    static func read(_ text: String) -> ConfigNode.Value? {
        if text == "true" || text == "false" { return .bool(text == "true") }
        let bytes = Array(text.utf8)
        if isNumber(bytes) { return .number(text.filter { $0 != "_" }) }
        if bytes.starts(with: Array("0b".utf8)) {
            guard isRow(bytes.dropFirst(2), of: { $0 == 0x30 || $0 == 0x31 }) else { return nil }
            return Int(text.dropFirst(2).filter { $0 != "_" }, radix: 2).map { .number(String($0)) }
        }
        let unsigned = bytes.first.map(isSign) == true ? bytes.dropFirst() : bytes[...]
        if unsigned.elementsEqual("inf".utf8) || unsigned.elementsEqual("nan".utf8) { return .string(text) }
        return isDate(bytes) ? .string(text) : nil
    }

    // MARK: numbers

    private static func isNumber(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: Array("0x".utf8)) { return isRow(bytes.dropFirst(2), of: isHexadecimal) }
        if bytes.starts(with: Array("0o".utf8)) { return isRow(bytes.dropFirst(2)) { (0x30...0x37).contains($0) } }
        var rest = bytes[...]
        if rest.first.map(isSign) == true { rest.removeFirst() }
        let exponent = rest.firstIndex { $0 | 0x20 == UInt8(ascii: "e") }
        if let exponent {
            var digits = rest[(exponent + 1)...]
            if digits.first.map(isSign) == true { digits.removeFirst() }
            guard isRow(digits, of: isDigit) else { return false }
            rest = rest[..<exponent]
        }
        if let point = rest.firstIndex(of: UInt8(ascii: ".")) {
            guard isRow(rest[(point + 1)...], of: isDigit) else { return false }
            rest = rest[..<point]
        }
        return isRow(rest, of: isDigit) && (rest.first != UInt8(ascii: "0") || rest.count == 1)
    }

    /// One or more digits, with single underscores between them.
    private static func isRow(_ bytes: ArraySlice<UInt8>, of isDigit: (UInt8) -> Bool) -> Bool {
        var wasDigit = false
        for byte in bytes {
            let isNow = isDigit(byte)
            guard isNow || wasDigit && byte == UInt8(ascii: "_") else { return false }
            wasDigit = isNow
        }
        return wasDigit
    }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    // MARK: dates

    /// A date, a time, or both with or without an offset (RFC 3339).
    private static func isDate(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        let hasDay = rest.count > 4 && rest[4] == UInt8(ascii: "-")
        if hasDay {
            guard takeDay(&rest) else { return false }
            guard let next = rest.popFirst() else { return true }
            guard "Tt ".utf8.contains(next) else { return false }
        }
        guard takeClock(&rest) else { return false }
        return rest.isEmpty || hasDay && isOffset(rest)
    }

    /// `2028-02-29`
    private static func takeDay(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let year = number(&rest, digits: 4), rest.popFirst() == UInt8(ascii: "-"),
            let month = number(&rest, digits: 2), rest.popFirst() == UInt8(ascii: "-"),
            let day = number(&rest, digits: 2), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return (1...[31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]).contains(day)
    }

    /// `07:32:00.5`; a second of 60 is a leap second.
    private static func takeClock(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let hour = number(&rest, digits: 2), rest.popFirst() == UInt8(ascii: ":"),
            let minute = number(&rest, digits: 2), rest.popFirst() == UInt8(ascii: ":"),
            let second = number(&rest, digits: 2), hour < 24, minute < 60, second <= 60
        else { return false }
        guard rest.first == UInt8(ascii: ".") else { return true }
        let fraction = rest.dropFirst().prefix(while: isDigit)
        rest = rest.dropFirst(1 + fraction.count)
        return !fraction.isEmpty
    }

    /// `Z`, `+02:00`
    private static func isOffset(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        guard let first = rest.popFirst() else { return false }
        if first | 0x20 == UInt8(ascii: "z") { return rest.isEmpty }
        guard isSign(first), let hour = number(&rest, digits: 2), rest.popFirst() == UInt8(ascii: ":"),
            let minute = number(&rest, digits: 2)
        else { return false }
        return hour < 24 && minute < 60 && rest.isEmpty
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, digits: Int) -> Int? {
        let row = rest.prefix(digits)
        guard row.count == digits, row.allSatisfy(isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return row.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
