/// The signs that screens are made of, in a full set and in one that every terminal has.
package struct Glyphs: Hashable, Sendable {
    // Frames.
    package var topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical: Unicode.Scalar

    // Bars: done and left.
    package var full, empty: Unicode.Scalar

    /// Steps of a sparkline from nothing to full, one sample a cell; empty when braille is used, which shows two.
    package var steps: [Unicode.Scalar]

    /// Where in a cell the line of a graph runs, from below; empty when braille is used.
    package var levels: [Unicode.Scalar]

    // Scroll bars: what is in view, and the rest.
    package var thumb, track: Unicode.Scalar

    // Marks of states.
    package var online, starting, waiting, stopping, stopped, errored, created: String

    // Other marks of one column.
    package var check, cross, warning, pointer, marked, selected, up, down, left, right, separator: String
    /// Behind text that was cut.
    package var ellipsis: String
    /// Lines of a tree: a child, the last child, the stroke past a child.
    package var branch, lastBranch, stroke: String

    package static let unicode = Glyphs(
        topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯", horizontal: "─", vertical: "│",
        full: "▓", empty: "░", steps: [], levels: [], thumb: "┃", track: "│",
        online: "●", starting: "◐", waiting: "◌", stopping: "◑", stopped: "■", errored: "✖", created: "·",
        check: "✔", cross: "✖", warning: "▲", pointer: "▸", marked: "*", selected: "▌", up: "▲", down: "▼",
        left: "←", right: "→", separator: "·", ellipsis: "…", branch: "├", lastBranch: "└", stroke: "│")

    package static let ascii = Glyphs(
        topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+", horizontal: "-", vertical: "|",
        full: "#", empty: "-", steps: ["_", ".", "-", "=", "#"], levels: ["_", "-", "\""], thumb: "#", track: "|",
        online: "*", starting: "~", waiting: "o", stopping: "%", stopped: "=", errored: "x", created: ".",
        check: "v", cross: "x", warning: "!", pointer: ">", marked: "*", selected: ">", up: "^", down: "v",
        left: "<", right: ">", separator: "-", ellipsis: "~", branch: "|", lastBranch: "`", stroke: "|")

    /// What `ellipsis` does to text that is too long.
    package var cut: Cut { .mark(ellipsis) }
}
