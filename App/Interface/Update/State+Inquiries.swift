import Core
import Widgets

// What the open tab and the open page want to know.
extension State {
    /// When something is to be asked for again.
    var inquiresAt: Instant? {
        guard link == .live else { return nil }
        return [tabFacts.due, pageFacts.due].compactMap { $0 }.min()
    }

    private var pageFacts: Inquirer { page?.facts ?? Inquirer() }

    private var tabInquiry: Inquiry? {
        guard layout.detail != nil, let name = shown, shownRow != nil else { return nil }
        switch shownTab {
        case .env: return .environment(name)
        case .events: return past?.shown.map { .eventsThen(name, $0) } ?? .events(name)
        case .files: return .files(name)
        case .info, .metrics: return nil
        }
    }

    /// What a page about a process wants: of now, or of the moment that is looked back at. nil: it was not there then.
    private func inquiry(about name: InstanceName) -> Inquiry? {
        guard let moment = past?.shown else { return .why(name) }
        return fleet.rows[name].map { .whyThen($0.process, moment) }
    }

    /// Asks for what is wanted and not known, or not any more.
    mutating func inquire() -> [Command] {
        if arrangement != .zoomed(.page) { page = nil }
        let wanted = tabInquiry
        if tabFacts.inquiry != wanted { tabFacts = Inquirer(wanted) }
        if case .why(let name)? = page?.subject {
            let wanted = inquiry(about: name)
            if page?.facts.inquiry != wanted { page?.facts = Inquirer(wanted) }
        }
        guard link == .live, !isHidden else { return [] }
        var commands: [Command] = []
        var facts = tabFacts
        if let command = question(of: &facts) {
            tabFacts = facts
            commands.append(command)
        }
        if var facts = page?.facts, let command = question(of: &facts) {
            page?.facts = facts
            commands.append(command)
        }
        return commands
    }

    private mutating func question(of facts: inout Inquirer) -> Command? {
        guard let due = facts.due, due <= now, let inquiry = facts.inquiry else { return nil }
        calls += 1
        (facts.number, facts.askedAt, facts.isOpen, facts.isStale) = (calls, now, true, false)
        return .ask(calls, inquiry)
    }

    mutating func take(_ finding: Finding, _ number: Int) -> [Command] {
        if tabFacts.number == number, tabFacts.isOpen { tabFacts.take(finding) }
        if page?.facts.number == number, page?.facts.isOpen == true {
            page?.facts.take(finding)
            if case .machine(let info) = finding { machine.append(info) }
        }
        return []
    }

    mutating func miss(_ failure: Failure, _ number: Int) {
        if tabFacts.number == number { tabFacts.miss(failure) }
        if page?.facts.number == number { page?.facts.miss(failure) }
    }

    // MARK: - What is not so any more

    /// Another engine answers now.
    mutating func askAnew() {
        tabFacts.isOpen = false
        page?.facts.isOpen = false
        expire()
    }

    /// Anything may have changed.
    mutating func expire() {
        tabFacts.isStale = true
        page?.facts.isStale = true
    }

    /// What an event is about.
    mutating func expire(by event: FleetEvent) {
        let app = event.process.map { AppName(InstanceName($0)) }
        for facts in [tabFacts, pageFacts] {
            let isTouched = facts.inquiry?.name.map { AppName($0) == app || app == nil } ?? (facts.inquiry == .graph)
            guard isTouched else { continue }
            if facts.inquiry?.isOfPage == true { page?.facts.isStale = true } else { tabFacts.isStale = true }
        }
    }

    /// New figures have come: those that no event tells of are old.
    mutating func expireFigures() {
        if page?.facts.inquiry == .machine { page?.facts.isStale = true }
        if case .files? = tabFacts.inquiry, let asked = tabFacts.askedAt,
            now.milliseconds(since: asked) >= Inquirer.filesAge
        {
            tabFacts.isStale = true
        }
    }
}

extension Inquirer {
    fileprivate mutating func take(_ finding: Finding) {
        (self.finding, failure, isOpen) = (finding, nil, false)
    }

    /// What was known stays, as it was.
    fileprivate mutating func miss(_ failure: Failure) {
        (self.failure, isOpen) = (failure, false)
    }
}
