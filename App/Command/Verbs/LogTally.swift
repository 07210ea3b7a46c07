internal import Core
internal import OpenDaemon

/// What came of the last lines that were asked for, so that whoever gets fewer learns why.
struct LogTally: Hashable {
    private let asked: Int
    private var lines = 0
    private var bytes = 0
    private var endsLine = true
    /// All that was there has come.
    private(set) var isComplete = false

    /// nil where all lines come that there are.
    init?(_ request: LogRequest) {
        guard request.since == nil, request.until == nil, let last = request.last else { return nil }
        asked = last
    }

    mutating func add(_ update: LogUpdate) {
        guard !isComplete, case .chunk(let chunk) = update else { return }
        lines += chunk.bytes.count { $0 == 0x0A }
        bytes += chunk.bytes.count
        if let last = chunk.bytes.last { endsLine = last == 0x0A }
        isComplete = chunk.caughtUp || chunk.last
    }

    var isEmpty: Bool { bytes == 0 }

    /// There may be more lines than those that came: `Defaults.logTail` bytes of them came.
    var isCut: Bool {
        // What is cut off is less than a line, and those that are longer than this come in pieces.
        lines + (endsLine ? 0 : 1) < asked && bytes + LogWriter.longestLine > Defaults.logTail
    }

    /// What to say of it; nil for nothing.
    var words: String? {
        guard isCut else { return nil }
        return "only the last \(lines) lines are shown, which are \(bytes >> 20) MB: od logs --since 10000d shows all"
    }
}
