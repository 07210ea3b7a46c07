package import Core
package import Widgets

/// The dashboards of one or of several daemons, side by side as tabs. The keys and the screen belong to the one that is
/// shown; the others take in what their daemons tell, and ask for nothing.
package struct Hosts: Sendable {
    /// What a dashboard wants done, and by the connection of which tab.
    package struct Wish: Hashable, Sendable {
        package var host: Int
        package var command: Command

        package init(host: Int, command: Command) {
            self.host = host
            self.command = command
        }
    }

    /// Tabs at most: each is a connection.
    package static let most = 16
    /// On a lower or narrower screen there is no row for the tabs; the keys turn them all the same.
    private static let (leastWidth, leastHeight) = (20, 8)

    /// What the tabs are called; a single one has no name.
    package let names: [String]
    package private(set) var states: [State]
    /// The tab that is shown.
    package private(set) var chosen = 0
    private var size: Size

    /// The dashboard of one daemon: the same as without tabs.
    package init(_ state: State) {
        names = [""]
        states = [state]
        size = state.size
    }

    /// A tab for each destination, the first one shown.
    ///
    /// - Parameters:
    ///   - destinations: as ssh takes them; at least one, at most `most`.
    ///   - state: what each begins with.
    package init(_ destinations: [String], each state: State) {
        names = Self.names(of: destinations)
        states = names.map { _ in state }
        size = state.size
        for index in states.indices {
            states[index].hostCount = names.count
            states[index].remote = destinations[index]
            states[index].isHidden = index > 0
            if index > 0 { states[index].notes = [] }
        }
        resize(to: size)
    }

    package var shown: State { states[chosen] }

    /// The next moment at which something changes by itself; nil when nothing does.
    package var wakesAt: Instant? { states.compactMap(\.wakesAt).min() }

    /// Takes in what happened and says what is to be done.
    ///
    /// - Parameters:
    ///   - host: the tab whose connection tells it; nil for the terminal.
    ///   - now: on the boot clock.
    package mutating func update(_ message: Message, of host: Int? = nil, at now: Instant) -> [Wish] {
        switch message {
        case .resized(let width, let height):
            resize(to: Size(width: width, height: height))
            return states.indices.flatMap { index in
                let own = states[index].size
                return update(index, .resized(width: own.width, height: own.height), at: now)
            }
        case .themes(let themes, let mistakes, let broken):
            // Mistakes are said once.
            return states.indices.flatMap { index in
                update(index, .themes(themes, mistakes: index == chosen ? mistakes : [], broken: broken), at: now)
            }
        case .ground, .tick: return states.indices.flatMap { update($0, message, at: now) }
        case .mouse(let mouse): return point(mouse, at: now)
        default: return update(host ?? chosen, message, at: now)
        }
    }

    private mutating func point(_ mouse: Mouse, at now: Instant) -> [Wish] {
        guard hasBar else { return update(chosen, .mouse(mouse), at: now) }
        guard mouse.y == 0 else {
            var inside = mouse
            inside.y -= 1
            return update(chosen, .mouse(inside), at: now)
        }
        guard mouse.kind == .press, shown.hasMouse, shown.place == .panes,
            let tab = HostBar.tab(at: mouse.x, self, width: size.width)
        else { return [] }
        return turn(to: tab, at: now)
    }

    private mutating func update(_ index: Int, _ message: Message, at now: Instant) -> [Wish] {
        guard states.indices.contains(index) else { return [] }
        return states[index].update(message, at: now).flatMap { command -> [Wish] in
            switch command {
            case .turn(let step):
                guard index == chosen else { return [] }
                return turn(to: (chosen + step % states.count + states.count) % states.count, at: now)
            case .save(let settings):
                // What is arranged is arranged for all of them.
                guard index == chosen else { return [] }
                for other in states.indices where other != index { states[other].adopt(settings) }
            default: break
            }
            return [Wish(host: index, command: command)]
        }
    }

    /// Shows another tab. The log of the one that is left is followed no more until it is shown again.
    private mutating func turn(to index: Int, at now: Instant) -> [Wish] {
        guard index != chosen else { return [] }
        let left = chosen
        chosen = index
        return states[left].hide().map { Wish(host: left, command: $0) }
            + states[index].comeBack(at: now).map { Wish(host: index, command: $0) }
    }

    // MARK: - The screen

    /// There is a row for the tabs.
    var hasBar: Bool { names.count > 1 && size.width >= Self.leastWidth && size.height >= Self.leastHeight }

    private mutating func resize(to new: Size) {
        size = new
        let height = hasBar ? size.height - 1 : size.height
        for index in states.indices { states[index].size = Size(width: size.width, height: height) }
    }

    /// The whole screen.
    package func view(glyphs: Glyphs) -> Canvas {
        guard hasBar else { return shown.view(glyphs: glyphs) }
        var canvas = Canvas(size: size)
        HostBar.draw(self, on: &canvas, in: Rect(x: 0, y: 0, width: size.width, height: 1), glyphs)
        canvas.lay(shown.view(glyphs: glyphs), x: 0, y: 1)
        return canvas
    }

    // MARK: - Names

    /// `web1` for `deploy@web1`, where that can mean no other.
    private static func names(of destinations: [String]) -> [String] {
        let short = destinations.map { String($0.split(separator: "@").last ?? Substring($0)) }
        return zip(destinations, short).map { whole, part in
            short.count { $0 == part } == 1 && !part.isEmpty ? part : whole
        }
    }
}

extension State {
    /// Another tab is shown.
    mutating func hide() -> [Command] {
        isHidden = true
        (drag, lastClick) = (nil, nil)
        guard past == nil, log.process != nil, log.follows else { return [] }
        isLogParked = true
        return [.followLogs(stream: log.stream, nil)]
    }

    /// It is shown again: what was put off is done.
    mutating func comeBack(at moment: Instant) -> [Command] {
        isHidden = false
        let reopens = isLogParked
        isLogParked = false
        return (reopens ? reopenLog() : []) + update(.tick, at: moment)
    }

    /// What was arranged in another tab; filter, focus and what is open are each tab's own.
    mutating func adopt(_ settings: Settings) {
        var mine = settings
        let own = self.settings
        (mine.focus, mine.opened, mine.process, mine.tab) = (own.focus, own.opened, own.process, own.tab)
        let (before, open) = (wanted, arrangement)
        restore(mine)
        // A page that is open stays so, and nobody is selected anew.
        (wanted, arrangement) = (before, open)
        _ = refresh(resort: true)
    }
}
