import Themes

/// What SGR sequences (`ESC [ … m`) have said so far, as far as we show it. Backgrounds are left out: on a selected
/// row, or in a theme of another brightness, they make text unreadable.
struct Graphics {
    private var role: Role?
    private var attributes: Style.Attributes = []

    /// Nil when nothing is set.
    var style: Style? {
        role == nil && attributes.isEmpty ? nil : Style(role ?? .text, attributes)
    }

    /// `parameters` as they stand between `[` and `m`: numbers with `;`, and `:` within one of them.
    mutating func apply(_ parameters: String) {
        let groups = parameters.split(separator: ";", omittingEmptySubsequences: false).map { group in
            group.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        }
        var rest = ArraySlice(groups)
        while let group = rest.popFirst() {
            switch group[0] {
            case 38, 48, 58: extended(group, &rest)
            case 4 where group.dropFirst().first == 0: attributes.remove(.underline)
            default: simple(group[0])
            }
        }
    }

    private mutating func simple(_ code: Int) {
        switch code {
        case 0: self = Graphics()
        case 1: attributes.insert(.bold)
        case 2: attributes.insert(.dim)
        case 4: attributes.insert(.underline)
        case 7: attributes.insert(.reverse)
        case 21: attributes.insert(.underline)
        case 22: attributes.subtract([.bold, .dim])
        case 24: attributes.remove(.underline)
        case 27: attributes.remove(.reverse)
        case 30...37: role = Self.hue(code - 30)
        case 39: role = nil
        case 90: role = .dim
        case 91...97: role = Self.hue(code - 90)
        default: break
        }
    }

    /// `38;5;n`, `38;2;r;g;b`, or the same in one group with `:`, where a colour space may stand before `r`.
    private mutating func extended(_ group: [Int], _ rest: inout ArraySlice<[Int]>) {
        var values = Array(group.dropFirst())
        if values.isEmpty, let kind = rest.popFirst() {
            values = [kind[0]] + rest.prefix(kind[0] == 2 ? 3 : 1).map { $0[0] }
            rest = rest.dropFirst(values.count - 1)
        } else if values.count > 4 {
            values.remove(at: 1)
        }
        guard group[0] == 38 else { return }
        switch (values.first, values.count) {
        case (5, 2): if let index = UInt8(exactly: values[1]) { role = Self.role(palette: index) }
        case (2, 4):
            let channels = values.dropFirst().map { UInt8(clamping: $0) }
            role = Self.role(RGB(red: channels[0], green: channels[1], blue: channels[2]))
        default: break
        }
    }

    private static func role(palette index: UInt8) -> Role {
        switch index {
        case 0..<8: hue(Int(index))
        case 8: .dim
        case 9..<16: hue(Int(index) - 8)
        default: role(Palette.colors[Int(index)])
        }
    }

    /// The hue of a colour: which of its channels are over the middle. Greys are text or, when dark, dim.
    private static func role(_ color: RGB) -> Role {
        let (red, green, blue) = (Int(color.red), Int(color.green), Int(color.blue))
        let (low, high) = (min(red, green, blue), max(red, green, blue))
        guard high - low >= 48 else { return high < 160 ? .dim : .text }
        let bits = [red, green, blue].map { 2 * $0 > low + high ? 1 : 0 }
        return hue(bits[0] + 2 * bits[1] + 4 * bits[2])
    }

    /// By the numbers of ECMA-48.
    private static func hue(_ number: Int) -> Role {
        let roles: [Role] = [.dim, .logRed, .logGreen, .logYellow, .logBlue, .logMagenta, .logCyan, .text]
        return roles[number]
    }
}
