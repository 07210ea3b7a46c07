import Themes

/// Samples as a line with a scale at its left, a time axis below and the peak in words. In braille two samples a cell,
/// else one. What does not fit is left out: first the words, then the time, then the scale.
package struct Graph: Hashable, Sendable {
    /// What the samples count; how they are written.
    package enum Unit: Hashable, Sendable {
        case number, percent, bytes
        /// Bytes a second.
        case rate

        /// A value for people: `41.2 %`, `212M`, `1.2M/s`.
        package func text(_ value: Double) -> String {
            switch self {
            case .number: value < 10 ? Format.percent(value) : Format.count(Int(min(value, 1e18)))
            case .percent: Format.percent(value) + " %"
            case .bytes: Format.bytes(UInt64(min(max(0, value), 1e18)))
            case .rate: Graph.Unit.bytes.text(value) + "/s"
            }
        }

        /// The end of a scale that has room for `peak`: 1, 2 or 5 times a power of ten; of bytes a power of two.
        func scale(for peak: Double) -> Double {
            var end = 1.0
            let factors = self == .bytes || self == .rate ? [2.0] : [2, 2.5, 2]
            var index = 0
            while end < peak {
                end *= factors[index % factors.count]
                index += 1
            }
            return end
        }
    }

    /// Oldest first; what is no number leaves a gap. Of more samples than there are columns each column shows the
    /// highest of several.
    package var samples: [Double]
    /// The value of the upper edge; a round number over the peak when nil. Only with one the line is coloured by its
    /// height.
    package var maximum: Double?
    package var unit: Unit
    /// Milliseconds from one sample to the next; with 0 there is no time axis.
    package var interval: Int
    /// What the right edge is: `now`, or a time.
    package var end: String
    /// Fewer samples than there are columns fill the width, each as wide as there is room; else they are at the right.
    package var fills: Bool

    package init(
        _ samples: [Double], maximum: Double? = nil, unit: Unit = .number, interval: Int = 0, end: String = "now",
        fills: Bool = false
    ) {
        self.samples = samples
        self.maximum = maximum
        self.unit = unit
        self.interval = interval
        self.end = end
        self.fills = fills
    }

    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        let (words, below) = area.split(top: area.height >= 4 ? 1 : 0)
        let hasAxis = interval > 0 && below.height >= 3
        let (rows, axis) = below.split(top: below.height - (hasAxis ? 1 : 0))
        let top = maximum ?? unit.scale(for: samples.filter(\.isFinite).max() ?? 0)
        let labels = [unit.text(top), unit.text(top / 2), "0"]
        let wanted = (labels.map(Text.width).max() ?? 0) + 1
        let isScaled = rows.height >= 2 && area.width >= 2 * wanted + 4
        let (scale, plot) = rows.split(left: isScaled ? wanted + 1 : 0)
        canvas.clipped(to: area) { canvas in
            if isScaled { draw(scale: labels, on: &canvas, in: scale, glyphs) }
            draw(line(top, in: plot, glyphs), on: &canvas, in: plot, glyphs)
            if hasAxis {
                let line = Rect(x: plot.x, y: axis.y, width: plot.width, height: axis.height)
                let count = fills ? samples.count : max(samples.count, plot.width * dotsAcross(glyphs))
                draw(axisOf: count * interval, on: &canvas, in: line)
            }
            if words.isEmpty { return }
            canvas.text(summary, x: words.x, y: words.y, width: words.width, style: Style(.dim), cut: glyphs.cut)
        }
    }

    /// `now 12.4 %  mean 9.8 %  peak 41.2 %, 3m ago`
    private var summary: StyledText {
        let known = samples.enumerated().filter(\.element.isFinite)
        guard let last = known.last, let peak = known.max(by: { $0.element < $1.element }) else { return "no samples" }
        let mean = known.reduce(0) { $0 + $1.element / Double(known.count) }
        let age = (samples.count - 1 - peak.offset) * interval
        let ago = age >= 1000 && end == "now" ? ", \(Format.duration(milliseconds: age)) ago" : ""
        return StyledText("\(end) ") + StyledText(unit.text(last.element), .text) + "  mean "
            + StyledText(unit.text(mean), .text) + "  peak " + StyledText(unit.text(peak.element), .text)
            + StyledText(ago)
    }

    // MARK: scale and time

    private func draw(scale labels: [String], on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let edge = Rect(x: area.right - 1, y: area.y, width: 1, height: area.height)
        canvas.fill(edge, with: Cell(glyphs.vertical, style: Style(.frame)))
        // The middle has a label of its own only where a row is in the middle.
        let rows = [0, area.height >= 5 && area.height % 2 == 1 ? area.height / 2 : nil, area.height - 1]
        for (label, row) in zip(labels, rows) {
            guard let row else { continue }
            canvas.text(label, x: edge.x - 1 - Text.width(label), y: area.y + row, style: Style(.dim))
        }
    }

    private func draw(axisOf span: Int, on canvas: inout Canvas, in area: Rect) {
        let (left, middle) = ("-" + Format.duration(milliseconds: span), "-" + Format.duration(milliseconds: span / 2))
        let rightStart = area.right - Text.width(end)
        if area.width >= left.count + Text.width(end) + 2 {
            canvas.text(left, x: area.x, y: area.y, style: Style(.dim))
        }
        canvas.text(end, x: max(area.x, rightStart), y: area.y, style: Style(.dim))
        let centre = area.x + (area.width - middle.count) / 2
        guard centre > area.x + left.count + 1, centre + middle.count < rightStart - 1 else { return }
        canvas.text(middle, x: centre, y: area.y, style: Style(.dim))
    }

    // MARK: the line

    private func dotsAcross(_ glyphs: Glyphs) -> Int { glyphs.levels.isEmpty ? 2 : 1 }

    private func dotsUp(_ glyphs: Glyphs) -> Int { glyphs.levels.isEmpty ? Braille.height : glyphs.levels.count }

    /// Which dots each column of dots has, counted from below: those between its own height and that of the column
    /// before. The newest sample is in the last column.
    private func line(_ top: Double, in plot: Rect, _ glyphs: Glyphs) -> [Range<Int>] {
        let (columns, height) = (plot.width * dotsAcross(glyphs), plot.height * dotsUp(glyphs))
        guard columns > 0, height > 0 else { return [] }
        var before: Int?
        return (0..<columns).map { column in
            guard let value = group(column, of: columns).filter({ !$0.isNaN }).max() else {
                before = nil
                return 0..<0
            }
            let part = top > 0 ? min(1, max(0, value / top)) : 0
            let level = Int((part * Double(height - 1)).rounded())
            let from = before ?? level
            before = level
            return from < level ? from + 1..<level + 1 : level..<max(from, level + 1)
        }
    }

    /// The samples that a column stands for: one, or none at the left of the first, or as many as must share it.
    private func group(_ column: Int, of columns: Int) -> ArraySlice<Double> {
        let count = samples.count
        if fills, count <= columns {
            return samples[column * count / columns..<(column * count / columns + min(1, count))]
        }
        if count > columns { return samples[column * count / columns..<(column + 1) * count / columns] }
        let index = count - columns + column
        return index < 0 ? [] : samples[index...index]
    }

    private func draw(_ line: [Range<Int>], on canvas: inout Canvas, in plot: Rect, _ glyphs: Glyphs) {
        let (across, up) = (dotsAcross(glyphs), dotsUp(glyphs))
        for column in 0..<line.count / across {
            for row in 0..<plot.height {
                let start = (plot.height - 1 - row) * up
                let parts = line[column * across..<(column + 1) * across].map { dots in
                    dots.clamped(to: start..<start + up)
                }
                guard let upper = parts.filter({ !$0.isEmpty }).map(\.upperBound).max() else { continue }
                let shown = parts.map { $0.isEmpty ? 0..<0 : $0.lowerBound - start..<$0.upperBound - start }
                let high = Double(upper) / Double(plot.height * up)
                let style = Style(maximum == nil ? .graphLow : Role(part: high))
                guard let scalar = glyph(shown, glyphs) else { continue }
                canvas.put(Cell(scalar, style: style), x: plot.x + column, y: plot.y + row)
            }
        }
    }

    private func glyph(_ dots: [Range<Int>], _ glyphs: Glyphs) -> Unicode.Scalar? {
        if glyphs.levels.isEmpty { return Braille.glyph(dots[0], dots[1]) }
        return dots[0].count > 1 ? glyphs.vertical : glyphs.levels[dots[0].lowerBound]
    }
}
