import Themes

/// A piece of work that goes through stages, and through several instances in one of them: a deploy. In one row it says
/// where it is; in more it tells of each instance, first of those that need a look when there is not room for all.
package struct StageStrip: Hashable, Sendable {
    /// A stage, or the part of one instance in it.
    package struct Step: Hashable, Sendable {
        /// How far it is, the worst first.
        package enum State: Int, Hashable, Sendable, CaseIterable { case failed, running, waiting, skipped, done }

        package var name: String
        package var state: State
        /// How long it took, or what it waits for: `1.2s`, `waiting for health 4s of 30s`.
        package var note: String

        package init(_ name: String, _ state: State, _ note: String = "") {
            self.name = name
            self.state = state
            self.note = note
        }

        fileprivate func mark(_ glyphs: Glyphs) -> StyledText {
            switch state {
            case .failed: StyledText(glyphs.cross, .error)
            case .running: StyledText(glyphs.starting, .starting)
            case .waiting: StyledText(glyphs.created, .dim)
            case .skipped: StyledText(String(Character(glyphs.horizontal)), .dim)
            case .done: StyledText(glyphs.check, .success)
            }
        }

        fileprivate var tail: StyledText {
            note.isEmpty ? "" : StyledText(" " + note, state == .failed ? .error : .dim)
        }
    }

    /// Columns of the bar, at least and at most, and between pieces.
    private static let bar = (shortest: 6, longest: 20)
    private static let gap = 2

    package var stages: [Step]
    /// How much of all is done, 0…1; nil draws no bar.
    package var part: Double?
    package var instances: [Step]
    /// Behind the bar: what happens when it fails.
    package var note: StyledText

    package init(stages: [Step], part: Double? = nil, instances: [Step] = [], note: StyledText = "") {
        self.stages = stages
        self.part = part
        self.instances = instances
        self.note = note
    }

    /// `00:41, about 00:40 left`: for the frame around it. Both in milliseconds; `left` is nil where nobody knows.
    package static func clock(elapsed: Int, left: Int?) -> String {
        Format.clock(milliseconds: elapsed) + (left.map { ", about \(Format.clock(milliseconds: $0)) left" } ?? "")
    }

    package func draw(on canvas: inout Canvas, in area: Rect, glyphs: Glyphs) {
        let (head, body) = area.split(top: 1)
        canvas.clipped(to: area) { canvas in
            draw(headOn: &canvas, in: head, isAlone: body.isEmpty, glyphs)
            for (index, line) in lines(body, glyphs).enumerated() {
                canvas.text(line, x: body.x, y: body.y + index, width: body.width, cut: glyphs.cut)
            }
        }
    }

    // MARK: stages

    private func draw(headOn canvas: inout Canvas, in row: Rect, isAlone: Bool, _ glyphs: Glyphs) {
        let percent = part.map { " \(Format.fixed(100 * min(1, max(0, $0)), places: 0)) %" } ?? ""
        let needed = part == nil ? 0 : Self.gap + Self.bar.shortest + percent.count
        var words = joined(stages.map { $0.mark(glyphs) + StyledText(" " + $0.name) + $0.tail })
        // Alone, the row is for the instance that is being worked on.
        let instance = isAlone ? current(instances) : nil
        if instance != nil || words.width + needed > row.width, let stage = current(stages) {
            words = stage.mark(glyphs) + StyledText(" " + stage.name) + stage.tail
        }
        var x = row.x + canvas.text(words, x: row.x, y: row.y, width: row.width, cut: glyphs.cut)
        if let part, x + needed <= row.right {
            let width = min(Self.bar.longest, row.right - x - Self.gap - percent.count)
            let style = stages.contains { $0.state == .failed } ? Style(.error) : Style(.success)
            let place = Rect(x: x + Self.gap, y: row.y, width: width, height: row.height)
            Bar(part, style: style).draw(on: &canvas, in: place, glyphs: glyphs)
            x = place.right + canvas.text(percent, x: place.right, y: row.y)
        }
        var end = note
        if let instance, instance.state != .done {
            end = StyledText(instance.name + " ") + instance.mark(glyphs) + instance.tail
        }
        let start = x + Self.gap + 1
        guard !end.isEmpty, row.right - start >= min(8, end.width) else { return }
        canvas.text(end, x: start, y: row.y, width: row.right - start, style: Style(.dim), cut: glyphs.cut)
    }

    /// The one to look at: what failed, else what runs, else what was done last.
    private func current(_ steps: [Step]) -> Step? {
        steps.first { $0.state == .failed } ?? steps.first { $0.state == .running }
            ?? steps.last { $0.state == .done } ?? steps.first
    }

    // MARK: instances

    private func lines(_ area: Rect, _ glyphs: Glyphs) -> [StyledText] {
        func text(_ step: Step) -> StyledText { StyledText(step.name + " ") + step.mark(glyphs) + step.tail }
        let all = packed(instances.map(text), width: area.width)
        guard all.count > area.height else { return all.map { joined($0) } }
        guard area.height > 0 else { return [] }
        let order = instances.indices.sorted { (instances[$0].state.rawValue, $0) < (instances[$1].state.rawValue, $1) }
        var rows = Array(packed(order.map { text(instances[$0]) }, width: area.width).prefix(area.height))
        // The last row keeps room for the number of those that are not shown.
        var last = rows.removeLast()
        var left = instances.count - rows.reduce(last.count) { $0 + $1.count }
        func more() -> StyledText { StyledText("\(glyphs.ellipsis) \(left) more", .dim) }
        while !last.isEmpty, joined(last + [more()]).width > area.width {
            last.removeLast()
            left += 1
        }
        return (rows + [last + [more()]]).map { joined($0) }
    }

    private func packed(_ texts: [StyledText], width: Int) -> [[StyledText]] {
        var (rows, used) = ([[StyledText]](), 0)
        for text in texts {
            if !rows.isEmpty, used + Self.gap + text.width <= width {
                rows[rows.count - 1].append(text)
                used += Self.gap + text.width
            } else {
                rows.append([text])
                used = text.width
            }
        }
        return rows
    }

    private func joined(_ texts: [StyledText]) -> StyledText {
        texts.enumerated().reduce(StyledText()) { line, next in
            line + (next.offset > 0 ? StyledText(String(repeating: " ", count: Self.gap)) : "") + next.element
        }
    }
}
