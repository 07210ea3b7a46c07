package import Core

/// Which process a run is: how a later keeper finds it when all of ours were killed. Kept for the last run of each
/// instance.
package struct ProcessRecord: Hashable, Sendable {
    package var id: RunID
    package var pid: Int32
    /// Clock ticks after boot at which it started (field 22 of /proc/PID/stat): with pid and boot its identity.
    package var ticks: UInt64
    /// When it was started, on the boot clock.
    package var since: Instant

    package init(id: RunID, pid: Int32, ticks: UInt64, since: Instant) {
        self.id = id
        self.pid = pid
        self.ticks = ticks
        self.since = since
    }
}
