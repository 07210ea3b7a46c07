import CKernel
import CZlib
import Core

/// A gzip file that is read forwards (RFC 1952).
final class GzipFile {
    private let handle: gzFile
    /// Bytes of log that were read or passed over.
    private(set) var offset: UInt64 = 0

    /// nil when it cannot be opened.
    init?(_ path: String) {
        let descriptor = path.withCString { od_pump_open_read($0) }
        guard descriptor >= 0 else { return nil }
        guard let handle = gzdopen(descriptor, "rb") else {
            od_pump_close(descriptor)
            return nil
        }
        self.handle = handle
        gzbuffer(handle, 128 << 10)
    }

    deinit { gzclose_r(handle) }

    /// The next bytes, none at the end. Throws when the file is damaged.
    func read(_ most: Int) throws(Errno) -> [UInt8] {
        var count: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, length in
            count = gzread(handle, buffer.baseAddress, UInt32(clamping: most))
            length = Int(max(count, 0))
        }
        guard count >= 0 else { throw Errno(Errno.inputOutput) }
        offset += UInt64(count)
        return bytes
    }

    /// Passes over what comes before `offset`. Throws when the file is damaged, and when nobody waits for it any more.
    func skip(to offset: UInt64, _ halt: Halt? = nil) throws(Errno) {
        while offset > self.offset {
            guard halt?.isCalled != true else { throw Errno(Errno.cancelled) }
            let next = min(offset, self.offset + Self.step)
            guard gzseek(handle, Int(next), Self.fromStart) >= 0 else { throw Errno(Errno.inputOutput) }
            self.offset = next
        }
    }

    /// Bytes that are passed over at a time.
    private static let step: UInt64 = 4 << 20

    /// SEEK_SET
    private static let fromStart: Int32 = 0

    /// How much log a gzip file holds, by its last four bytes (modulo 4 GB); 0 when it cannot be read.
    static func length(_ path: String) -> UInt64 {
        let file = path.withCString { od_pump_open_read($0) }
        guard file >= 0 else { return 0 }
        defer { od_pump_close(file) }
        var stat = od_pump_stat()
        var size = UInt32(0)
        guard od_pump_stat(file, &stat) == 0, stat.size > 18,
            od_pump_read(file, &size, 4, Int64(stat.size) - 4) == 4
        else { return 0 }
        return UInt64(UInt32(littleEndian: size))
    }

    /// Compresses the file at `path` into one at `to`, which is complete and on the disk when it is there, and has the
    /// times of the original. What was left of an earlier attempt is replaced.
    ///
    /// Throws for a file with a hole, too: no log has one, and its owner could make it as long as he likes.
    static func compress(_ path: String, to: String) throws(Errno) {
        let unfinished = path + LogParts.unfinished
        let from = try Errno.check(path.withCString { od_pump_open_read($0) })
        defer { od_pump_close(from) }
        var stat = od_pump_stat()
        _ = try Errno.check(od_pump_stat(from, &stat))
        guard od_solid(from) == Int64(stat.size) else { throw Errno(Errno.invalid) }
        _ = unfinished.withCString { od_remove($0) }
        let file = try Errno.check(unfinished.withCString { od_make_beside($0) })
        defer { od_pump_close(file) }
        do {
            try copy(from, Int64(stat.size), to: od_pump_duplicate(file))
            _ = od_copy_times(from, file)
            _ = try Errno.check(od_pump_datasync(file))
            _ = try Errno.check(LogParts.rename(unfinished, to: to))
        } catch {
            _ = unfinished.withCString { od_remove($0) }
            throw error
        }
    }

    /// As many bytes as there were when it was looked at. `descriptor` is closed.
    private static func copy(_ from: Int32, _ length: Int64, to descriptor: Int32) throws(Errno) {
        guard let handle = gzdopen(try Errno.check(descriptor), "wb6") else {
            od_pump_close(descriptor)
            throw Errno(Errno.inputOutput)
        }
        var offset: Int64 = 0
        var failure: Int64 = 0
        withUnsafeTemporaryAllocation(byteCount: 128 << 10, alignment: 16) { buffer in
            while offset < length {
                let count = od_pump_read(from, buffer.baseAddress, min(buffer.count, Int(length - offset)), offset)
                guard count > 0 else {
                    failure = count
                    return
                }
                guard gzwrite(handle, buffer.baseAddress, UInt32(count)) == Int32(count) else {
                    failure = -Int64(Errno.noSpace)
                    return
                }
                offset += count
            }
        }
        let closed = gzclose_w(handle)
        if failure < 0 { throw Errno(Int32(-failure)) }
        if closed != Z_OK { throw Errno(Errno.noSpace) }
    }
}
