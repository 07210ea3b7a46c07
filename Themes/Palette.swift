/// The 256 colours of a terminal, by xterm's values: 16 that users redefine, a 6×6×6 cube and 24 greys.
package enum Palette {
    /// All 256 in order. The first sixteen are a guess: each user has his own.
    package static let colors: [RGB] = system + cube + greys

    /// The colour of `candidates` that looks most like `color`, among those with enough contrast to `background`;
    /// among all when none has enough.
    package static func nearest(
        to color: RGB, in candidates: Range<Int>, against background: RGB, contrast: Double
    ) -> UInt8 {
        let readable = candidates.filter { colors[$0].contrast(with: background) >= contrast }
        let pool = readable.isEmpty ? Array(candidates) : readable
        let best = pool.min { colors[$0].distance(to: color) < colors[$1].distance(to: color) }
        return UInt8(truncatingIfNeeded: best ?? 0)
    }

    private static let system: [RGB] = [
        0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
        0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
    ].map { RGB($0) }

    private static let cube: [RGB] = {
        let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
        return steps.flatMap { red in
            steps.flatMap { green in steps.map { RGB(red: red, green: green, blue: $0) } }
        }
    }()

    private static let greys: [RGB] = (0..<24).map { step in
        let level = UInt8(8 + 10 * step)
        return RGB(red: level, green: level, blue: level)
    }
}
