/// What `OpenDaemon.watch()` yields: first a snapshot, then differences. After a reconnect, a gap or an overflow
/// another snapshot comes, which replaces all that came before.
public enum FleetUpdate: Hashable, Sendable {
    case snapshot(FleetSnapshot)
    /// Numbers rise by one from the snapshot's `seq`; there is never a gap.
    case event(FleetEvent)
    /// Once a second; an unread one is replaced by the next.
    case metrics(FleetMetrics)
    /// The connection is gone; what was shown is getting old. The client goes on trying by itself.
    case disconnected(Failure)
    /// Connected again; a snapshot follows.
    case reconnected(HelloResult)
}

/// What `OpenDaemon.logs(_:)` yields.
public enum LogUpdate: Hashable, Sendable {
    /// The files of the stream; comes first, and again when a reconnect finds others.
    case opened(LogStreamResult)
    /// Bytes of one file. Offsets of a file follow each other without gap or overlap, reconnects included, as long as
    /// the file itself was not rotated or cut meanwhile.
    case chunk(LogChunk)
    /// The stream cannot go on; nothing follows.
    case failed(Failure)
}
