import Core
import Themes
import Widgets

/// Environment, events, files and ports of one process.
enum TabView {
    /// Names longer than this are not waited for by the values of others.
    private static let nameWidth = 24

    static func lines(_ state: State, width: Int) -> [StyledText] {
        let facts = state.tabFacts
        let text: [StyledText] =
            switch facts.finding {
            case .environment(let found)?: environment(found)
            case .events(let events)?: self.events(events, state)
            case .files(let files)?: self.files(files)
            case .story?, .graph?, .machine?, nil: []
            }
        return (trouble(facts) + text).flatMap { $0.wrapped(to: width, indent: 2) }
    }

    /// What is the matter when there is nothing to show, or nothing new.
    static func trouble(_ facts: Inquirer) -> [StyledText] {
        if let failure = facts.failure {
            // An older engine does not know the question.
            let next = Text.sanitize(failure.next)
            return [
                StyledText(
                    " \(failure.code.rawValue) \(Text.sanitize(failure.what)): \(Text.sanitize(failure.why))", .error),
                StyledText(" " + next, .dim),
            ]
        }
        return facts.finding == nil ? [StyledText(" asking OpenDaemon", .dim)] : []
    }

    // MARK: - Environment

    private static func environment(_ found: ProcessEnvironment) -> [StyledText] {
        guard !found.variables.isEmpty else { return [StyledText(" its environment is empty", .dim)] }
        let names = found.variables.map { Text.width(Text.sanitize($0.name)) }.filter { $0 <= nameWidth }.max() ?? 0
        let hidden = found.variables.contains { $0.value == nil }
        let hint = StyledText(" \(FieldChange.stars) is secret: od env --show shows it", .dim)
        return found.variables.map { variable in
            let name = Text.sanitize(variable.name)
            let gap = String(repeating: " ", count: max(1, names - Text.width(name) + 1))
            let value =
                variable.value.map { StyledText(Text.sanitize($0)) } ?? StyledText(FieldChange.stars, .warning)
            return StyledText(" ") + StyledText(name, .heading) + StyledText(gap) + value
                + StyledText("  " + source(variable), .dim)
        } + (hidden ? [hint] : [])
    }

    /// `config shop.yaml:12`
    private static func source(_ variable: ProcessEnvironment.Variable) -> String {
        let word = variable.source == .flag ? "--env" : Text.sanitize(variable.source.rawValue)
        return word + (variable.place.map { " " + Text.sanitize($0) } ?? "")
    }

    // MARK: - Events

    /// The newest first.
    private static func events(_ events: [FleetEvent], _ state: State) -> [StyledText] {
        guard !events.isEmpty else { return [StyledText(" nothing that is known has happened to it", .dim)] }
        let today = state.fleet.engineTime(at: state.now).map { date($0, state) }
        let isAlone = Set(events.compactMap { $0.process?.instance }).count < 2
        return events.reversed().map { event in
            let day = date(event.at, state)
            let name = event.name.rawValue.replacing("process:", with: "")
            let who = isAlone ? "" : event.process.map { "#\($0.instance) " } ?? ""
            let gap = String(repeating: " ", count: max(1, 10 - name.count))
            return StyledText(" " + (day == today ? "" : day + " ") + clock(event.at, state) + "  ", .dim)
                + StyledText(who, .accent) + StyledText(name, event.role)
                + StyledText(event.message.map { gap + Text.sanitize($0) } ?? "")
        }
    }

    /// `11-21`
    private static func date(_ time: WallTime, _ state: State) -> String {
        String(local(time, state).dropFirst(5).prefix(5))
    }

    /// `09:24:17`
    static func clock(_ time: WallTime, _ state: State) -> String {
        String(local(time, state).dropFirst(11).prefix(8))
    }

    private static func local(_ time: WallTime, _ state: State) -> String {
        WallTime(milliseconds: time.milliseconds + Int64(state.utcOffset) * 1000).description
    }

    // MARK: - Files and ports

    private static func files(_ found: ProcessFiles) -> [StyledText] {
        guard found.processes > 0 else { return [StyledText(" it does not run", .dim)] }
        let limit = found.limit.map { " of at most \($0) each" } ?? ""
        let owners = found.processes == 1 ? "1 process" : "\(found.processes) processes"
        var lines = [StyledText(" \(found.open) open") + StyledText("\(limit), in \(owners)", .dim)]
        if found.hidden > 0 {
            lines.append(StyledText(" \(found.hidden) of another user cannot be looked into", .warning))
        }
        lines.append(StyledText(found.ports.isEmpty ? " listens nowhere" : " listens", .dim))
        lines += found.ports.map { port in
            let address = port.transport.hasSuffix("6") ? "[\(port.address)]" : port.address
            return StyledText("   ") + StyledText("\(port.port)", .accent)
                + StyledText("  \(Text.sanitize(port.transport)) \(Text.sanitize(address))", .dim)
        }
        let none = " no file on a disk: what is open are pipes, sockets and devices"
        lines.append(StyledText(found.files.isEmpty ? none : " files", .dim))
        lines += found.files.map { StyledText("   " + Text.sanitize($0)) }
        if found.isCut { lines.append(StyledText(" and more than are looked at", .dim)) }
        return lines
    }
}
