package import Core
package import Widgets

/// The dashboard as a value: what is known, what is shown, what is typed. `update` changes it, views read it.
package struct State: Sendable {
    /// What has the keys.
    package enum Pane: String, Hashable, Sendable {
        case list, detail, log
        /// A page over all panes.
        case page
    }

    /// How the panes share the screen.
    package enum Arrangement: Hashable, Sendable {
        case panes
        /// One pane has all of it.
        case zoomed(Pane)
        /// The details and the log of the selected process have all of it.
        case opened
    }

    /// Whether an engine tells what happens.
    package enum Link: Hashable, Sendable {
        case connecting
        case live
        case lost(Failure, since: Instant)
    }

    /// Text that is being typed, and for what.
    package struct Prompt: Hashable, Sendable {
        /// What is done with the text.
        package enum Purpose: Hashable, Sendable { case filter, search, help }

        /// Longer text is not taken.
        package static let maxLength = 200

        package var purpose: Purpose
        package var field: TextField
        /// Where the keys have come to in what was entered before.
        var walk = Recall.Walk()

        package init(purpose: Purpose, text: String) {
            self.purpose = purpose
            field = TextField(text)
        }

        package var text: String { field.text }
    }

    /// The page of keys.
    package struct Help: Hashable, Sendable {
        package var top = 0
        package var filter = ""
    }

    /// A call whose answer has not come.
    struct Pending: Hashable, Sendable {
        var call: Call
        var since: Instant
    }

    /// Calls under way at once; more are refused with a message.
    static let maxPending = 64
    /// Messages kept; the oldest goes.
    static let maxToasts = 8
    /// The panes beside the list follow the selection when it has rested so long, milliseconds.
    package static let rest = 300
    /// How long to wait for the number of clients before the dashboard asks without it, milliseconds.
    static let patience = 1000

    package internal(set) var now = Instant(nanoseconds: 0)
    package internal(set) var size: Size
    package internal(set) var link = Link.connecting
    /// This dashboard's engine lives as long as the dashboard, until it is detached.
    package internal(set) var isOwner: Bool
    /// The fleet of now.
    package internal(set) var live = Fleet()
    /// The moment that is looked back at; nil: it is now.
    package internal(set) var past: Past?
    package internal(set) var list = Listing()
    package internal(set) var log = LogReader()
    /// The process of the panes beside the list.
    package internal(set) var shown: InstanceName?
    package internal(set) var detail: ProcessDetail?
    package internal(set) var detailTop = 0
    /// The tab of the details that was chosen; `shownTab` is the one to see.
    package internal(set) var tab = Tab.info
    /// What the tab shows.
    package internal(set) var tabFacts = Inquirer()
    /// Shown while the arrangement is `.zoomed(.page)`.
    package internal(set) var page: Page?
    package internal(set) var machine = MachineHistory()
    /// What was said, oldest first.
    package internal(set) var said: [Said] = []
    /// Nothing can be changed from here.
    package let isReadOnly: Bool
    /// The other machine whose dashboard this is, as `--host` takes it; nil for this one.
    var remote: String?
    package internal(set) var focus = Pane.list
    package internal(set) var arrangement = Arrangement.panes
    package internal(set) var division = Division()
    /// The pane that had the keys before others of them were shown.
    var focusOfPresets: Pane?
    package internal(set) var prompt: Prompt?
    package internal(set) var question: Question?
    package internal(set) var form: Form?
    package internal(set) var help: Help?
    package internal(set) var chooser: Chooser?
    package internal(set) var look: Look
    /// Those of the table, or what the user has made of them.
    package let keys: Keys
    /// The mouse reports to the dashboard; else the terminal has it.
    package internal(set) var hasMouse = true
    package internal(set) var toasts: [Toast] = []
    /// Seconds by which the clock of the place is ahead of UTC.
    package internal(set) var utcOffset: Int
    /// All apps are being stopped; the dashboard leaves when they are.
    package internal(set) var isStoppingAll = false

    /// What the last stop was for: it can be taken back.
    var stopped: [InstanceName] = []
    /// How many instances apps had before they were scaled last.
    var scaled: [AppName: Int] = [:]
    var lastClick: (place: Mouse, at: Instant)?
    /// The edge that the mouse holds.
    var drag: Drag?
    /// What the user's file of settings says.
    var kept = Settings()
    /// What was entered into lines.
    var recalls: [Recall.Line: Recall] = [:]
    /// The process that was open in the dashboard before, until the fleet is known.
    var wanted: String?
    /// Dashboards side by side, this one among them.
    var hostCount = 1
    /// Another one is shown: nothing is asked for meanwhile.
    var isHidden = false
    /// The log was followed when another one was shown.
    var isLogParked = false
    var pending: [Int: Pending] = [:]
    /// How starts go that were asked for from here.
    var outcomes: [InstanceName: Outcome] = [:]
    var calls = 0
    /// Whose first process is to be selected.
    var project: String?
    /// To be said once there is a clock.
    var notes: [String] = []
    /// When the selection has rested.
    var restsAt: Instant?
    /// When the dashboard stops to wait for the number of clients.
    var asksAt: Instant?

    /// - Parameters:
    ///   - isOwner: it asked for an engine of its own, which ends with it unless it is detached.
    ///   - keys: what keys do.
    ///   - settings: what was kept from an earlier dashboard.
    ///   - utcOffset: seconds by which the clock of the place is ahead of UTC.
    ///   - isReadOnly: keys that change something do nothing.
    ///   - project: its first process is selected when the fleet is known.
    ///   - notes: what was wrong with the user's own files; shown as warnings.
    package init(
        size: Size, isOwner: Bool, look: Look = Look(), keys: Keys = .standard, settings: Settings = Settings(),
        notes: [String] = [], utcOffset: Int = 0, isReadOnly: Bool = false,
        project: String? = nil, remote: String? = nil
    ) {
        self.project = project
        self.remote = remote
        self.isReadOnly = isReadOnly
        self.utcOffset = utcOffset
        self.size = size
        self.isOwner = isOwner
        self.look = look
        self.keys = keys
        restore(settings)
        if project != nil { makeRoom() }
        self.notes = notes
    }

    /// The next moment at which something changes by itself; nil when nothing does.
    package var wakesAt: Instant? {
        var moments = isHidden ? [] : toasts.compactMap(\.until) + [restsAt, asksAt, inquiresAt].compactMap { $0 }
        // The age of what is shown.
        if case .lost(_, let since) = link {
            moments.append(since.advanced(byMilliseconds: (now.milliseconds(since: since) / 1000 + 1) * 1000))
        }
        return moments.min()
    }

    /// The selected row.
    package var selected: Fleet.Row? { list.selected.flatMap { fleet.rows[$0] } }
    /// The row of the panes beside the list.
    package var shownRow: Fleet.Row? { shown.flatMap { fleet.rows[$0] } }

    /// The name as short as it can be without meaning another one too: what a person types after `od restart`.
    package func shortName(_ name: InstanceName) -> String {
        fleet.isAlone(name) ? appName(name) : "\(appName(name))#\(name.instance)"
    }

    /// The same for the app that `name` belongs to.
    package func appName(_ name: InstanceName) -> String {
        let isShared =
            fleet.hasNamespaces
            && fleet.rows.keys.contains { $0.name == name.name && $0.namespace != name.namespace }
        return isShared ? "\(name.namespace)/\(name.name)" : name.name
    }
}
