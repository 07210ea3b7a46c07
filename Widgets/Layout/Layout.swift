/// How much of a row or column a part gets.
package enum Share: Hashable, Sendable {
    /// So many cells, as long as there are any.
    case fixed(Int)
    /// A part of what the fixed ones leave.
    case weight(Int)
}

extension Rect {
    /// Side by side, from the left, `gap` columns between them. What does not fit is narrower or empty.
    package func columns(_ shares: Share..., gap: Int = 0) -> [Rect] {
        places(shares, in: width, gap).map { Rect(x: x + $0.lowerBound, y: y, width: $0.count, height: height) }
    }

    /// One above the other, from the top, `gap` rows between them. What does not fit is lower or empty.
    package func rows(_ shares: Share..., gap: Int = 0) -> [Rect] {
        places(shares, in: height, gap).map { Rect(x: x, y: y + $0.lowerBound, width: width, height: $0.count) }
    }

    /// A rectangle of `size`, or of what there is, in the middle of this one.
    package func centered(_ size: Size) -> Rect {
        let (columns, rows) = (min(size.width, width), min(size.height, height))
        return Rect(x: x + (width - columns) / 2, y: y + (height - rows) / 2, width: columns, height: rows)
    }

    private func places(_ shares: [Share], in length: Int, _ gap: Int) -> [Range<Int>] {
        var (fixed, weights) = (gap * max(0, shares.count - 1), 0)
        for share in shares {
            switch share {
            case .fixed(let cells): fixed += cells
            case .weight(let weight): weights += weight
            }
        }
        var (rest, start) = (max(0, length - fixed), 0)
        return shares.map { share in
            var cells = 0
            switch share {
            case .fixed(let wanted): cells = wanted
            case .weight(let weight):
                // Dividing what is left by the weights that are left gives away every cell, none twice.
                cells = weights > 0 ? rest * weight / weights : 0
                rest -= cells
                weights -= weight
            }
            let place = min(start, length)..<min(start + max(0, cells), length)
            start = place.upperBound + gap
            return place
        }
    }
}

/// Which rows of a list are in view.
package enum Scroll {
    /// The first row in view: `offset`, moved as little as needed to show `selected`, and never past the end.
    package static func offset(_ offset: Int, showing selected: Int?, count: Int, visible: Int) -> Int {
        var first = offset
        if let selected {
            first = min(first, selected)
            if visible > 0 { first = max(first, selected - visible + 1) }
        }
        return max(0, min(first, count - visible))
    }
}
