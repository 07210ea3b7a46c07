/// The panes: larger, smaller, others of them, and edges that are dragged.
extension State {
    /// An edge that the mouse holds, and how far it is from the mouse.
    struct Drag: Hashable, Sendable {
        var edge: Division.Edge
        var offset: Int
    }

    /// Makes the pane with the focus larger or smaller by a twentieth.
    mutating func grow(_ isMore: Bool) {
        guard let (edge, isBefore) = layout.edge(of: focus), let border = layout.border(edge) else { return }
        let step = max(1, border.whole.count / 20)
        division.shares[edge] = border.share(at: border.position + (isMore == isBefore ? step : -step))
    }

    mutating func nextPreset() {
        let all = Division.Preset.allCases
        let index = all.firstIndex(of: division.preset) ?? 0
        division.preset = all[(index + 1) % all.count]
        arrangement = .panes
        // A pane that was away for a while has the keys again.
        let pane = focusOfPresets ?? focus
        focusOfPresets = pane
        if layout.panes.contains(pane) { focus = pane }
        say(.info, division.preset.title)
    }

    /// The mouse takes hold of an edge where it was pressed on one.
    mutating func takeHold(_ mouse: Mouse) {
        drag = layout.edge(x: mouse.x, y: mouse.y).flatMap { edge in
            layout.border(edge).map { border in
                Drag(edge: edge, offset: border.position - (edge == .across ? mouse.x : mouse.y))
            }
        }
    }

    /// The edge goes with the mouse.
    mutating func dragEdge(to mouse: Mouse) -> [Command] {
        guard let drag, let border = layout.border(drag.edge) else { return [] }
        division.shares[drag.edge] = border.share(at: drag.offset + (drag.edge == .across ? mouse.x : mouse.y))
        return refresh()
    }
}
