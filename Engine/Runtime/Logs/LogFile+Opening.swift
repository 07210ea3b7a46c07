import CKernel

extension LogFile {
    /// The file is open, at the path, and not shorter than we think.
    func prepare(_ now: Int64) throws(Errno) {
        if descriptor < 0 {
            try openFile(now)
            return
        }
        guard !isSpecial else { return }
        var there = od_pump_stat()
        let result = path.withCString { od_pump_stat_path($0, &there) }
        // Renamed or removed, by logrotate or by hand.
        if result < 0 || there.inode != state.inode || there.device != state.device {
            let (passed, inode) = (state.offset, state.inode)
            closeFile()
            try openFile(now)
            if state.inode != inode { restartIndex(passed) }
        } else if there.size < state.offset {
            try wasCut(to: there.size)
        }
    }

    /// The file has less than we have written: it goes on from there.
    func wasCut(to size: UInt64) throws(Errno) {
        restartIndex(state.offset)
        try moveTo(size)
    }

    /// Another file, or a cut one, goes on with a log of which `passed` bytes came before.
    private func restartIndex(_ passed: UInt64) {
        forgetMarks()
        let time = od_wall_milliseconds()
        index.restart(inode: state.inode, passed: passed, at: time)
        // Followers see that it begins anew before there is a byte.
        index.flush(inode: state.inode, at: time)
    }

    /// Opens what is at the path, or makes it, and goes on where the last commit was.
    func openFile(_ now: Int64) throws(Errno) {
        var result = path.withCString { od_pump_open_log($0) }
        if result == -Errno.noEntry {
            _ = try Errno.check(path.withCString { od_pump_make_parents($0) })
            result = path.withCString { od_pump_open_log($0) }
        }
        if result == -Errno.access, od_pump_is_root() != 0, putAwayForeign() {
            result = path.withCString { od_pump_open_log($0) }
        }
        descriptor = try Errno.check(result)
        var stat = od_pump_stat()
        _ = try Errno.check(od_pump_stat(descriptor, &stat))
        isSpecial = stat.regular == 0
        endsLine = isSpecial ? true : nil
        lineDeadline = nil
        guard !isSpecial else { return }
        let isSame = state.device == stat.device && state.inode == stat.inode
        var offset = stat.size
        if isSame, !state.atRest, stat.size > state.offset {
            // A batch that was not committed; its bytes are in the spools.
            _ = try Errno.check(od_pump_truncate(descriptor, Int64(state.offset)))
            offset = state.offset
        }
        if !isSame { state.lastWriter = nil }
        (state.device, state.inode, state.atRest) = (stat.device, stat.inode, false)
        try moveTo(offset)
    }

    /// In another user's directory we act as that user: a file there that is not his (an older version made it as root)
    /// is put aside for one that is.
    private func putAwayForeign() -> Bool {
        let last = LogParts.find(path).map(\.number).max() ?? 0
        return path.withCString { from in "\(path).\(last + 1)".withCString { od_put_aside(from, $0) } } >= 0
    }

    /// Committed before anything is written there: a crash in between would not know which of both offsets counts.
    private func moveTo(_ offset: UInt64) throws(Errno) {
        state.offset = offset
        endsLine = nil
        setNeedsCommit()
        try commit()
    }

    /// What comes from now on is marked on the disk: an engine that comes after us can tell it from what was before.
    func markHere() {
        guard !isNowhere, !isSpecial, state.inode != 0, (try? commit()) != nil else { return }
        mark()
        let time = od_wall_milliseconds()
        _ = index.mark(state.offset, at: time)
        index.flush(inode: state.inode, at: time)
    }

    /// It stays as the commit page says.
    func closeFile() {
        guard descriptor >= 0 else { return }
        od_pump_close(descriptor)
        descriptor = -1
    }
}
