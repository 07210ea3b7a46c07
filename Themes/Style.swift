/// What a piece of the screen means. A theme gives each role its colours; views and goldens know roles only.
package enum Role: UInt8, Hashable, Sendable, CaseIterable {
    /// Ordinary text on the ordinary background.
    case text
    /// Secondary text: labels, units, hints.
    case dim
    /// What should catch the eye: the product's own colour.
    case accent
    /// Column headings and titles of panes.
    case heading
    /// Lines around panes, and around the pane that has the focus.
    case frame, frameFocused
    /// The selected row, where its pane has the focus and where not.
    case selection, selectionUnfocused
    /// States of instances.
    case online, starting, waiting, stopping, stopped, errored
    /// Messages by weight.
    case info, success, warning, error
    /// A key in the footer and in help.
    case key
    /// Sparklines and bars, by how high the value is.
    case graphLow, graphMiddle, graphHigh
    /// A place that matches a search.
    case match
    /// A dialog's text and its chosen button.
    case dialog, button, buttonChosen
    /// The colours that programs give to their own log lines (SGR 31-36); black and white become `dim` and `text`.
    case logRed, logGreen, logYellow, logBlue, logMagenta, logCyan
}

/// A role and attributes. Two bytes, no colours.
package struct Style: Hashable, Sendable {
    /// How text is shown beside its colour.
    package struct Attributes: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let bold = Attributes(rawValue: 1)
        package static let underline = Attributes(rawValue: 2)
        package static let reverse = Attributes(rawValue: 4)
        package static let dim = Attributes(rawValue: 8)
    }

    package var role: Role
    package var attributes: Attributes

    package init(_ role: Role, _ attributes: Attributes = []) {
        self.role = role
        self.attributes = attributes
    }

    package static let text = Style(.text)
}
