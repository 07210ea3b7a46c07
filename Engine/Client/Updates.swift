/// What `OpenDaemon.watch()` yields: first a snapshot, then differences. After a reconnect or a gap the events that were
/// missed come, when the engine still has them; else, and after an overflow, another snapshot, which replaces all that
/// came before.
public enum FleetUpdate: Hashable, Sendable {
    case snapshot(FleetSnapshot)
    /// Numbers rise by one from the snapshot's `seq`; there is never a gap.
    case event(FleetEvent)
    /// Once a second; an unread one is replaced by the next.
    case metrics(FleetMetrics)
    /// The connection is gone; what was shown is getting old. The client goes on trying by itself. To another machine
    /// it comes after each attempt that failed, and says why.
    case disconnected(Failure)
    /// Connected again; what was missed follows, as events or as a snapshot.
    case reconnected(HelloResult)
}

/// What `OpenDaemon.events(matching:)` yields.
public enum EventUpdate: Hashable, Sendable {
    /// From here on each event that matches comes, with numbers above `seq`. Comes first, and again after a reconnect:
    /// what happened in between is told by `Methods.events` with `after`.
    case started(seq: UInt64)
    /// Numbers rise, over restarts of the engine too.
    case event(FleetEvent)
    /// So many that match were dropped, because engine and reader were not as fast as they came.
    case missed(Int)
    /// The connection is gone; the client goes on trying by itself.
    case disconnected(Failure)
    /// The engine refused the subscription; nothing follows.
    case failed(Failure)
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
