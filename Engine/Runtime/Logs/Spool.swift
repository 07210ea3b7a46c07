import CKernel

/// The memfd between a pipe and a log file: what has left the pipe and is not known to be in the file.
///
/// `splice` puts bytes at the file position, which the keeper shares; [committed, position) is what the file lacks.
///
/// Two halves of the offset space are used in turn: when all is committed, the position jumps to the start of the
/// other half, whose pages are still there from the last time; that is much cheaper than giving pages back and
/// getting new ones for every batch. A commit in one half and a position in the other say that the half of the commit
/// was left because the file had all of it. A half is only left after a commit in it: else a commit from the turn
/// before would be taken for one of this turn.
struct Spool {
    /// Where the second half begins. Not higher: sendfile(2) refuses offsets that the file system of the log does not
    /// have.
    static let secondHalf: UInt64 = 1 << 40
    /// So much of a half is used before the other has its turn.
    private static let turn: UInt64 = 16 << 10
    /// In a spool that is never empty, so much is given back at a time.
    private static let giveBack: UInt64 = 64 << 10
    /// More than a spool ever keeps in one half.
    private static let most: UInt64 = 1 << 20
    private static let page: UInt64 = 4096

    let descriptor: Int32
    /// The shared file position. Only this process moves it while it reads the stream.
    private(set) var position: UInt64
    /// Up to here the file has the bytes.
    private(set) var written: UInt64
    /// Up to here the commit page says so.
    private(set) var committed: UInt64
    /// Up to here the half in use was given back.
    private var punched: UInt64
    /// The end of what may have pages, for each half.
    private var used: (first: UInt64, second: UInt64)

    /// `known` is what the commit page says, nil when it does not know the stream: then either nothing of it was ever
    /// committed, or the stream had ended and its pages were given back.
    init(_ descriptor: Int32, committed known: UInt64?) throws(Errno) {
        let position = od_pump_position(descriptor)
        guard position >= 0 else { throw Errno(Int32(-position)) }
        self.descriptor = descriptor
        self.position = UInt64(position)
        let base = Self.base(self.position)
        if let known {
            committed = Self.base(known) == base ? min(known, self.position) : base
        } else {
            let holds = try Errno.check(od_pump_holds(descriptor, Int64(base), position))
            committed = holds == 0 ? self.position : base
        }
        written = committed
        punched = base
        let fresh = position == 0 && known == nil
        used =
            fresh
            ? (0, Self.secondHalf) : (max(self.position % Self.secondHalf, Self.most), Self.secondHalf + Self.most)
    }

    /// Bytes that the file lacks.
    var unwritten: Int { Int(position - written) }

    /// Bytes that may come out of the pipe now. The first half is never left by growing: at its end the spool has to be
    /// settled first.
    var room: Int {
        let half = position < Self.secondHalf ? Int(Self.secondHalf - 1 - position) : .max
        return min(half, max(0, LogBounds.spool - Int(position - committed)))
    }

    /// The file has all that left the pipe, and the commit page says so.
    var isSettled: Bool { committed == position }

    /// Moves what the pipe has. 0: all writers are gone; nil: the pipe is empty, or there is no room.
    mutating func fill(from pipe: Int32) throws(Errno) -> Int? {
        guard room > 0 else { return nil }
        let moved = od_pump_splice(pipe, descriptor, room)
        if moved == -Int64(Errno.again) { return nil }
        guard moved >= 0 else { throw Errno(Int32(-moved)) }
        position += UInt64(moved)
        if position < Self.secondHalf {
            used.first = max(used.first, position)
        } else {
            used.second = max(used.second, position)
        }
        return Int(moved)
    }

    /// A copy of the last `count` bytes that came out of the pipe; fewer when they cannot be read.
    func last(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            let from = Int64(position) - Int64(count)
            length = Int(max(0, od_pump_read(descriptor, buffer.baseAddress, count, from)))
        }
    }

    /// The next `count` bytes are in the file, or counted as dropped.
    mutating func advance(_ count: Int) {
        written += UInt64(count)
    }

    /// The commit page says what `written` says. Makes room, and takes the next turn when it is time for it.
    mutating func commit() {
        committed = written
        if isSettled, position - Self.base(position) >= Self.turn {
            jump()
        } else if committed - punched >= Self.giveBack {
            let end = committed / Self.page * Self.page
            guard od_pump_punch(descriptor, Int64(punched), Int64(end - punched)) == 0 else { return }
            punched = end
        }
    }

    /// The stream is quiet: gives its pages back, but for a first one. To be called when it is settled.
    mutating func rest() {
        guard used.first + (used.second - Self.secondHalf) > Self.page else { return }
        release()
        if position > Self.base(position) { jump() }
    }

    /// Gives all pages back, as the last thing that happens to a settled spool: that it is empty says, without an entry
    /// in the commit page, that the file has all of it.
    mutating func release() {
        for (start, end) in [(0, used.first), (Self.secondHalf, used.second)] where end > start {
            let length = (end - start + Self.page - 1) / Self.page * Self.page
            _ = od_pump_punch(descriptor, Int64(start), Int64(length))
        }
        used = (0, Self.secondHalf)
        punched = Self.base(position)
    }

    private mutating func jump() {
        let other = Self.base(position) == 0 ? Self.secondHalf : 0
        guard od_pump_seek(descriptor, Int64(other)) == 0 else { return }
        (position, written, committed, punched) = (other, other, other, other)
    }

    private static func base(_ offset: UInt64) -> UInt64 { offset < secondHalf ? 0 : secondHalf }
}
