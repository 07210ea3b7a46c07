import Core
import Themes
import Widgets

/// The tabs of the details, in the upper edge of their frame.
enum TabBar {
    static func draw(_ state: State, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs) {
        let (tabs, place) = (tabs(state), place(state, area))
        guard !place.isEmpty else { return }
        // A blank at both sides, as all that stands in a frame has.
        canvas.clear(Rect(x: place.x - 1, y: place.y, width: place.width + 2, height: 1))
        tabs.draw(on: &canvas, in: place, glyphs: glyphs)
    }

    /// The tab whose title is at a place of the screen.
    static func tab(at mouse: Mouse, _ state: State) -> Tab? {
        guard let area = state.layout.detail, state.layout.kind == .framed, mouse.y == area.y else { return nil }
        let hit = tabs(state).places(in: place(state, area)).first { $0.x <= mouse.x && mouse.x < $0.x + $0.width }
        return hit.map { state.tabs[$0.tab] }
    }

    private static func tabs(_ state: State) -> Tabs {
        // Digits are those of the keys, whichever tabs there are.
        Tabs(
            state.tabs.map { "\($0.rawValue) \($0.title)" },
            selected: state.tabs.firstIndex(of: state.shownTab) ?? 0, isNumbered: false)
    }

    /// What the title leaves of the edge, at the right; empty where that is too little for a tab.
    private static func place(_ state: State, _ area: Rect) -> Rect {
        let title = Text.width(State.Pane.detail.title(state))
        let room = area.width - title - 2 - 8
        guard state.tabs.count > 1, room >= 10 else { return Rect(x: area.x, y: area.y, width: 0, height: 0) }
        let width = min(room, tabs(state).width)
        return Rect(x: area.right - 3 - width, y: area.y, width: width, height: 1)
    }
}
