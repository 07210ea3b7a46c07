import CKernel
package import Core

/// Where the output of a run ends in a log, over all its files.
package struct LogEnd: Hashable, Sendable {
    package var path: String
    package var channel: LogChunk.Channel
    /// Position behind the last byte.
    package var position: UInt64

    package init(path: String, channel: LogChunk.Channel, position: UInt64) {
        self.path = path
        self.channel = channel
        self.position = position
    }
}

/// The last lines before a crash, in a file of their own: `LOG.RUN`, which rotation does not touch.
enum CrashLog {
    /// Bytes of each stream, at most.
    static let most = 1 << 20

    /// Copies the last lines of each stream and removes what is older than `Defaults.crashLogFiles` crashes. Blocks.
    /// Throws `OD7001` when a log cannot be read, `OD7002` when the file cannot be written.
    static func keep(_ crash: CrashNote, _ ends: [LogEnd]) throws(Failure) {
        var bytes: [UInt8] = []
        var seen: Set<String> = []
        for end in ends.sorted(by: { $0.channel.rawValue < $1.channel.rawValue }) where seen.insert(end.path).inserted {
            let lines = try lastLines(of: end, crash.lines)
            let name =
                ends.filter { $0.path == end.path }.count > 1
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

    private static func lastLines(of end: LogEnd, _ lines: Int) throws(Failure) -> ArraySlice<UInt8> {
        let start = end.position > UInt64(most) ? end.position - UInt64(most) : 0
        let reader = LogReader(end.path, from: start)
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

/// Keeps the last lines before a crash, at once. Blocks. Throws as `CrashLog.keep`.
package func keepCrashLog(_ crash: CrashNote, _ ends: [LogEnd]) throws(Failure) {
    try CrashLog.keep(crash, ends)
}
