import Core

/// How far a log stream has been read, file by file, so that it can go on after a pause or a reconnect.
struct LogCursor: Equatable, Sendable {
    private struct File: Hashable {
        var process: UInt32
        var channel: LogChunk.Channel
    }

    private let request: LogRequest
    private var offsets: [File: UInt64] = [:]
    private var ended: Set<File> = []
    /// Those of which all was read that was there, once.
    private var live: Set<File> = []
    private var files: [LogStreamResult.File]?
    /// What is new came then or later.
    private var newSince: WallTime?

    init(_ request: LogRequest) {
        self.request = request
        for position in request.resume {
            let file = File(process: position.process, channel: position.channel)
            offsets[file] = position.offset
            if position.caughtUp == true { live.insert(file) }
        }
    }

    /// The request that goes on where the last chunks ended.
    var rest: LogRequest {
        var rest = request
        rest.resume = offsets.map {
            LogRequest.Position(
                process: $0.process, channel: $0.channel, offset: $1, caughtUp: live.contains($0) ? true : nil)
        }
        .sorted { ($0.process, $0.channel.rawValue) < ($1.process, $1.channel.rawValue) }
        if !offsets.isEmpty { rest.since = newSince ?? request.since }
        return rest
    }

    /// There are other files: those that are not known begin at a time.
    mutating func outdate(_ since: WallTime?) {
        newSince = since
    }

    /// Every file of the stream has come to its end.
    var isFinished: Bool {
        // Who follows all apps waits for the first of them.
        if request.follow, files?.isEmpty == true { return false }
        return files?.allSatisfy { ended.contains(File(process: $0.process, channel: $0.channel)) } ?? false
    }

    /// - Returns: true when the reader does not know these files yet.
    mutating func opened(_ result: LogStreamResult) -> Bool {
        defer { files = result.files }
        return files != result.files
    }

    mutating func read(_ chunk: LogChunk) {
        let file = File(process: chunk.process, channel: chunk.channel)
        // What we say instead of a file that cannot be read has no place in it.
        if !(chunk.isNote && chunk.last), !chunk.isEmptied { offsets[file] = chunk.end }
        if chunk.caughtUp { live.insert(file) }
        if chunk.last { ended.insert(file) }
    }
}
