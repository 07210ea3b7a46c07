import CKernel
package import Core

extension LogReader {
    /// A tail looks at so many bytes at most; fewer lines come when they are longer.
    package static let maxTail = Defaults.logTail
    private static let block = 64 << 10
    /// So many bytes are inflated for it at most: whoever owns the folder of a log may have put any file there.
    private static let maxInflated: UInt64 = 1 << 30

    /// Goes to where the last `lines` lines before the position `end` begin, or before the end of all; a line without its
    /// end is one. `limit` as for `read`.
    ///
    /// Throws `OD7001` when a file cannot be read; a log without files is empty.
    package func seek(toLast lines: Int, before end: UInt64? = nil, upTo limit: UInt64? = nil) throws(Failure) {
        try ask { state throws(Errno) in
            leave(&state)
            state.position = 0
            guard let written = try openWritten(&state), let length = try written.length() else { return }
            let stop = min(end ?? .max, written.base + min(length, limit ?? .max))
            var left = lines
            var (budget, inflated) = (UInt64(Self.maxTail), UInt64(0))
            state.position = stop
            if stop > written.base {
                state.position = written.base + (try Self.tail(written, &left, &budget, end: stop - written.base))
            }
            guard left > 0, lines > 0 else { return }
            let pieces = LogParts.chain(of: path, last: piece(of: written)).dropLast()
            for piece in pieces.reversed() where piece.base < stop {
                guard left > 0, budget > 0, let source = LogSource.old(piece) else { break }
                defer { source.close() }
                let end = min(piece.length, stop - piece.base)
                inflated += source.isCompressed ? end : 0
                guard inflated <= Self.maxInflated else { break }
                let start =
                    source.isCompressed
                    ? try Self.forwardTail(source, &left, &budget, end: end, halt)
                    : try Self.tail(source, &left, &budget, end: end)
                state.position = piece.base + start
            }
            leave(&state)
        }
    }

    // MARK: positions

    /// Goes to a position, whether there is a byte yet or not.
    package func seek(to position: UInt64) throws(Failure) {
        try ask { state throws(Errno) in
            leave(&state)
            state.position = position
        }
    }

    /// The position behind the last byte that is there now, `limit` as for `read`; nil without a file.
    package func end(upTo limit: UInt64? = nil) throws(Failure) -> UInt64? {
        try ask { state throws(Errno) in
            guard let written = try located(nil) else { return nil }
            defer { written.close() }
            guard let length = try written.length() else { return nil }
            return written.base + min(length, limit ?? .max)
        }
    }

    /// Reads nothing from `position` on.
    package func stop(at position: UInt64) throws(Failure) {
        try ask { state throws(Errno) in state.end = min(state.end, position) }
    }

    /// All files of the log, oldest first, with the one that is written; none when that one is missing.
    func chain() throws(Failure) -> [LogPiece] {
        try ask { state throws(Errno) in try pieces(&state) ?? [] }
    }

    /// Goes to the first byte that was written at `time` or later, exact to a batch of the writer (`LogIndex`); nil: to
    /// the first byte that is kept.
    ///
    /// Throws `OD7001` when a file cannot be read; a log without files is empty.
    package func seek(since time: WallTime?) throws(Failure) {
        try ask { state throws(Errno) in
            state.position = 0
            guard let pieces = try pieces(&state) else { return }
            state.position = time.map { position(in: pieces, $0) } ?? pieces[0].base
        }
    }

    /// Reads nothing that was written after `time`.
    ///
    /// Throws `OD7001` when a file cannot be read.
    package func stop(after time: WallTime) throws(Failure) {
        try ask { state throws(Errno) in
            guard let pieces = try pieces(&state) else { return }
            state.end = position(in: pieces, WallTime(milliseconds: time.milliseconds + 1))
        }
    }

    /// All files of the log, at least one; nil when there is none.
    private func pieces(_ state: inout State) throws(Errno) -> [LogPiece]? {
        leave(&state)
        guard let written = try openWritten(&state) else { return nil }
        defer { leave(&state) }
        return LogParts.chain(of: path, last: piece(of: written))
    }

    private func openWritten(_ state: inout State) throws(Errno) -> LogSource? {
        guard let source = try located(nil) else { return nil }
        state.source = source
        return source
    }

    /// The marks of a file; of the one that is written also those of the last second.
    private func index(of piece: LogPiece) -> LogIndex? {
        let index = LogIndex.read(piece.index)
        guard piece.number == nil, let oldest = newest.first else { return index }
        var whole = index ?? LogIndex(inode: 0, number: 1, base: piece.base, born: oldest.time)
        let last = whole.marks.last?.offset
        whole.marks += newest.filter { mark in last.map { mark.offset > $0 } ?? true }
        return whole
    }

    /// Where the bytes of `time` or later begin.
    private func position(in pieces: [LogPiece], _ time: WallTime) -> UInt64 {
        var position = pieces.last?.end ?? 0
        for piece in pieces.reversed() {
            guard let index = index(of: piece), let first = index.marks.first else {
                // Nobody noted when: by the time of its last byte.
                if piece.number != nil, piece.modified < time { return position }
                position = piece.base
                continue
            }
            if first.time < time.milliseconds {
                return index.offset(since: time.milliseconds).map { piece.base + $0 } ?? position
            }
            position = piece.base
        }
        return position
    }

    /// Where the last `left` lines before `end` begin: backwards, block by block.
    private static func tail(
        _ source: LogSource, _ left: inout Int, _ budget: inout UInt64, end: UInt64
    ) throws(Errno) -> UInt64 {
        guard left > 0, end > 0 else { return end }
        let floor = end > budget ? end - budget : 0
        budget -= end - floor
        // The newline that ends the last line begins no other.
        var from = end - 1
        while from > floor {
            let start = from > floor + UInt64(block) ? from - UInt64(block) : floor
            let bytes = try source.read(start, most: Int(from - start))
            var length = bytes.count
            while length > 0 {
                let last = bytes.withUnsafeBytes { od_pump_last($0.baseAddress, length, LogBounds.newline) }
                guard last >= 0 else { break }
                left -= 1
                if left == 0 { return start + UInt64(last) + 1 }
                length = Int(last)
            }
            from = start
        }
        if floor == 0 { left -= 1 }
        return floor
    }

    /// The same for a file that is only read forwards: remembers where the last `left` lines began.
    private static func forwardTail(
        _ source: LogSource, _ left: inout Int, _ budget: inout UInt64, end: UInt64, _ halt: Halt?
    ) throws(Errno) -> UInt64 {
        let floor = end > budget ? end - budget : 0
        var starts: [UInt64] = floor == 0 ? [0] : []
        var oldest = 0
        var offset = floor
        while offset < end {
            let bytes = try source.read(offset, most: Int(min(UInt64(block), end - offset)), halt)
            guard !bytes.isEmpty else { break }
            for (at, byte) in bytes.enumerated() where byte == LogBounds.newline {
                let start = offset + UInt64(at) + 1
                guard start < end else { continue }
                if starts.count < left {
                    starts.append(start)
                } else if left > 0 {
                    starts[oldest] = start
                    oldest = (oldest + 1) % left
                }
            }
            offset += UInt64(bytes.count)
        }
        budget -= end - floor
        left -= starts.count
        return starts.isEmpty ? floor : starts[oldest % starts.count]
    }
}
