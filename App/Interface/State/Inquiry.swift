package import Core

/// What a tab or a page wants to know of the engine.
package enum Inquiry: Hashable, Sendable {
    case environment(InstanceName)
    case events(InstanceName)
    case files(InstanceName)
    case why(InstanceName)
    /// What had happened up to a moment.
    case eventsThen(InstanceName, WallTime)
    /// Why a process was as it was at a moment.
    case whyThen(InstanceInfo, WallTime)
    case graph
    case machine

    /// Events that are asked for.
    package static let mostEvents = 200
    /// The same for the story of a moment.
    package static let mostEventsOfStory = 40

    /// A page asks it, not a tab: both ask at the same time.
    package var isOfPage: Bool {
        switch self {
        case .environment, .events, .eventsThen, .files: false
        case .why, .whyThen, .graph, .machine: true
        }
    }

    /// Whom it is about.
    var name: InstanceName? {
        switch self {
        case .environment(let name), .events(let name), .files(let name), .why(let name): name
        // What was does not change.
        case .eventsThen, .whyThen, .graph, .machine: nil
        }
    }
}

/// The answer to an inquiry.
package enum Finding: Hashable, Sendable {
    case environment(ProcessEnvironment)
    /// Oldest first.
    case events([FleetEvent])
    case files(ProcessFiles)
    case story(ProcessStory)
    case graph(AppGraph)
    case machine(MachineInfo)
}

/// What is wanted, and what is known of it. What has changed is asked for anew, but not more often than once a second.
package struct Inquirer: Hashable, Sendable {
    /// Milliseconds between two questions.
    static let pause = 1000
    /// After so many milliseconds open files are asked for again.
    static let filesAge = 3000

    var inquiry: Inquiry?
    /// Of the last question; answers to others come too late.
    var number = 0
    package internal(set) var finding: Finding?
    package internal(set) var failure: Failure?
    var askedAt: Instant?
    /// The answer has not come.
    var isOpen = false
    /// What is known may not be so any more.
    var isStale = true

    init(_ inquiry: Inquiry? = nil) { self.inquiry = inquiry }

    /// When to ask; nil when there is nothing to ask, or an answer is to come.
    var due: Instant? {
        guard inquiry != nil, isStale, !isOpen else { return nil }
        return askedAt?.advanced(byMilliseconds: Self.pause) ?? Instant(nanoseconds: 0)
    }
}
