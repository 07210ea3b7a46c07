import Themes

/// A small graph of samples, oldest first: two samples a cell in braille, else the higher of the two.
package struct Sparkline: Hashable, Sendable {
    /// Samples; what is no number leaves a gap. Only the newest that fit are drawn.
    package var samples: [Double]
    /// The value of a full column; the highest sample when nil. Only with one are columns coloured by their height:
    /// the peak of next to nothing is no alarm.
    package var maximum: Double?

    package init(_ samples: [Double], maximum: Double? = nil) {
        self.samples = samples
        self.maximum = maximum
    }

    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        let shown = Array(samples.suffix(2 * area.width))
        let top = maximum ?? shown.filter(\.isFinite).max() ?? 0
        canvas.clipped(to: area) { canvas in
            for column in 0..<(shown.count + 1) / 2 {
                let pair = [shown[2 * column], 2 * column + 1 < shown.count ? shown[2 * column + 1] : .nan]
                let parts = pair.map { part($0, of: top) }
                guard let high = parts.compactMap({ $0 }).max() else { continue }
                let role = maximum == nil ? .graphLow : Role(part: high)
                for row in 0..<area.height {
                    let scalar =
                        glyphs.steps.isEmpty
                        ? braille(parts, row, area.height) : step(high, row, area.height, glyphs.steps)
                    guard let scalar else { continue }
                    canvas.put(Cell(scalar, style: Style(role)), x: area.x + column, y: area.y + row)
                }
            }
        }
    }

    /// 0…1, nil for a gap.
    private func part(_ sample: Double, of top: Double) -> Double? {
        guard !sample.isNaN else { return nil }
        return top > 0 ? min(1, max(0, sample / top)) : 0
    }

    /// How many of `steps` the row (0 is the highest) has of a column that is full by `part`. Of the lowest row at
    /// least one is drawn, so that nothing differs from no sample.
    private func level(_ part: Double, _ row: Int, _ height: Int, steps: Int) -> Int {
        let below = height - 1 - row
        let total = max(1, Int((part * Double(steps * height)).rounded()))
        return min(steps, max(0, total - below * steps))
    }

    private func braille(_ parts: [Double?], _ row: Int, _ height: Int) -> Unicode.Scalar? {
        let dots = parts.map { part in part.map { 0..<level($0, row, height, steps: Braille.height) } ?? 0..<0 }
        return Braille.glyph(dots[0], dots[1])
    }

    private func step(_ part: Double, _ row: Int, _ height: Int, _ steps: [Unicode.Scalar]) -> Unicode.Scalar? {
        let level = level(part, row, height, steps: steps.count)
        return level == 0 ? nil : steps[level - 1]
    }
}
