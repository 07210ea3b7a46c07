/// The replacement of an app's runs by those of another version, as far as it has come.
package struct Deploy: Hashable, Sendable {
    /// How far a stage is.
    package enum Progress: Hashable, Sendable {
        /// Not begun.
        case waiting
        /// Under way for so many milliseconds.
        case running(Int)
        /// It took so many milliseconds.
        case done(Int)
        case failed(String)
        /// Not needed.
        case skipped
    }

    /// A step on the way from the old runs to the new ones.
    package struct Stage: Hashable, Sendable {
        package var name: String
        package var progress: Progress

        package init(_ name: String, _ progress: Progress) {
            self.name = name
            self.progress = progress
        }
    }

    /// The part of one instance.
    package struct Part: Hashable, Sendable {
        package var instance: InstanceName
        package var progress: Progress
        /// What it must pass before the next one follows: `health`; nil while it waits for none.
        package var gate: String?
        /// Milliseconds that it has for the gate.
        package var limit: Int?

        package init(_ instance: InstanceName, _ progress: Progress, gate: String? = nil, limit: Int? = nil) {
            self.instance = instance
            self.progress = progress
            self.gate = gate
            self.limit = limit
        }
    }

    /// Where the whole of it stands.
    package enum Phase: Hashable, Sendable {
        case running
        /// It waits for a word; some of its instances are new and some old.
        case paused
        case done
        /// Why, in a line; the version before comes back.
        case rollingBack(String)
        /// Why; the version before is back.
        case rolledBack(String)
    }

    package var app: AppName
    package var version: String
    /// The version that it falls back to; nil: there is none.
    package var before: String?
    /// How instances are replaced: `rolling`.
    package var strategy: String
    package var phase: Phase
    package var stages: [Stage]
    package var parts: [Part]
    /// Milliseconds since it began, and until it will be done; nil where nobody can tell.
    package var elapsed: Int
    package var left: Int?

    package init(
        app: AppName, version: String, before: String? = nil, strategy: String, phase: Phase, stages: [Stage],
        parts: [Part] = [], elapsed: Int, left: Int? = nil
    ) {
        self.app = app
        self.version = version
        self.before = before
        self.strategy = strategy
        self.phase = phase
        self.stages = stages
        self.parts = parts
        self.elapsed = elapsed
        self.left = left
    }

    /// What can be said to it now.
    package enum Word: String, Hashable, Sendable, CaseIterable {
        case pause, resume, promote, rollBack = "roll back"
    }

    package var words: [Word] {
        switch phase {
        case .running: before == nil ? [.pause] : [.pause, .rollBack]
        case .paused: before == nil ? [.resume, .promote] : [.resume, .promote, .rollBack]
        case .done, .rollingBack, .rolledBack: []
        }
    }

    /// Instances that run the new version.
    package var ready: Int {
        parts.count { if case .done = $0.progress { true } else { false } }
    }

    /// How much is done, 0…1; nil where there is nothing to count.
    package var part: Double? { parts.isEmpty ? nil : Double(ready) / Double(parts.count) }
}
