import CKernel
package import Core
import Synchronization

/// Bytes of a log file.
package struct LogSlice: Hashable, Sendable {
    /// Where they are in the file.
    package var offset: UInt64
    package var bytes: [UInt8]
    /// The file was cut or replaced since the last slice: this one does not go on where that one ended.
    package var isRestarted: Bool

    package init(offset: UInt64, bytes: [UInt8], isRestarted: Bool) {
        self.offset = offset
        self.bytes = bytes
        self.isRestarted = isRestarted
    }
}

/// Reads one log file from an offset on, and follows it over renames and cuts.
///
/// What it reads lies in the file, never in a queue of ours. All calls block: run them on a `Worker`. Calls from
/// several threads take turns.
package final class LogReader: Sendable {
    /// A tail looks at so many bytes at most; fewer lines come when they are longer.
    package static let maxTail = 8 << 20
    private static let block = 64 << 10

    private struct State {
        var descriptor: Int32 = -1
        var stat = od_pump_stat()
        var offset: UInt64
        var isRestarted = false
    }

    package let path: String
    private let state: Mutex<State>

    package init(_ path: String, from offset: UInt64 = 0) {
        self.path = path
        state = Mutex(State(offset: offset))
    }

    deinit {
        state.withLock { if $0.descriptor >= 0 { od_pump_close($0.descriptor) } }
    }

    /// Goes to where the last `lines` lines begin; a line without its end is one. `limit` as for `read`.
    ///
    /// Throws `OD7001` when the file cannot be read; one that does not exist is empty.
    package func seek(toLast lines: Int, upTo limit: UInt64? = nil) throws(Failure) {
        try ask { state throws(Errno) in
            state.offset = 0
            guard try open(&state), try stat(&state) else { return }
            state.offset = try Self.tail(state.descriptor, lines: lines, end: min(state.stat.size, limit ?? .max))
        }
    }

    /// The next bytes, at most `most`; none when there are none yet.
    ///
    /// `limit` is what `LogGrowth.length` says: bytes beyond it may be written anew after a crash of the engine. Throws
    /// `OD7001` when the file cannot be read; one that does not exist has no bytes.
    package func read(_ most: Int, upTo limit: UInt64? = nil) throws(Failure) -> LogSlice {
        try ask { state throws(Errno) in
            var bytes: [UInt8] = []
            while try open(&state), try stat(&state) {
                let isCurrent = try isAtPath(state)
                if isCurrent, state.stat.size < state.offset { restart(&state) }
                let end = isCurrent ? min(state.stat.size, limit ?? .max) : state.stat.size
                bytes = try Self.bytes(state.descriptor, state.offset, most: most, end: end)
                if isCurrent || !bytes.isEmpty { break }
                // The file that was renamed is read to its end; go on with the one that took its place.
                close(&state)
                restart(&state)
            }
            defer {
                state.offset += UInt64(bytes.count)
                state.isRestarted = false
            }
            return LogSlice(offset: state.offset, bytes: bytes, isRestarted: state.isRestarted)
        }
    }

    // MARK: the file

    private func ask<T: Sendable>(_ body: (inout State) throws(Errno) -> T) throws(Failure) -> T {
        do throws(Errno) {
            return try state.withLock { state throws(Errno) in try body(&state) }
        } catch {
            throw Failure(
                .logFailed, "\(path) cannot be read", why: "\(error)", next: "look at the permissions of the file")
        }
    }

    /// False when there is no such file.
    private func open(_ state: inout State) throws(Errno) -> Bool {
        guard state.descriptor < 0 else { return true }
        let result = path.withCString { od_pump_open_read($0) }
        if result == -Errno.noEntry { return false }
        state.descriptor = try Errno.check(result)
        return true
    }

    /// False for what is no regular file: nothing is ever read from a FIFO or a device.
    private func stat(_ state: inout State) throws(Errno) -> Bool {
        _ = try Errno.check(od_pump_stat(state.descriptor, &state.stat))
        return state.stat.regular != 0
    }

    /// The open file is the one at the path, or there is no other.
    private func isAtPath(_ state: State) throws(Errno) -> Bool {
        var there = od_pump_stat()
        guard path.withCString({ od_pump_stat_path($0, &there) }) >= 0 else { return true }
        return there.inode == state.stat.inode && there.device == state.stat.device
    }

    private func restart(_ state: inout State) {
        state.offset = 0
        state.isRestarted = true
    }

    private func close(_ state: inout State) {
        od_pump_close(state.descriptor)
        state.descriptor = -1
    }

    // MARK: bytes

    private static func bytes(_ file: Int32, _ offset: UInt64, most: Int, end: UInt64) throws(Errno) -> [UInt8] {
        guard offset < end else { return [] }
        let length = Int(min(UInt64(most), end - offset))
        var failure: Int64 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            let result = od_pump_read(file, buffer.baseAddress, length, Int64(offset))
            failure = min(result, 0)
            count = Int(max(result, 0))
        }
        guard failure == 0 else { throw Errno(Int32(-failure)) }
        return bytes
    }

    /// Where the last `lines` lines before `end` begin: backwards, block by block.
    private static func tail(_ file: Int32, lines: Int, end: UInt64) throws(Errno) -> UInt64 {
        guard lines > 0, end > 0 else { return end }
        let floor = end > UInt64(maxTail) ? end - UInt64(maxTail) : 0
        // The newline that ends the last line begins no other.
        var from = end - 1
        var left = lines
        while from > floor {
            let start = from > floor + UInt64(block) ? from - UInt64(block) : floor
            let bytes = try bytes(file, start, most: block, end: from)
            var length = bytes.count
            while left > 0, length > 0 {
                let last = bytes.withUnsafeBytes { od_pump_last($0.baseAddress, length, LogBounds.newline) }
                guard last >= 0 else { break }
                left -= 1
                if left == 0 { return start + UInt64(last) + 1 }
                length = Int(last)
            }
            from = start
        }
        return floor
    }
}
