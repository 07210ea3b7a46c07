import CKernel

/// One process as /proc/PID/stat tells it (proc_pid_stat(5)).
struct ProcessEntry: Hashable, Sendable {
    var pid: Int32
    var parent: Int32
    var session: Int32
    /// User and system time, in clock ticks.
    var ticks: UInt64
    /// Clock ticks after boot at which it started: with the pid its identity.
    var started: UInt64
    /// Resident pages.
    var pages: UInt64

    /// Reads the text of /proc/PID/stat; nil for what is none and for a zombie, which has nothing to measure. The name in
    /// parentheses may hold anything, parentheses and spaces too: fields are counted after the last `)`.
    init?(pid: Int32, stat text: UnsafeRawBufferPointer) {
        guard let close = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        // Fields from the third on (state), of which we want 4 (ppid), 6 (session), 14, 15 (utime, stime), 22, 24.
        guard close + 2 < text.count, text[close + 2] != UInt8(ascii: "Z") else { return nil }
        var fields = FieldReader(text: text, position: close + 1)
        fields.skip(1)
        guard let parent = fields.next(), fields.skip(1), let session = fields.next(), fields.skip(7),
            let user = fields.next(), let system = fields.next(), fields.skip(6), let started = fields.next(),
            fields.skip(1), let pages = fields.next()
        else { return nil }
        self.pid = pid
        self.parent = Int32(truncatingIfNeeded: parent)
        self.session = Int32(truncatingIfNeeded: session)
        ticks = user + system
        self.started = started
        self.pages = pages
    }
}

/// Numbers separated by blanks.
struct FieldReader {
    let text: UnsafeRawBufferPointer
    var position: Int

    /// The next field as a number; nil at the end. A minus sign counts as zero.
    mutating func next() -> UInt64? {
        skipBlanks()
        guard position < text.count else { return nil }
        var value: UInt64 = 0
        while position < text.count, text[position] > 0x20 {
            if (0x30...0x39).contains(text[position]) { value = value &* 10 &+ UInt64(text[position] - 0x30) }
            position += 1
        }
        return value
    }

    /// Skips `count` fields; false at the end.
    @discardableResult mutating func skip(_ count: Int) -> Bool {
        for _ in 0..<count {
            skipBlanks()
            guard position < text.count else { return false }
            while position < text.count, text[position] > 0x20 { position += 1 }
        }
        return true
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position] <= 0x20 { position += 1 }
    }
}

/// A process as the listing of /proc tells it from a later one of the same number.
struct ProcessIdentity: Hashable, Sendable {
    var pid: Int32
    var inode: UInt64
}

/// The processes of the machine, read in one pass into buffers that are used again.
struct ProcessTable {
    /// Processes seen at most; what is beyond is not counted.
    static let capacity = 65_536
    static let usualPlace = "/proc"
    private let proc: Int32
    private var names = [od_pump_process](repeating: od_pump_process(), count: 1024)
    private(set) var entries: [ProcessEntry] = []
    /// Of each entry.
    private(set) var identities: [ProcessIdentity] = []

    /// - Throws: the errno with which `place` cannot be opened.
    init(proc place: String = ProcessTable.usualPlace) throws(Errno) {
        proc = try Errno.check(od_pump_open_dir(place))
    }

    /// Nothing can be read afterwards.
    func close() { od_pump_close(proc) }

    /// Reads all processes anew, but for those in `skipped`; returns which of `skipped` are still there.
    mutating func read(skipping skipped: Set<ProcessIdentity>) -> Set<ProcessIdentity> {
        entries.removeAll(keepingCapacity: true)
        identities.removeAll(keepingCapacity: true)
        var there: Set<ProcessIdentity> = []
        there.reserveCapacity(skipped.count)
        let count = list()
        withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
            for name in names.prefix(count) {
                let identity = ProcessIdentity(pid: name.pid, inode: name.inode)
                if skipped.contains(identity) {
                    there.insert(identity)
                    continue
                }
                let length = od_pump_read_stat(proc, name.pid, buffer.baseAddress, buffer.count)
                guard length > 0 else { continue }
                let text = UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)])
                guard let entry = ProcessEntry(pid: name.pid, stat: text) else { continue }
                entries.append(entry)
                identities.append(identity)
            }
        }
        return there
    }

    /// Fills `names`; returns how many there are.
    private mutating func list() -> Int {
        var count = od_pump_processes(proc, &names, names.count)
        while count == Int64(names.count), names.count < Self.capacity {
            names = [od_pump_process](repeating: od_pump_process(), count: names.count * 2)
            count = od_pump_processes(proc, &names, names.count)
        }
        return Int(max(0, count))
    }
}
