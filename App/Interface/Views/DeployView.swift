import Themes
package import Widgets

/// A deploy in a strip over the panes: stages and instances with frame, or one row where there is little room.
package enum DeployView {
    /// Rows of the strip with frame, stages and a row of instances.
    package static let tall = 4

    /// - Parameter key: what to press for a word; nil shows the words alone.
    package static func draw(
        _ deploy: Deploy, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs,
        key: (Deploy.Word) -> String? = { _ in nil }
    ) {
        guard area.height >= tall else { return drawRow(deploy, on: &canvas, in: area, glyphs, key) }
        let words = hint(deploy, key)
        let clock = StageStrip.clock(elapsed: deploy.elapsed, left: deploy.phase == .running ? deploy.left : nil)
        let separator = StyledText(words.isEmpty ? "" : " \(glyphs.separator) ", .dim)
        let (title, whole) = (title(deploy, glyphs), StyledText(clock, .dim) + separator + words)
        // Blanks around both, corners, and a stroke between them.
        let isWide = title.width + whole.width + 9 <= area.width
        let inner = Box(title: title, right: isWide ? whole : StyledText(clock, .dim), bottomRight: isWide ? "" : words)
            .draw(on: &canvas, in: area, glyphs: glyphs)
        strip(deploy, glyphs).draw(on: &canvas, in: inner, glyphs: glyphs)
    }

    private static func drawRow(
        _ deploy: Deploy, on canvas: inout Canvas, in area: Rect, _ glyphs: Glyphs, _ key: (Deploy.Word) -> String?
    ) {
        let words = hint(deploy, key)
        let lead =
            StyledText(" deploy ", .dim) + StyledText(Text.sanitize(deploy.app.name), .heading)
            + StyledText(deploy.parts.isEmpty ? "  " : " \(deploy.ready)/\(deploy.parts.count)  ")
        let used = canvas.text(lead, x: area.x, y: area.y, width: area.width, cut: glyphs.cut)
        let room = max(0, area.width - used)
        let wordsWidth = room >= words.width + 24 ? words.width + 2 : 0
        let place = Rect(x: area.x + used, y: area.y, width: room - wordsWidth, height: min(1, area.height))
        strip(deploy, glyphs).draw(on: &canvas, in: place, glyphs: glyphs)
        if wordsWidth > 0 { canvas.text(words, x: area.right - words.width - 1, y: area.y) }
    }

    private static func title(_ deploy: Deploy, _ glyphs: Glyphs) -> StyledText {
        var text =
            StyledText("Deploy \(Text.sanitize(deploy.app.name)) \(glyphs.right) ", .heading)
            + StyledText(Text.sanitize(deploy.version), .accent)
        let state =
            switch deploy.phase {
            case .running: StyledText(Text.sanitize(deploy.strategy), .dim)
            case .paused: StyledText("paused", .warning)
            case .done: StyledText("done", .success)
            case .rollingBack: StyledText("rolling back", .error)
            case .rolledBack: StyledText("rolled back", .error)
            }
        text += StyledText(" \(glyphs.separator) ", .dim) + state
        guard !deploy.parts.isEmpty else { return text }
        return text + StyledText(" \(deploy.ready)/\(deploy.parts.count)", .dim)
    }

    /// `p pause  R roll back`
    private static func hint(_ deploy: Deploy, _ key: (Deploy.Word) -> String?) -> StyledText {
        deploy.words.reduce(StyledText()) { line, word in
            let gap = line.isEmpty ? "" : "  "
            return line + StyledText(gap) + (key(word).map { StyledText($0 + " ", .key) } ?? "")
                + StyledText(word.rawValue, .dim)
        }
    }

    private static func strip(_ deploy: Deploy, _ glyphs: Glyphs) -> StageStrip {
        StageStrip(
            stages: deploy.stages.map { step(Text.sanitize($0.name), $0.progress) }, part: deploy.part,
            instances: deploy.parts.map { part in
                step("\(Text.sanitize(part.instance.name))#\(part.instance.instance)", part.progress, gate(part))
            }, note: note(deploy))
    }

    private static func note(_ deploy: Deploy) -> StyledText {
        switch deploy.phase {
        case .rollingBack(let why):
            StyledText("back to \(Text.sanitize(deploy.before ?? "what was")): ", .error)
                + StyledText(Text.sanitize(why))
        case .rolledBack(let why):
            StyledText("\(Text.sanitize(deploy.before ?? "what was")) runs again: ", .error)
                + StyledText(Text.sanitize(why))
        case .running, .paused:
            deploy.before.map { StyledText("fails back to \(Text.sanitize($0))", .dim) } ?? ""
        case .done: ""
        }
    }

    /// `waiting for health 4s of 30s`
    private static func gate(_ part: Deploy.Part) -> String? {
        guard let gate = part.gate, case .running(let time) = part.progress else { return nil }
        let limit = part.limit.map { " of \(Format.duration(milliseconds: $0))" } ?? ""
        return "waiting for \(Text.sanitize(gate)) \(Format.duration(milliseconds: time))\(limit)"
    }

    private static func step(_ name: String, _ progress: Deploy.Progress, _ gate: String? = nil) -> StageStrip.Step {
        switch progress {
        case .waiting: .init(name, .waiting)
        case .running(let time): .init(name, .running, gate ?? Format.duration(milliseconds: time))
        case .done(let time): .init(name, .done, Format.elapsed(milliseconds: time))
        case .failed(let why): .init(name, .failed, Text.sanitize(why))
        case .skipped: .init(name, .skipped)
        }
    }
}
