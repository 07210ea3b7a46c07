package import Core

/// A page of text over all panes.
package struct Page: Hashable, Sendable {
    /// What it is about.
    package enum Subject: Hashable, Sendable {
        case why(InstanceName)
        case graph, system, messages
    }

    package let subject: Subject
    /// The first line in view.
    package internal(set) var top = 0
    package internal(set) var facts: Inquirer

    init(_ subject: Subject) {
        self.subject = subject
        facts =
            switch subject {
            case .why(let name): Inquirer(.why(name))
            case .graph: Inquirer(.graph)
            case .system: Inquirer(.machine)
            case .messages: Inquirer()
            }
    }
}

/// A message that was shown.
package struct Said: Hashable, Sendable {
    /// Messages kept; the oldest are dropped.
    package static let most = 200

    package var toast: Toast
    /// By the engine's clock; nil before the first connection.
    package var at: WallTime?
}

/// The machine as it was told last, and its traffic since the page was opened first: bytes a second, summed up.
package struct MachineHistory: Hashable, Sendable {
    package private(set) var info: MachineInfo?
    package private(set) var received = History()
    package private(set) var sent = History()
    package private(set) var read = History()
    package private(set) var written = History()

    package init() {}

    mutating func append(_ new: MachineInfo) {
        info = new
        take(new.interfaces.compactMap(\.receiving), into: &received)
        take(new.interfaces.compactMap(\.sending), into: &sent)
        take(new.disks.compactMap(\.read), into: &read)
        take(new.disks.compactMap(\.written), into: &written)
    }

    /// Rates are between two looks: the first has none.
    private func take(_ rates: [Double], into history: inout History) {
        if !rates.isEmpty { history.append(rates.reduce(0, +)) }
    }
}

extension State {
    /// A page lies over all processes and names none: nobody could see what is acted on.
    var showsNoProcess: Bool {
        guard arrangement == .zoomed(.page), let page else { return false }
        if case .why = page.subject { return false }
        return true
    }

    /// Opens a page, or closes it when it is open.
    mutating func openPage(_ action: Action) -> [Command] {
        let subject: Page.Subject? =
            switch action {
            case .why: list.selected.map { .why($0) }
            case .graph: .graph
            case .system: .system
            case .messages: .messages
            default: nil
            }
        guard let subject else { return [] }
        let commands = showSelected()
        if page?.subject == subject, arrangement == .zoomed(.page) {
            arrangement = .panes
            focus = .list
            keepFocus()
            return commands
        }
        page = Page(subject)
        arrangement = .zoomed(.page)
        focus = .page
        return commands
    }

    mutating func remember(_ toast: Toast) {
        if said.count == Said.most { said.removeFirst() }
        said.append(Said(toast: toast, at: live.engineTime(at: now)))
    }
}
