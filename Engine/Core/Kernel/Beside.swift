extension Fleet {
    /// A run beside the instance's own while that is being replaced. There is none beside one that is down.
    struct Beside: Hashable, Sendable {
        enum Role: Hashable, Sendable {
            /// It is to take over as soon as it is online.
            case successor
            /// A successor that came to nothing, on its way out.
            case failed
            /// It has been replaced, and is on its way out.
            case retiring
        }

        var role: Role
        let run: UInt64
        var life: Lifecycle
    }

    /// How an own run ended that has to wait for another one beside it to be gone.
    struct Verdict: Hashable, Sendable {
        var exit: Exit
        /// Milliseconds.
        var uptime: Int
        var at: Instant
        var flaw: RunFlaw?
    }
}
