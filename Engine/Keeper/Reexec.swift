import CKernel

// OD_REEXEC: another executable with this pid, these children and these descriptors. The new keeper is first asked, as
// a child of ours, whether it can read our memory: until it has said so nothing is given up. Then the worker ends, the
// spare executes the new keeper, and that forks its worker, which takes over like any other.

extension Keeper {
    /// Answered by OD_REFUSED now or later, or by the OD_RESYNC of the next worker.
    mutating func wishAnother(_ frame: IncomingFrame) throws(Refusal) {
        let offset = Link.headLength + MemoryLayout<od_reexec>.size
        guard let body = frame.body(od_reexec.self), Int(body.length) <= frame.length - offset,
            body.length <= UInt32(OD_TEXT_BYTES)
        else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        let bytes = (frame.bytes + offset).assumingMemoryBound(to: CChar.self)
        let first = try Self.path(bytes, most: Int(body.length))
        _ = try Self.path(bytes + first, most: Int(body.length) - first)
        guard !engine.pointee.is_leaving else { throw Refusal(OD_AT_NONE, OD_E_SHUTDOWN.number) }
        let wish = holding.wish
        guard wish.pointee.state == OD_WISH_NONE.rawValue else { throw Refusal(OD_AT_NONE, OD_E_BUSY.number) }
        for index in 0..<Int(body.length) { holding.texts[index] = bytes[index] }
        wish.pointee.keeper_bytes = UInt32(first)
        wish.pointee.request = frame.head.seq
        wish.pointee.asker = engine.pointee.starts
        wish.pointee.ending = od_ending()
        od_fence()
        wish.pointee.state = OD_WISH_CHECKING.rawValue
        pulse.checks = 0
        let pid = askWished()
        guard pid > 0 else {
            endWish()
            throw Refusal(OD_AT_FORK, pid)
        }
    }

    /// The new keeper has said whether it can.
    mutating func wishedEnded() {
        let wish = holding.wish
        guard wish.pointee.state == OD_WISH_CHECKING.rawValue, wish.pointee.pid != 0,
            od_has_ended(od_ending_of_wish(wish))
        else { return }
        guard wish.pointee.ending.status == 0 else {
            refuseWish(OD_E_NOEXEC.number)
            return endWish()
        }
        wish.pointee.state = OD_WISH_READY.rawValue
        outcome = .another
    }

    /// It does not answer: then it cannot.
    func killWished() {
        let pidfd = holding.wish.pointee.pidfd
        if pidfd >= 0 { _ = od_signal_process(pidfd, Int32(OD_SIG_KILL.rawValue)) }
    }

    mutating func refuseWish(_ error: Int32) {
        let wish = holding.wish
        guard wish.pointee.asker == engine.pointee.starts else { return }
        let head = od_frame(
            version: UInt16(OD_LINK_VERSION), kind: UInt16(OD_REEXEC.rawValue), slot: 0, seq: wish.pointee.request)
        refuse(head, nil, Refusal(OD_AT_EXEC, error))
    }

    /// Nothing is wished any more; a new keeper that is still being asked is reaped like an orphan.
    func endWish() {
        let wish = holding.wish
        let pidfd = wish.pointee.pidfd
        wish.pointee.state = OD_WISH_NONE.rawValue
        wish.pointee.pid = 0
        wish.pointee.pidfd = -1
        od_fence()
        if pidfd >= 0 { od_close(pidfd) }
    }

    /// Length of the absolute path at `text` with its NUL, if it can be executed.
    private static func path(_ text: UnsafePointer<CChar>, most: Int) throws(Refusal) -> Int {
        var length = 0
        while length < most, text[length] != 0 { length += 1 }
        guard length < most, length > 0, text[0] == 47 else { throw Refusal(OD_AT_FRAME, OD_E_INVAL.number) }
        let result = od_can_execute(text)
        guard result == 0 else { throw Refusal(OD_AT_EXEC, result) }
        return length + 1
    }

    /// Starts `KEEPER --reads` with our memory as descriptor 3.
    private mutating func askWished() -> Int32 {
        let wish = holding.wish
        var end = 0
        // Program, directory, two arguments: the frame has been copied, its buffer is free.
        let strings = link.incoming.assumingMemoryBound(to: CChar.self)
        for _ in 0...1 {
            for index in 0..<Int(wish.pointee.keeper_bytes) { strings[end + index] = holding.texts[index] }
            end += Int(wish.pointee.keeper_bytes)
            if end == Int(wish.pointee.keeper_bytes) { append("/", strings, &end) }
        }
        append("--reads", strings, &end)
        var plan = od_plan()
        plan.strings = UnsafePointer(strings)
        plan.argc = 2
        let null = holding.head.pointee.null
        let memory = holding.head.pointee.memory
        plan.stdio = (null, null, null)
        plan.passed = (memory, memory)
        plan.status = -1
        plan.tame_oom = holding.head.pointee.tames_children
        plan.nofile = holding.head.pointee.child_nofile
        return od_spawn_child(&plan, od_pid_of_wish(wish), od_pidfd_of_wish(wish))
    }

    private func append(_ text: StaticString, _ strings: UnsafeMutablePointer<CChar>, _ end: inout Int) {
        for index in 0..<text.utf8CodeUnitCount { strings[end + index] = CChar(bitPattern: text.utf8Start[index]) }
        strings[end + text.utf8CodeUnitCount] = 0
        end += text.utf8CodeUnitCount + 1
    }
}
