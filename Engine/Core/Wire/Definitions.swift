/// Params of `process.change`: new definitions for apps that exist.
public struct ChangeRequest: Hashable, Sendable, Codable {
    /// One app as it is and as it is to be.
    public struct Change: Hashable, Sendable, Codable {
        /// What the sender believes the app is: when it is something else by now, nothing is changed.
        public var from: AppSpec
        /// Project and name are the same.
        public var to: AppSpec

        public init(from: AppSpec, to: AppSpec) {
            self.from = from
            self.to = to
        }
    }

    public var changes: [Change]

    public init(changes: [Change]) {
        self.changes = changes
    }
}

/// Params of `process.save`.
public struct SaveRequest: Hashable, Sendable, Codable {
    /// Write a dump without apps though the last one has some.
    public var force: Bool

    public init(force: Bool = false) {
        self.force = force
    }
}

/// The answer to `process.save`: what the dump holds.
public struct SaveResult: Hashable, Sendable, Codable {
    /// The file that was written.
    public var file: String
    /// How many apps it has, and how many instances that are to run again.
    public var apps: Int
    public var running: Int

    public init(file: String, apps: Int, running: Int) {
        self.file = file
        self.apps = apps
        self.running = running
    }
}

/// The answer to `process.resurrect`: what came of a dump.
public struct ResurrectResult: Hashable, Sendable, Codable {
    /// The dump that was read.
    public var file: String
    /// Why newer dumps were not: one line each.
    public var broken: [String]
    public var started: StartResult

    public init(file: String, broken: [String] = [], started: StartResult) {
        self.file = file
        self.broken = broken
        self.started = started
    }
}

/// An app in a dump.
public struct SavedApp: Hashable, Sendable, Codable {
    public var spec: AppSpec
    /// Numbers of the instances that were wanted to run.
    public var running: [Int]

    public init(spec: AppSpec, running: [Int]) {
        self.spec = spec
        self.running = running
    }
}

extension Methods {
    public static let definition = Method<TargetRequest, [AppSpec]>(
        "process.definition", "Tells the definitions of apps, the values of all variables included.")
    public static let change = Method<ChangeRequest, ApplyResult>(
        "process.change", "Gives apps another definition, and restarts those that need it; stopped ones stay so.",
        changes: true)
    public static let save = Method<SaveRequest, SaveResult>(
        "process.save", "Writes all apps into a dump beside the last ones.")
    public static let resurrect = Method<Nothing, ResurrectResult>(
        "process.resurrect", "Brings back what the newest dump that is whole has and the fleet has not.")
}
