import Themes

extension Canvas {
    /// The glyphs of each row, without blanks at the end. What a pipe or a test reads.
    package var rows: [String] {
        (0..<size.height).map { y in
            var cells = Array(row(y))
            while let last = cells.last, last.scalar == " ", last.combining == nil, last.width == 1 {
                cells.removeLast()
            }
            return cells.text
        }
    }

    /// The rows and the styles, by name and without colours: what golden files hold.
    ///
    /// After the text, one line for each row that has more than plain text: `3: 0-9 heading, 12 dim+bold`.
    package var golden: String {
        let styles = (0..<size.height).compactMap { y in
            let runs = styleRuns(y)
            return runs.isEmpty ? nil : "\(y): " + runs.joined(separator: ", ")
        }
        return (rows + ["--- \(size.width)x\(size.height)"] + styles).joined(separator: "\n") + "\n"
    }

    private func styleRuns(_ y: Int) -> [String] {
        var runs: [String] = []
        var start = 0
        for x in 0..<size.width where x + 1 == size.width || self[x + 1, y].style != self[x, y].style {
            if self[x, y].style != .text {
                runs.append((start == x ? "\(x) " : "\(start)-\(x) ") + self[x, y].style.token)
            }
            start = x + 1
        }
        return runs
    }
}

extension Style {
    /// `role+attribute+…`
    fileprivate var token: String {
        let names: [(Attributes, String)] = [
            (.bold, "bold"), (.underline, "underline"), (.reverse, "reverse"), (.dim, "dim"),
        ]
        return (["\(role)"] + names.filter { attributes.contains($0.0) }.map(\.1)).joined(separator: "+")
    }
}
