import Glibc
import Support

/// Bytes that were right once: some are changed, left out, repeated, moved or replaced by what parsers fear.
struct Mutant {
    private var random: Seeded
    /// Runs of bytes that have broken parsers elsewhere.
    private static let feared: [[UInt8]] = [
        [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF], Array("\u{2028}".utf8),
        Array("99999999999999999999".utf8), Array("-9223372036854775809".utf8), Array("1e999".utf8), Array("NaN".utf8),
        Array("*a &a *a".utf8), Array("<<: *x".utf8), Array("!!binary".utf8), Array("|2-".utf8), Array("%TAG".utf8),
        Array("\\ud800".utf8), Array("\"\"\"".utf8), Array("- - - -".utf8), Array("[[[[{{{{".utf8),
        Array("---\n...\n".utf8),
    ]

    init(seed: UInt64) { random = Seeded(seed: seed) }

    /// How many rounds: in full with `OD_LONG=1`.
    static func rounds(_ few: Int) -> Int {
        getenv("OD_LONG").map { String(cString: $0) } == "1" ? few * 50 : few
    }

    mutating func bytes(_ length: Int) -> [UInt8] { (0..<length).map { _ in .random(in: 0...255, using: &random) } }

    mutating func pick<Item>(_ items: [Item]) -> Item { items[Int.random(in: items.indices, using: &random)] }

    mutating func mutate(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let (start, end) = span(bytes.count)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where start < bytes.count: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: bytes[start..<end], at: end)
            case 3: bytes.insert(contentsOf: pick(Self.feared), at: start)
            case 4: bytes.replaceSubrange(start..<end, with: pick(Self.feared))
            default:
                let piece = bytes[start..<end]
                bytes.removeSubrange(start..<end)
                bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &random))
            }
        }
        return bytes
    }

    private mutating func span(_ count: Int) -> (Int, Int) {
        let start = Int.random(in: 0...count, using: &random)
        return (start, min(count, start + Int.random(in: 0...20, using: &random)))
    }
}
