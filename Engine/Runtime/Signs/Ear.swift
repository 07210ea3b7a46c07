import Core

/// What is known of one run that is heard. Lives on the thread of the watch.
struct Ear {
    /// A descriptor by which it speaks.
    struct Source {
        let descriptor: Descriptor
        /// What epoll reports.
        let tag: UInt64
        /// Bytes that were looked at and are not taken yet.
        var looked: Int?
        /// What was looked at comes of a stranger: the next is not looked at so soon.
        var isFlooded = false
        var lines = ChannelLines()
    }

    let id: RunID
    /// Its main process, and the user of that; negative when it was gone already.
    let pid: Int32
    let user: Int32
    var sources: [SignSource: Source] = [:]
    /// The idiom that makes it ready, until it has been heard.
    var awaits: Readiness.Notify?
    /// The same for a port, and for a line of its output.
    var port: UInt16?
    var log: LineMatch?
    /// What is to be told next time, and when something was told, nanoseconds.
    var status: String?
    var isAlive = false
    var toldAt: Int64 = 0

    init(id: RunID, pid: Int32, user: Int32) {
        self.id = id
        self.pid = pid
        self.user = user
    }
}

/// The lines of node's channel. Only one of them means anything to us.
struct ChannelLines {
    /// The beginning of a line whose end has not come; nil within a line that is too long.
    private var rest: [UInt8]? = []

    private static let ready = Array(#""ready""#.utf8)
    private static let newline = LogBounds.newline

    /// Whether one of the lines that end in these bytes says `ready`. They are not taken yet.
    func isReady(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var start = 0
        var first = rest
        while let end = bytes[start...].firstIndex(of: Self.newline) {
            let line = bytes[start..<end]
            if let head = first, head.isEmpty ? line.elementsEqual(Self.ready) : head + line == Self.ready {
                return true
            }
            first = []
            start = end + 1
        }
        return false
    }

    /// They are: what is left of them begins the next line.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        guard let end = bytes.lastIndex(of: Self.newline) else {
            // No message that means something is longer than the one that we know.
            let length = (rest?.count ?? 0) + bytes.count
            rest = length > Self.ready.count ? nil : rest.map { $0 + bytes }
            return
        }
        let tail = bytes[(end + 1)...]
        rest = tail.count > Self.ready.count ? nil : Array(tail)
    }
}

/// A message of sd_notify(3): lines of `KEY=VALUE`. MAINPID is ignored, since the keeper knows whom it has started;
/// so are keys that are not named here.
struct NotifyMessage {
    var isReady = false
    /// WATCHDOG=1
    var isAlive = false
    /// STATUS, cut; empty takes it back.
    var status: String?

    init(_ bytes: UnsafeRawBufferPointer) {
        for line in bytes.split(separator: LogBounds.newline) {
            if line.elementsEqual("READY=1".utf8) {
                isReady = true
            } else if line.elementsEqual("WATCHDOG=1".utf8) {
                isAlive = true
            } else if line.elementsEqual("STOPPING=1".utf8) {
                status = status ?? "stopping"
            } else if line.elementsEqual("RELOADING=1".utf8) {
                status = status ?? "reloading"
            } else if line.starts(with: "STATUS=".utf8) {
                let text = line.dropFirst("STATUS=".utf8.count).prefix(Defaults.statusLength)
                status = String(decoding: text, as: UTF8.self)
            }
        }
    }
}

/// Looks for a line in the output of an app, as it comes.
struct LineMatch {
    /// Bytes of a line that are looked at; the rest of it is not.
    static let most = 1024

    private var search: PatternSearch
    private var open: [LogChunk.Channel: [UInt8]] = [:]

    /// nil for what is no regular expression.
    init?(_ pattern: String) {
        guard let pattern = try? LinePattern(pattern) else { return nil }
        search = PatternSearch(pattern)
    }

    /// Whether a line that ends in these bytes matches.
    mutating func matches(_ bytes: [UInt8], of channel: LogChunk.Channel) -> Bool {
        var line = open[channel] ?? []
        var start = 0
        while let end = bytes[start...].firstIndex(of: LogBounds.newline) {
            line += bytes[start..<end].prefix(max(0, Self.most - line.count))
            if search.matches(line) { return true }
            line = []
            start = end + 1
        }
        line += bytes[start...].prefix(max(0, Self.most - line.count))
        open[channel] = line
        return false
    }
}
