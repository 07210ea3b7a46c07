import Core
import Themes
package import Widgets

extension State {
    /// The whole screen.
    package func view(glyphs: Glyphs) -> Canvas {
        var canvas = Canvas(size: size)
        let layout = layout
        guard layout.kind != .tiny else {
            canvas.text(tinyText, x: 0, y: 0, width: size.width)
            return canvas
        }
        if !layout.header.isEmpty { HeaderView.draw(self, on: &canvas, in: layout, glyphs) }
        if fleet.rows.isEmpty, layout.page == nil {
            EmptyView.draw(self, on: &canvas, in: layout.body, glyphs)
        } else {
            drawPanes(layout, on: &canvas, glyphs)
        }
        FooterView.draw(self, on: &canvas, in: layout, glyphs)
        if help != nil { HelpView.draw(self, on: &canvas, glyphs) }
        if let chooser { ChooserView.draw(chooser, self, on: &canvas, glyphs) }
        if let form { FormView.draw(form, self, on: &canvas, glyphs) }
        if let question { QuestionView.draw(question, self, on: &canvas, glyphs) }
        if isStoppingAll { QuestionView.drawStopping(self, on: &canvas, glyphs) }
        return canvas
    }

    private func drawPanes(_ layout: Layout, on canvas: inout Canvas, _ glyphs: Glyphs) {
        if let area = layout.list { ListView.draw(self, on: &canvas, in: area, layout.kind, glyphs) }
        if let area = layout.detail { DetailView.draw(self, on: &canvas, in: area, layout.kind, glyphs) }
        if let area = layout.log { LogView.draw(self, on: &canvas, in: area, layout.kind, glyphs) }
        if let area = layout.page, let page { PageView.draw(page, self, on: &canvas, in: area, layout.kind, glyphs) }
        // What is shown may no longer be so.
        if case .lost = link { canvas.restyle(layout.body, adding: .dim) }
    }

    /// All that fits into a screen of a few cells.
    private var tinyText: String {
        let errored = fleet.counts[.errored] ?? 0
        return "\(fleet.rows.count) procs" + (errored > 0 ? ", \(errored) errored" : "")
    }
}

extension Layout {
    /// Between header and footer.
    var body: Rect {
        Rect(x: 0, y: header.bottom, width: header.width, height: message.y - header.bottom)
    }
}

extension State.Pane {
    func title(_ state: State) -> String {
        switch self {
        case .list: "Processes"
        case .detail: state.shown.map(state.shortName) ?? "Details"
        case .page: state.pageTitle()
        case .log:
            "Log" + (state.shown.map { " " + (state.log.isWhole ? state.appName($0) : state.shortName($0)) } ?? "")
        }
    }
}
