import Widgets

/// What was entered into the lines that are typed, so that it can be had again.
package struct Recall: Hashable, Sendable {
    /// The lines: each has a past of its own. Their names are those of the file of settings.
    package enum Line: String, Hashable, Sendable, CaseIterable {
        case filter, search, command
    }

    /// A walk through what was entered before.
    package struct Walk: Hashable, Sendable {
        /// So many steps back; 0: what is typed now.
        var back = 0
        /// What was typed before the walk.
        var draft = ""

        package init() {}
    }

    /// Texts kept of a line; the oldest is dropped.
    package static let most = 32
    /// Longer texts are not kept: all of them have room in the file of settings.
    package static let maxBytes = 256

    /// Oldest first.
    package private(set) var texts: [String] = []

    package init() {}

    /// As it was kept; what is too long, too much or no text of one line is left out.
    package init(_ texts: [String]) {
        for text in texts.suffix(Self.most) { enter(text) }
    }

    /// Remembers a text as the newest; nothing when it is empty.
    mutating func enter(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.maxBytes, Text.sanitize(text) == text else { return }
        texts.removeAll { $0 == text }
        if texts.count == Self.most { texts.removeFirst() }
        texts.append(text)
    }

    /// One step of a walk; nil where there is nothing further.
    ///
    /// - Parameter text: what stands in the line now.
    func step(older: Bool, _ walk: inout Walk, from text: String) -> String? {
        let back = walk.back + (older ? 1 : -1)
        guard (0...texts.count).contains(back) else { return nil }
        if walk.back == 0 { walk.draft = text }
        walk.back = back
        return back == 0 ? walk.draft : texts[texts.count - back]
    }
}

extension State {
    /// Remembers what was entered into a line.
    mutating func remember(_ text: String, in line: Recall.Line) {
        recalls[line, default: Recall()].enter(text)
    }
}

extension State.Prompt.Purpose {
    /// The line whose past the keys go through; nil where none is kept.
    var line: Recall.Line? {
        switch self {
        case .filter: .filter
        case .search: .search
        case .help: nil
        }
    }
}
