import Core
import Themes
import Widgets

/// A page over all panes: why, the graph, the machine, messages.
enum PageView {
    static func draw(
        _ page: Page, _ state: State, on canvas: inout Canvas, in area: Rect, _ kind: Layout.Kind, _ glyphs: Glyphs
    ) {
        let inner = state.layout.inner(area)
        let lines = lines(page, state, width: inner.width, glyphs)
        let top = min(page.top, max(0, lines.count - inner.height))
        if kind == .framed {
            let last = min(lines.count, top + inner.height)
            Box(
                title: StyledText(State.Pane.page.title(state)), bottomLeft: StyledText(hint(page, glyphs)),
                bottomRight: StyledText(lines.count > inner.height ? "\(top + 1)-\(last) of \(lines.count)" : ""),
                focused: true
            ).draw(on: &canvas, in: area, glyphs: glyphs)
        }
        for (row, line) in lines.dropFirst(top).prefix(inner.height).enumerated() {
            canvas.text(line, x: inner.x, y: inner.y + row, width: inner.width, cut: glyphs.cut)
        }
    }

    /// Columns of the time and the sign in front of a message.
    private static let messageIndent = 13

    /// What there is to show on a page `width` columns wide.
    static func lines(_ page: Page, _ state: State, width: Int, _ glyphs: Glyphs = .unicode) -> [StyledText] {
        let trouble = page.facts.inquiry == nil ? [] : TabView.trouble(page.facts)
        let text: [StyledText] =
            switch (page.subject, page.facts.finding) {
            case (.messages, _): messages(state, glyphs)
            case (.system, _):
                SystemView.lines(state, width: width, height: state.layout.inner(state.layout.page).height, glyphs)
            case (.why, nil) where page.facts.inquiry == nil: [StyledText(" it was not there then", .dim)]
            case (.why, .story(let story)?): StoryText.lines(story, clock: state.clock(of:)).map { " " + $0 }
            case (.graph, .graph(let graph)?):
                GraphText.lines(graph, unicode: glyphs == .unicode).map { " " + $0 } + legend(graph)
            default: []
            }
        return (trouble + text).flatMap { $0.wrapped(to: width, indent: page.subject == .messages ? messageIndent : 6) }
    }

    private static func hint(_ page: Page, _ glyphs: Glyphs) -> String {
        "Esc goes back \(glyphs.separator) Y copies"
    }

    /// Without dependencies the graph says how to have some.
    private static func legend(_ graph: AppGraph) -> [StyledText] {
        guard graph.nodes.allSatisfy({ $0.dependencies.isEmpty }) else { return [] }
        return ["", StyledText(" No app depends on another: dependsOn in the config says that one does.", .dim)]
    }

    /// The newest first.
    private static func messages(_ state: State, _ glyphs: Glyphs) -> [StyledText] {
        let days = Set(state.said.compactMap { $0.at?.description.prefix(10) })
        guard !days.isEmpty || !state.said.isEmpty else { return [StyledText(" nothing was said yet", .dim)] }
        return state.said.reversed().map { said in
            let time = said.at.map { TabView.clock($0, state) } ?? "        "
            return StyledText(" \(time)  ", .dim) + FooterView.text(said.toast, glyphs)
        }
    }
}

extension State {
    /// What a page calls itself.
    func pageTitle() -> String {
        switch page?.subject {
        case .why(let name)?: "Why \(shortName(name)) is as it is"
        case .graph?: "Who depends on whom"
        case .system?: "Machine " + Text.sanitize(fleet.host?.hostname ?? "")
        case .messages?: "Messages"
        case nil: ""
        }
    }
}
