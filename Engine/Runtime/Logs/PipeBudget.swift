import CKernel
import Glibc

/// Makes pipes wider whose apps write faster than they are read: a full pipe stops its app.
///
/// A user without privileges may have `fs.pipe-user-pages-soft` pages of pipes in all; beyond that every new pipe of
/// his is small. So what we add is at most a quarter of that, first come, first served, and given back with the stream.
/// Lives on the pump's thread.
final class PipeBudget {
    /// Bytes of a pipe as it is made, and of a wide one: as much as a spool takes.
    static let usual = 65536
    static let wide = LogBounds.spool

    /// Bytes that may still be added.
    private(set) var left: Int

    /// - Parameter limit: bytes of pipes that one user may have; 0 = without limit.
    init(limit: Int = PipeBudget.systemLimit) {
        left = limit == 0 ? 64 << 20 : limit / 4
    }

    /// `fs.pipe-user-pages-soft`, in bytes; the usual 64 MiB where it cannot be read.
    static var systemLimit: Int {
        let text = CgroupTree.text("/proc/sys/fs/pipe-user-pages-soft") ?? ""
        let pages = Int(text.filter { $0 != "\n" }) ?? 16384
        return pages * Int(od_pump_page_size())
    }

    /// Widens a pipe that was found full. False when there is nothing left to give, or the system refuses.
    func widen(_ pipe: Int32) -> Bool {
        guard left >= Self.wide - Self.usual, od_pump_widen(pipe, Int32(Self.wide)) == 0 else { return false }
        left -= Self.wide - Self.usual
        return true
    }

    /// A wide pipe is closed.
    func giveBack() { left += Self.wide - Self.usual }
}
