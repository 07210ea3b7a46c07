/// A batch of JSON-RPC: an array of requests in one frame. Its elements are cut out as bytes, so that each is decoded
/// once, as what its method takes.
package enum Batch {
    /// Why bytes are no batch that is served.
    package enum Refusal: Error, Hashable, Sendable {
        case notAnArray
        case empty
        case tooLong(limit: Int)
    }

    /// The first byte that is no white space is a bracket.
    package static func isOne(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.first { !isSpace($0) } == UInt8(ascii: "[")
    }

    /// Where the elements of the array are. Only brackets, strings and commas are looked at: whether an element is JSON
    /// shows when it is decoded.
    ///
    /// - Parameter limit: the most elements.
    package static func elements(_ bytes: [UInt8], limit: Int) throws(Refusal) -> [Range<Int>] {
        guard let open = bytes.firstIndex(where: { !isSpace($0) }), bytes[open] == UInt8(ascii: "["),
            let close = bytes.lastIndex(where: { !isSpace($0) }), close > open, bytes[close] == UInt8(ascii: "]")
        else { throw .notAnArray }
        guard bytes[(open + 1)..<close].contains(where: { !isSpace($0) }) else { throw .empty }
        var result: [Range<Int>] = []
        var (start, depth, inString, isEscaped) = (open + 1, 0, false, false)
        for index in (open + 1)..<close {
            let byte = bytes[index]
            if inString {
                if isEscaped { isEscaped = false } else { (isEscaped, inString) = (byte == 0x5C, byte != 0x22) }
                continue
            }
            switch byte {
            case 0x22: inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                result.append(start..<index)
                start = index + 1
                if result.count >= limit { throw .tooLong(limit: limit) }
            default: break
            }
        }
        return result + [start..<close]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
