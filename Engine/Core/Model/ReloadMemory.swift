/// What is remembered of the reload of an instance, so that it outlives the engine.
package struct ReloadMemory: Hashable, Sendable, Codable {
    /// A run later than this one is to take over; nil when no reload is under way.
    package var wants: UInt64?
    /// The run that is the instance's own though a later one was begun; nil when its last run is.
    package var present: UInt64?
    /// Why the last reload came to nothing.
    package var trouble: String?

    package init(wants: UInt64? = nil, present: UInt64? = nil, trouble: String? = nil) {
        self.wants = wants
        self.present = present
        self.trouble = trouble
    }

    /// nil for one that says nothing.
    var stored: ReloadMemory? { self == ReloadMemory() ? nil : self }
}
