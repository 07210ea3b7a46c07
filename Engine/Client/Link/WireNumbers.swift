import Glibc

/// Numbers in what the other end says. It may be another machine, and anybody's: a number that is as large as an `Int`
/// can be would stop who adds to it, a million digits would hold him up.
enum WireNumbers {
    /// The largest that is believed, up and down: 2^62. No figure, size or time of ours comes near, and two of them are
    /// an `Int` together.
    static let most: UInt64 = 1 << 62
    /// So many digits are surely below it.
    private static let small = 18

    /// The message with larger numbers replaced by the largest; nil when there is none. Texts stay as they are.
    static func clamped(_ json: UnsafeRawBufferPointer) -> [UInt8]? {
        var result: [UInt8]?
        var copied = 0
        var at = 0
        while at < json.count {
            switch json[at] {
            case UInt8(ascii: "\""): at = end(ofText: at, json)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                let first = at
                at = end(ofNumber: at, json)
                guard isLarge(json[first..<at]) else { continue }
                result = (result ?? []) + json[copied..<first]
                result?.append(contentsOf: ((json[first] == UInt8(ascii: "-") ? "-" : "") + String(most)).utf8)
                copied = at
            default: at += 1
            }
        }
        return result.map { $0 + json[copied...] }
    }

    /// Behind the quote that ends it.
    private static func end(ofText start: Int, _ json: UnsafeRawBufferPointer) -> Int {
        var at = start + 1
        while at < json.count, json[at] != UInt8(ascii: "\"") { at += json[at] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(at + 1, json.count)
    }

    private static func end(ofNumber start: Int, _ json: UnsafeRawBufferPointer) -> Int {
        var at = start + 1
        while at < json.count {
            switch json[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"),
                UInt8(ascii: "+"), UInt8(ascii: "-"):
                at += 1
            default: return at
            }
        }
        return at
    }

    private static func isLarge(_ number: Slice<UnsafeRawBufferPointer>) -> Bool {
        let hasExponent = number.contains { $0 | 0x20 == UInt8(ascii: "e") }
        guard number.count > small || hasExponent else { return false }
        // What is no number at all is the decoder's matter.
        guard let value = Double(String(decoding: number, as: UTF8.self)) else { return false }
        return value.magnitude > Double(most)
    }
}
