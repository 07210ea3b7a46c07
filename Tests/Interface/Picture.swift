import Interface
import Support
import Testing
import Themes
import Widgets

/// A canvas as an SVG picture, for people who read about the dashboard before they have it.
struct Picture {
    /// Points of a cell, and of the letters in it; `textLength` holds each run to its columns whatever the font is.
    private static let (width, height, letters) = (8.4, 17.0, 14.0)
    private static let margin = 12.0

    let canvas: Canvas
    let theme: Theme

    var svg: String {
        let (across, down) = (
            Double(canvas.size.width) * Self.width + 2 * Self.margin,
            Double(canvas.size.height) * Self.height + 2 * Self.margin
        )
        let font = "ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace"
        let rows = (0..<canvas.size.height).map(row).joined()
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(across)) \(number(down))" \
            font-family="\(font)" font-size="\(number(Self.letters))">
            <rect width="100%" height="100%" rx="8" fill="\(hex(theme.background))"/>
            \(rows)</svg>

            """
    }

    private func row(_ y: Int) -> String {
        var (lines, start) = ("", 0)
        for x in 0..<canvas.size.width
        where x + 1 == canvas.size.width || canvas[x + 1, y].style != canvas[start, y].style {
            lines += run(start, x + 1, y)
            start = x + 1
        }
        return lines
    }

    /// Cells of one style: their ground, where it is not the screen's, and their text without blanks around it.
    private func run(_ start: Int, _ end: Int, _ y: Int) -> String {
        let style = canvas[start, y].style
        let colors = theme[style.role]
        let attributes = style.attributes.union(colors.attributes)
        var (front, ground) = (shown(colors.foreground, theme.foreground), shown(colors.background, theme.background))
        if attributes.contains(.reverse) { (front, ground) = (ground, front) }
        var picture = ""
        if ground != theme.background {
            picture +=
                "<rect x=\"\(left(start))\" y=\"\(number(top(y)))\" width=\"\(columns(end - start))\" "
                + "height=\"\(number(Self.height))\" fill=\"\(hex(ground))\"/>\n"
        }
        var (shapes, words) = ("", (start: start, text: ""))
        func finish(at end: Int) {
            let text = String(words.text.reversed().drop { $0 == " " }.reversed())
            if !text.isEmpty { picture += line(text, words.start, y, front, attributes) }
            words = (end, "")
        }
        for x in start..<end where canvas[x, y].width > 0 {
            let scalar = canvas[x, y].scalar
            if let shape = shape(scalar, x, y) {
                finish(at: x + 1)
                shapes += shape
            } else if scalar == " ", words.text.isEmpty {
                words.start = x + 1
            } else {
                words.text.unicodeScalars.append(scalar)
            }
        }
        finish(at: end)
        return picture + (shapes.isEmpty ? "" : "<path d=\"\(shapes)\" fill=\"\(hex(front))\"/>\n")
    }

    private func line(_ text: String, _ x: Int, _ y: Int, _ color: RGB, _ attributes: Style.Attributes) -> String {
        let marks = [
            attributes.contains(.bold) ? " font-weight=\"bold\"" : "",
            attributes.contains(.dim) ? " opacity=\"0.7\"" : "",
            attributes.contains(.underline) ? " text-decoration=\"underline\"" : "",
        ]
        return "<text x=\"\(left(x))\" y=\"\(number(top(y) + 0.76 * Self.height))\" "
            + "textLength=\"\(columns(Text.width(text)))\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" "
            + "fill=\"\(hex(color))\"\(marks.joined())>\(escaped(text))</text>\n"
    }

    /// Signs that must meet their neighbours are drawn: fonts have them in many widths. nil for what is a letter.
    private func shape(_ scalar: Unicode.Scalar, _ x: Int, _ y: Int) -> String? {
        let (left, top) = (Self.margin + Double(x) * Self.width, top(y))
        /// A rectangle by parts of the cell.
        func block(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> String {
            let (across, down) = (number(width * Self.width), number(height * Self.height))
            let corner = "\(number(left + x * Self.width)) \(number(top + y * Self.height))"
            return "M\(corner)h\(across)v\(down)h-\(across)z"
        }
        let (toLeft, toRight) = (block(0, 0.47, 0.57, 0.06), block(0.43, 0.47, 0.57, 0.06))
        let (up, below) = (block(0.43, 0, 0.14, 0.53), block(0.43, 0.47, 0.14, 0.53))
        switch scalar {
        case "─": return block(0, 0.47, 1, 0.06)
        case "│": return block(0.43, 0, 0.14, 1)
        case "╭": return toRight + below
        case "╮": return toLeft + below
        case "╰", "└": return toRight + up
        case "╯": return toLeft + up
        case "├": return toRight + up + below
        case "▓": return block(0, 0.15, 1, 0.7)
        case "░": return block(0, 0.45, 1, 0.1)
        case "▌": return block(0, 0, 0.5, 1)
        case "\u{2800}"..."\u{28FF}":
            let bits = scalar.value - 0x2800
            // Dots 1-3 and 7 are the left column, 4-6 and 8 the right one.
            let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
            return places.indices.filter { bits & 1 << UInt32($0) != 0 }.map { dot in
                block(0.15 + 0.45 * Double(places[dot].0), 0.06 + 0.245 * Double(places[dot].1), 0.3, 0.16)
            }.joined()
        default: return nil
        }
    }

    private func top(_ y: Int) -> Double { Self.margin + Double(y) * Self.height }
    private func left(_ x: Int) -> String { number(Self.margin + Double(x) * Self.width) }
    private func columns(_ count: Int) -> String { number(Double(count) * Self.width) }
    private func number(_ value: Double) -> String { Format.fixed(value, places: 1) }

    private func hex(_ color: RGB) -> String {
        let digits = Array("0123456789abcdef")
        return "#"
            + String([color.red, color.green, color.blue].flatMap { [digits[Int($0) / 16], digits[Int($0) % 16]] })
    }

    private func shown(_ color: Color, _ standard: RGB) -> RGB {
        switch color {
        case .standard: standard
        case .palette(let index): Palette.colors[Int(index)]
        case .rgb(let rgb): rgb
        }
    }

    private func escaped(_ text: String) -> String {
        String(
            text.flatMap { character -> [Character] in
                switch character {
                case "&": Array("&amp;")
                case "<": Array("&lt;")
                case ">": Array("&gt;")
                default: [character]
                }
            })
    }
}

/// The pictures of the README are what the program draws.
struct PictureTests {
    @Test(arguments: [Theme.dark, .light]) func mainView(theme: Theme) {
        let scene = ScreenTests().busy(120, 40)
        let picture = Picture(canvas: scene.state.view(glyphs: .unicode), theme: theme)
        golden("Pictures/main-\(theme.name).svg", picture.svg)
    }

    @Test func signsOfSVGAreEscaped() {
        var canvas = Canvas(size: Size(width: 12, height: 2))
        canvas.text("a<b>&c", x: 1, y: 0)
        canvas.text("日 x", x: 0, y: 1, style: Style(.selection, [.bold, .dim, .underline, .reverse]))
        let svg = Picture(canvas: canvas, theme: .dark).svg
        #expect(svg.contains(">a&lt;b&gt;&amp;c</text>"))
        #expect(svg.contains("font-weight=\"bold\" opacity=\"0.7\" text-decoration=\"underline\">日 x</text>"))
    }
}
