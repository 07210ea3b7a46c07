import CKernel
package import Core

/// Where the output of a run ends in a log, over all its files.
package struct LogEnd: Hashable, Sendable {
    package var path: String
    package var channel: LogChunk.Channel
    /// Position behind the last byte.
    package var position: UInt64
    /// Of the first byte; nil when an engine of before has begun to read the run.
    package var start: UInt64?

    package init(path: String, channel: LogChunk.Channel, position: UInt64, start: UInt64? = nil) {
        self.path = path
        self.channel = channel
        self.position = position
        self.start = start
    }
}

/// The last lines before a crash, in a file of their own: `LOG.RUN`, which rotation does not touch.
enum CrashLog {
    /// Bytes of each stream, at most.
    static let most = 1 << 20

    /// Copies the last lines of each stream and removes what is older than `Defaults.crashLogFiles` crashes. Blocks.
    /// Throws `OD7001` when a log cannot be read, `OD7002` when the file cannot be written.
    ///
    /// - Parameter since: when the run began, for ends that do not say where.
    static func keep(_ crash: CrashNote, _ ends: [LogEnd], since: WallTime? = nil) throws(Failure) {
        var bytes: [UInt8] = []
        var seen: Set<String> = []
        for end in ends.sorted(by: { $0.channel.rawValue < $1.channel.rawValue }) where seen.insert(end.path).inserted {
            let streams = ends.filter { $0.path == end.path }
            let lines = try lastLines(of: joined(streams, end), since, crash.lines)
            let name =
                streams.count > 1
                ? "stdout and stderr" : end.channel == .out ? "stdout" : "stderr"
            bytes += Array("[od] run \(crash.id.run) of \(crash.label): \(crash.text); the last of \(name):\n".utf8)
            bytes += lines
            if lines.last != nil, lines.last != LogBounds.newline { bytes.append(LogBounds.newline) }
        }
        do {
            try write(bytes, to: LogParts.path(crash.path, crash.id.run))
        } catch {
            throw Failure(
                .crashLogFailed, "the last lines of \(crash.label) were not kept", why: "\(error)",
                next: "look at the permissions of the folder, and whether its disk is full")
        }
        for found in LogParts.find(crash.path).dropLast(Defaults.crashLogFiles) {
            _ = LogParts.path(crash.path, found.number).withCString { od_remove($0) }
        }
    }

    /// From the first byte of the streams that share a log to their last; `one` is one of them.
    private static func joined(_ streams: [LogEnd], _ one: LogEnd) -> LogEnd {
        var all = one
        all.position = streams.map(\.position).max() ?? one.position
        let starts = streams.compactMap(\.start)
        all.start = starts.count == streams.count ? starts.min() : nil
        return all
    }

    /// The last lines of what a run has written, and of nothing that was there before it.
    private static func lastLines(
        of end: LogEnd, _ since: WallTime?, _ lines: Int
    ) throws(Failure) -> ArraySlice<UInt8> {
        let reader = LogReader(end.path)
        if end.start == nil, let since { try reader.seek(since: since) }
        let floor = end.start ?? reader.position
        try reader.seek(to: max(floor, end.position > UInt64(most) ? end.position - UInt64(most) : 0))
        var bytes: [UInt8] = []
        while true {
            let slice = try reader.read(64 << 10)
            guard !slice.bytes.isEmpty, slice.offset < end.position else { break }
            if slice.isRestarted { bytes = [] }
            bytes += slice.bytes.prefix(Int(end.position - slice.offset))
        }
        var from = bytes.endIndex
        var left = lines
        while from > bytes.startIndex {
            if bytes[from - 1] == LogBounds.newline, from < bytes.endIndex {
                left -= 1
                if left == 0 { break }
            }
            from -= 1
        }
        return bytes[from...]
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(Errno) {
        let unfinished = path + LogParts.unfinished
        _ = unfinished.withCString { od_remove($0) }
        var made = unfinished.withCString { od_make_beside($0) }
        if made == -Errno.noEntry {
            _ = try Errno.check(path.withCString { od_pump_make_parents($0) })
            made = unfinished.withCString { od_make_beside($0) }
        }
        let file = try Errno.check(made)
        defer { od_pump_close(file) }
        let written = bytes.withUnsafeBytes { od_pump_write(file, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count else {
            _ = unfinished.withCString { od_remove($0) }
            throw Errno(written < 0 ? Int32(-written) : Errno.noSpace)
        }
        _ = od_pump_datasync(file)
        _ = try Errno.check(unfinished.withCString { old in path.withCString { od_replace(old, $0) } })
    }
}
