import Core
import Support
import Testing
import Themes
import Widgets

@testable import Interface

/// Every room at three sizes, in Unicode and in ASCII, with roles and without colours; and that none is missing.
struct GalleryTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]

    /// Rows and roles; what a terminal without colours makes of them; the rows that are different in ASCII.
    private static func picture(_ state: State) -> String {
        let (canvas, plain) = (state.view(glyphs: .unicode), state.view(glyphs: .ascii))
        let ascii = plain.rows.enumerated().filter { canvas.rows[$0.offset] != $0.element }
            .map { "\($0.offset): \($0.element)" }
        return canvas.golden + (["--- mono"] + mono(canvas) + ["--- ascii"] + ascii).joined(separator: "\n") + "\n"
    }

    /// The attributes of each row where colours are none: `3: 0-9 bold, 12-14 reverse`.
    private static func mono(_ canvas: Canvas) -> [String] {
        let pens = Pens(.dark, depth: .none)
        return (0..<canvas.size.height).compactMap { y in
            var (runs, start) = ([String](), 0)
            for x in 0..<canvas.size.width {
                let pen = pens[canvas[x, y].style]
                if x + 1 < canvas.size.width, pens[canvas[x + 1, y].style] == pen { continue }
                if pen != .plain { runs.append("\(start)-\(x) \(words(pen.attributes))") }
                start = x + 1
            }
            return runs.isEmpty ? nil : "\(y): " + runs.joined(separator: ", ")
        }
    }

    private static func words(_ attributes: Style.Attributes) -> String {
        let names: [(Style.Attributes, String)] = [
            (.bold, "bold"), (.underline, "underline"), (.reverse, "reverse"), (.dim, "dim"),
        ]
        return names.filter { attributes.contains($0.0) }.map(\.1).joined(separator: "+")
    }

    @Test(arguments: Room.allCases) func rooms(room: Room) {
        for (width, height) in Self.sizes {
            let state = room.scene(width, height).state
            golden("Gallery/\(room.rawValue)-\(width)x\(height).txt", Self.picture(state))
            let odd = state.view(glyphs: .ascii).cells.filter { $0.scalar.value > 0x7E }
            #expect(odd.isEmpty, "\(room) \(width)x\(height): \(Set(odd.map(\.scalar)))")
        }
    }

    /// What the roles of the pictures look like: each theme on terminals of every depth.
    @Test func colours() {
        func color(_ color: Color) -> String {
            switch color {
            case .standard: "-"
            case .palette(let index): "\(index)"
            case .rgb(let rgb): "#" + [rgb.red, rgb.green, rgb.blue].map(Self.hex).joined()
            }
        }
        let lines = Theme.builtIns.flatMap { theme in
            [theme.name]
                + Role.allCases.map { role in
                    let pens = [ColorDepth.full, .palette, .sixteen, .eight, .none].map { depth in
                        let pen = Pens(theme, depth: depth)[Style(role)]
                        let colors = "\(color(pen.foreground))/\(color(pen.background))"
                        return colors + (pen.attributes.isEmpty ? "" : "+" + Self.words(pen.attributes))
                    }
                    return "  \(role): " + pens.joined(separator: "  ")
                }
        }
        golden("Gallery/colours.txt", lines.joined(separator: "\n") + "\n")
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
    }

    /// No key leads into a room that has no picture.
    @Test func noRoomIsMissing() {
        let known = Set(Room.allCases.map { $0.scene(120, 40).state.room })
        for binding in Keymap.bindings(at: .panes) {
            for marks: [Key] in [[], ["*"]] {
                for key in binding.keys {
                    var scene = ScreenTests().busy(120, 40)
                    for mark in marks { scene.press(mark) }
                    scene.press(key)
                    let room = scene.state.room
                    #expect(known.contains(room), "\(key.name) leads into ‘\(room)’, which Room does not have")
                }
            }
        }
    }

    /// A picture that no room has is a leftover.
    @Test func eachRoomIsOneOfItsOwn() {
        let screens = Room.allCases.map { $0.scene(120, 40).state.view(glyphs: .unicode).golden }
        #expect(Set(screens).count == screens.count, "two rooms look the same")
    }
}
