import Core

/// The streams that epoll may report, by tag: the index in the table and a count of its uses, so that a late report of
/// a stream that has gone finds nobody.
struct StreamTable {
    private var places: [(stream: LogStream?, uses: UInt32)] = []
    private var free: [Int] = []
    private let budget = PipeBudget()

    subscript(tag: UInt64) -> LogStream? {
        let index = Int(tag & 0xFFFF_FFFF)
        guard places.indices.contains(index), places[index].uses == UInt32(tag >> 32) else { return nil }
        return places[index].stream
    }

    /// Opens the spool of a source where the page of the file says, and gives the stream a place in both. nil when the
    /// file has too many streams, or the spool cannot be read.
    mutating func add(_ key: StreamKey, _ source: StreamSource, _ file: LogFile, _ writer: LogOrigin)
        -> LogStream?
    {
        guard let spool = try? Spool(source.spool, committed: file.committed(key)) else { return nil }
        let index = free.popLast() ?? places.count
        if index == places.count { places.append((nil, 0)) }
        let tag = UInt64(index) | UInt64(places[index].uses) << 32
        let stream = LogStream(key: key, pipe: source.pipe, spool: spool, file: file, tag: tag, budget: budget)
        stream.label = RecordLabel(writer, key.channel)
        places[index].stream = stream
        guard file.add(stream) else {
            remove(stream)
            return nil
        }
        return stream
    }

    mutating func remove(_ stream: LogStream) {
        let index = Int(stream.tag & 0xFFFF_FFFF)
        places[index].stream = nil
        // The highest use is the mailbox's tag.
        places[index].uses = (places[index].uses + 1) & 0x7FFF_FFFF
        free.append(index)
    }
}
