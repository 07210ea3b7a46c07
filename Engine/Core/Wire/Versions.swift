/// The versions of the client protocol that this build speaks: its own and the one before.
///
/// Version 2 added: the range of versions in `daemon.hello`, `deadline` and `key` of a request, batches, events after a
/// number instead of a snapshot, the token. All of it is optional, so that both versions travel in the same frames.
public enum Versions {
    public static let oldest = 1
    public static let newest = 2

    /// The newest version that both sides speak; nil when there is none.
    ///
    /// - Parameters:
    ///   - oldest: the oldest version of the other side.
    ///   - newest: its newest; nil for one that knows no ranges.
    public static func common(oldest: Int, newest: Int?) -> Int? {
        let both = min(newest ?? oldest, Self.newest)
        return both >= max(oldest, Self.oldest) ? both : nil
    }
}
