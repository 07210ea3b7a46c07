import CKernel
import Core

/// What a log file's commit page says: how far file and spools agree.
package struct LogCommit: Hashable {
    /// How far one stream is in the file.
    package struct Entry: Hashable {
        package var stream: StreamKey
        /// Offset in the stream's spool.
        package var committed: UInt64

        package init(stream: StreamKey, committed: UInt64) {
            self.stream = stream
            self.committed = committed
        }
    }

    /// Where the next byte of the file goes. What lies beyond was being written when the writer died.
    package var offset: UInt64 = 0
    /// The file that `offset` is about; zero for what is no regular file.
    package var device: UInt64 = 0
    package var inode: UInt64 = 0
    /// Bytes dropped for want of room that no line in the file speaks of yet.
    package var dropped: UInt64 = 0
    /// Whose bytes the file ends with.
    package var lastWriter: StreamKey?
    /// The file is closed: what lies beyond `offset` was put there by somebody else and stays.
    package var atRest = false
    package var entries: [Entry] = []

    package init(atRest: Bool = false) {
        self.atRest = atRest
    }
}

/// The memfd in which `LogCommit`s of one log file are kept, in two slots that take turns.
///
/// The file is two halves of equal size, a power of two; the commit of an even generation lies in the first, of an odd
/// one in the second. A slot is 64 bytes (checksum, generation, offset, device, inode, dropped: 8 each; count, last
/// writer's index, flags, version: 4 each) and 32 for each entry (instance, run, channel, offset: 8 each), in host
/// order. A write that was cut off spoils the checksum of one slot, and the other one, which is older, is taken.
package struct CommitPage {
    /// Enough for 62 streams.
    static let smallest = 4096
    /// Streams that one file may have; a page that has room for them is 256 KB, sparse.
    package static let maxEntries = (largest / 2 - header) / entrySize
    private static let largest = 256 << 10
    private static let header = 64
    private static let entrySize = 32
    private static let version: UInt32 = 1
    private static let nobody = UInt32.max
    private static let atRestFlag: UInt32 = 1

    let descriptor: Int32
    private var half: Int
    private var generation: UInt64

    static func create() throws(Errno) -> Int32 {
        try Errno.check(od_pump_memfd("od-log-page", Int64(smallest)))
    }

    /// Reads the newest commit; nil in a page that was never written. Owns nothing: the caller closes the descriptor.
    package static func open(_ descriptor: Int32) throws(Errno) -> (page: CommitPage, commit: LogCommit?) {
        var stat = od_pump_stat()
        _ = try Errno.check(od_pump_stat(descriptor, &stat))
        let half = min(Int(stat.size), largest) / 2
        guard half >= smallest / 2 else { throw Errno(Errno.invalid) }
        var bytes = [UInt8](repeating: 0, count: half)
        var newest: (generation: UInt64, commit: LogCommit)?
        for slot in 0..<2 {
            let count = bytes.withUnsafeMutableBytes {
                od_pump_read(descriptor, $0.baseAddress, half, Int64(slot * half))
            }
            guard count == half, let found = bytes.withUnsafeBytes(decode) else { continue }
            if found.generation > newest?.generation ?? 0 { newest = found }
        }
        return (CommitPage(descriptor: descriptor, half: half, generation: newest?.generation ?? 0), newest?.commit)
    }

    /// Makes `commit` the newest. Throws ENOSPC for more entries than `maxEntries`.
    package mutating func write(_ commit: LogCommit, scratch: UnsafeMutableRawBufferPointer) throws(Errno) {
        while Self.header + Self.entrySize * commit.entries.count > half { try grow(scratch) }
        try put(commit, scratch)
    }

    /// Bytes of scratch space that `write` needs.
    package static let scratchSize = largest / 2

    /// Doubles the page. The newest commit must lie in the first half, which stays where it is: the old second half is
    /// then beyond the end of the first slot's content, and the new one is empty.
    private mutating func grow(_ scratch: UnsafeMutableRawBufferPointer) throws(Errno) {
        guard half * 2 < Self.largest else { throw Errno(Errno.noSpace) }
        if generation % 2 != 0 {
            let (_, commit) = try Self.open(descriptor)
            if let commit { try put(commit, scratch) }
        }
        _ = try Errno.check(od_pump_truncate(descriptor, Int64(half * 4)))
        half *= 2
    }

    private mutating func put(_ commit: LogCommit, _ scratch: UnsafeMutableRawBufferPointer) throws(Errno) {
        let next = generation + 1
        let length = Self.encode(commit, generation: next, into: scratch)
        let place = Int64(next % 2) * Int64(half)
        let written = od_pump_write(descriptor, scratch.baseAddress, length, place)
        guard written == length else { throw Errno(written < 0 ? Int32(-written) : Errno.noSpace) }
        generation = next
    }

    private static func encode(_ commit: LogCommit, generation: UInt64, into bytes: UnsafeMutableRawBufferPointer)
        -> Int
    {
        func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
            bytes.storeBytes(of: value, toByteOffset: offset, as: T.self)
        }
        put(generation, at: 8)
        put(commit.offset, at: 16)
        put(commit.device, at: 24)
        put(commit.inode, at: 32)
        put(commit.dropped, at: 40)
        put(UInt32(commit.entries.count), at: 48)
        put(commit.atRest ? atRestFlag : 0, at: 56)
        put(version, at: 60)
        var last = nobody
        var at = header
        for (index, entry) in commit.entries.enumerated() {
            if entry.stream == commit.lastWriter { last = UInt32(index) }
            put(entry.stream.run.instance, at: at)
            put(entry.stream.run.run, at: at + 8)
            put(UInt64(entry.stream.channel.rawValue), at: at + 16)
            put(entry.committed, at: at + 24)
            at += entrySize
        }
        put(last, at: 52)
        put(checksum(UnsafeRawBufferPointer(rebasing: bytes[8..<at])), at: 0)
        return at
    }

    /// nil for a slot that is empty, cut off or of another version.
    private static func decode(_ bytes: UnsafeRawBufferPointer) -> (generation: UInt64, commit: LogCommit)? {
        func word(_ offset: Int) -> UInt64 { bytes.load(fromByteOffset: offset, as: UInt64.self) }
        func half(_ offset: Int) -> UInt32 { bytes.load(fromByteOffset: offset, as: UInt32.self) }
        let count = Int(half(48))
        let end = header + entrySize * count
        guard half(60) == version, end <= bytes.count,
            word(0) == checksum(UnsafeRawBufferPointer(rebasing: bytes[8..<end]))
        else { return nil }
        var commit = LogCommit(atRest: half(56) & atRestFlag != 0)
        (commit.offset, commit.dropped) = (word(16), word(40))
        (commit.device, commit.inode) = (word(24), word(32))
        for at in stride(from: header, to: end, by: entrySize) {
            guard let channel = LogChunk.Channel(rawValue: UInt8(truncatingIfNeeded: word(at + 16))) else { return nil }
            let run = RunID(instance: word(at), run: word(at + 8))
            commit.entries.append(LogCommit.Entry(stream: StreamKey(run, channel), committed: word(at + 24)))
        }
        let last = Int(half(52))
        if commit.entries.indices.contains(last) { commit.lastWriter = commit.entries[last].stream }
        return (word(8), commit)
    }

    /// FNV-1a over words of 8 bytes.
    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        for at in stride(from: 0, to: bytes.count, by: 8) {
            sum = (sum ^ bytes.load(fromByteOffset: at, as: UInt64.self)) &* 0x100_0000_01B3
        }
        return sum
    }
}
