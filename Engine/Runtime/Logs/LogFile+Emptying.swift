import CKernel

extension LogFile {
    /// Puts aside what is in the file, so that nothing of before is in the one that is written; where that is not
    /// possible it is cut. Returns the number of the last file that was ever put aside; 0 for none.
    ///
    /// Throws when there is no file to write to any more, or none was there.
    func empty(_ now: Int64) throws(Errno) -> UInt64 {
        let isResting = streams.isEmpty && descriptor < 0
        if isResting {
            var stat = od_pump_stat()
            guard path.withCString({ od_pump_stat_path($0, &stat) }) == 0, stat.regular != 0 else { return last() }
            try openFile(now)
        } else {
            flush(now, isLast: true)
        }
        defer { if isResting { rest() } }
        guard descriptor >= 0, !isSpecial else { return last() }
        if state.offset > 0, try !rotate(now) {
            _ = try Errno.check(od_pump_truncate(descriptor, 0))
            try wasCut(to: 0)
        }
        tellEmptied(from: index.facts(inode: state.inode, at: od_wall_milliseconds()).base)
        return last()
    }

    private func last() -> UInt64 {
        max(1, index.facts(inode: state.inode, at: od_wall_milliseconds()).number) - 1
    }
}
