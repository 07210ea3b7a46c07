import Core

/// Sees to it that a follower does not fall behind for ever: nothing waits for it but files, but what is written faster
/// than it reads would never be read to its end.
struct LogLag: Sendable {
    /// Less is on its way to any client.
    static let least = 1 << 20
    /// Slices that are read before it is asked how much waits.
    private static let often = 16

    private let most: Int
    private let parts: Control.Parts
    private let path: String
    private var unasked = 0

    /// nil when the follower wants all.
    init?(_ request: LogRequest, path: String, _ parts: Control.Parts) {
        guard let lag = request.lag, request.follow, request.filter == nil else { return nil }
        most = max(lag, Self.least)
        self.path = path
        self.parts = parts
    }

    /// Called for each slice that is read: looks now and then.
    mutating func watch(_ reader: LogReader, _ slice: LogSlice) async throws -> LogGap? {
        unasked = slice.bytes.isEmpty ? 0 : unasked + 1
        guard unasked >= Self.often else { return nil }
        unasked = 0
        return try await overtake(reader)
    }

    /// Leaves out what lies before the newest lines when more waits than may; nil when there is less. Others have their
    /// turns while lines are counted.
    func overtake(_ reader: LogReader) async throws -> LogGap? {
        let (growth, path, most) = (parts.pump.growth, path, most)
        let range = try await parts.readers.run {
            try reader.overtaken(beyond: most, upTo: growth.length(of: path))
        }
        guard let range else { return nil }
        var gap = LogGap(position: range.lowerBound)
        while !Task.isCancelled {
            let before = gap
            let (after, isDone) = try await parts.readers.run {
                var gap = before
                let isDone = try reader.passOver(to: range, &gap, upTo: growth.length(of: path))
                return (gap, isDone)
            }
            gap = after
            if isDone { break }
        }
        return gap
    }
}
