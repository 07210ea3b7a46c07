import Core

/// A mistake that is planted between the kernel and the world, to see that the simulator finds it.
enum Mutation: String, CaseIterable {
    /// Exits are stored, and the keeper never hears of it.
    case dropsAcknowledges
    /// The keeper may forget an exit before it is stored.
    case acknowledgesTooEarly
    /// A command is answered, and obeyed, before it is stored.
    case answersBeforeStoring
    /// A timer is not armed.
    case forgetsTimers
    /// A run is asked for twice, under two numbers.
    case doublesSpawns
    /// That the last process of a tree is gone is not heard.
    case ignoresGone
    /// What a program leaves behind is not counted.
    case overlooksOrphans
    /// An exit is not written.
    case losesExits
    /// A program is taken for ready before it is.
    case claimsReadiness
    /// An event is published twice.
    case repeatsEvents
    /// The kernel does not hear of what an app depends on.
    case forgetsDependencies
    /// To have begun is enough for all that others depend on.
    case weakensConditions

    /// It can be made only where apps depend on each other.
    var needsOrder: Bool { self == .forgetsDependencies || self == .weakensConditions }

    /// The mistake is made each third time.
    static let every = 3
}
