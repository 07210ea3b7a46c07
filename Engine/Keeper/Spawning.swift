import CKernel

/// The strings of an OD_SPAWN, checked: program, cwd, `argc` arguments, `envc` entries, each with its NUL.
struct SpawnStrings {
    let bytes: UnsafePointer<CChar>
    let argc: UInt32
    let envc: UInt32
    /// Tag of the value of OD_INSTANCE in the environment, 0 without.
    private(set) var tag: UInt64 = 0

    private static let instanceVariable: StaticString = "OD_INSTANCE="

    /// nil when the bytes are not what the counts say, or nothing is to be executed.
    init?(_ bytes: UnsafePointer<CChar>, length: Int, argc: UInt32, envc: UInt32) {
        self.bytes = bytes
        self.argc = argc
        self.envc = envc
        guard argc > 0, length > 0, bytes[0] != 0, bytes[length - 1] == 0 else { return nil }
        let firstVariable = 2 + UInt64(argc)
        var strings: UInt64 = 0
        var start = 0
        for index in 0..<length where bytes[index] == 0 {
            let name = Self.instanceVariable.utf8CodeUnitCount
            if strings >= firstVariable, tag == 0, index - start >= name,
                starts(bytes + start, with: Self.instanceVariable)
            {
                tag = od_tag(bytes + start + name, UInt64(index - start - name))
            }
            strings += 1
            start = index + 1
        }
        guard strings == firstVariable + UInt64(envc) else { return nil }
    }
}

extension Keeper {
    /// Why a spawn was refused.
    struct Refusal: Error {
        let stage: od_stage
        /// errno, positive.
        let error: Int32

        init(_ stage: od_stage, _ error: Int32) {
            self.stage = stage
            self.error = error < 0 ? -error : error
        }
    }

    /// OD_SPAWN: answered now when it is refused or the run is held already, else when the exec has succeeded or
    /// failed.
    mutating func spawn(_ frame: IncomingFrame) throws(Refusal) {
        guard let request = frame.body(od_spawn.self) else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        if let index = slots.index(instance: request.instance, run: request.run) {
            return repeatAnswer(index, request: frame.head.seq)
        }
        guard !engine.isLeaving else { throw Refusal(OD_AT_FRAME, OD_E_SHUTDOWN.number) }
        let length = Int(request.length)
        guard length <= Int(OD_SPAWN_MAX) else { throw Refusal(OD_AT_FRAME, OD_E_MSGSIZE.number) }
        guard request.memfd != 0 else {
            let offset = Link.headLength + MemoryLayout<od_spawn>.size
            guard offset + length <= frame.length else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
            let bytes = (frame.bytes + offset).assumingMemoryBound(to: CChar.self)
            return try spawn(request, bytes, request: frame.head.seq)
        }
        guard frame.descriptorCount == 1, length > 0 else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        var bytes: UnsafePointer<CChar>?
        let mapped = od_map_sealed(link.descriptors[0], length, &bytes)
        guard mapped == 0, let bytes else { throw Refusal(OD_AT_FRAME, mapped) }
        defer { od_unmap(bytes, length) }
        try spawn(request, bytes, request: frame.head.seq)
    }

    /// The child of a starting slot has executed its program, or has said why it could not, or is still at it.
    mutating func settle(_ index: Int) {
        let slot = slots[index]
        guard slot.pointee.phase == .starting else { return }
        var verdict = od_verdict()
        let length = od_read(slot.pointee.status, &verdict, MemoryLayout<od_verdict>.size)
        if length == -Int64(OD_E_AGAIN.number) || length == -Int64(OD_E_INTR.number) { return }
        closeStatus(index)
        if length == Int64(MemoryLayout<od_verdict>.size) {
            failed(index, Refusal(od_stage(verdict.stage), verdict.error))
        } else {
            slot.pointee.phase = .held
            slot.pointee.facts.state = OD_RUN_RUNNING.rawValue
            // An engine that did not ask for this run learns of it all the same, now or when it says OD_HELLO.
            let isAnswer = slot.pointee.asker == engine.starts
            guard isAnswer || engine.hasGreeted else { return takeBack(index) }
            sendRun(index, isAnswer ? OD_SPAWNED : OD_SLOT, seq: isAnswer ? slot.pointee.request : 0)
        }
    }

    /// Tells the engine all about a run, with its descriptors: then it is the reader; else we are.
    mutating func sendRun(_ index: Int, _ kind: od_kind, seq: UInt64) {
        let slot = slots[index]
        let count = listDescriptors(of: index)
        let isSent = link.send(
            kind, slot: index, seq: seq, slot.pointee.facts, link.passedDescriptors, count: count)
        if isSent { markHandedOver(index) } else if !slot.pointee.isHandedOver { takeBack(index) }
    }

    /// Puts the descriptors of a run into `link.passedDescriptors`, in the order of od_slot_fd; none when they are
    /// closed.
    func listDescriptors(of index: Int) -> Int {
        let slot = slots[index]
        guard !slot.pointee.isReleased else { return 0 }
        let list = link.passedDescriptors
        list[Int(OD_FD_PID.rawValue)] = slot.pointee.pidfd
        list[Int(OD_FD_OUT.rawValue)] = slot.pointee.out.pipe
        list[Int(OD_FD_ERR.rawValue)] = slot.pointee.error.pipe
        list[Int(OD_FD_OUT_SPOOL.rawValue)] = slot.pointee.out.spool
        list[Int(OD_FD_ERR_SPOOL.rawValue)] = slot.pointee.error.spool
        return Int(OD_SLOT_FDS.rawValue)
    }

    private mutating func repeatAnswer(_ index: Int, request: UInt64) {
        let slot = slots[index]
        slot.pointee.request = request
        slot.pointee.asker = engine.starts
        if slot.pointee.phase == .held { sendRun(index, OD_SPAWNED, seq: request) }
    }

    private mutating func spawn(
        _ spawn: od_spawn, _ bytes: UnsafePointer<CChar>, request: UInt64
    ) throws(Refusal) {
        let strings = SpawnStrings(bytes, length: Int(spawn.length), argc: spawn.argc, envc: spawn.envc)
        guard let strings else { throw Refusal(OD_AT_FRAME, OD_E_INVAL.number) }
        guard let index = slots.take() else { throw Refusal(OD_AT_TABLE, OD_E_NOSPC.number) }
        let slot = slots[index]
        slot.pointee.request = request
        slot.pointee.asker = engine.starts
        slot.pointee.tag = strings.tag
        slot.pointee.facts.instance = spawn.instance
        slot.pointee.facts.run = spawn.run
        do throws(Refusal) {
            try start(index, strings)
        } catch {
            closeStreams(index)
            slots.free(index)
            throw error
        }
    }

    /// Makes the pipes, the spools and the child.
    private mutating func start(_ index: Int, _ strings: SpawnStrings) throws(Refusal) {
        var writers = Writers()
        defer { writers.close() }
        let slot = slots[index]
        try makeStream(index, .out, "od-out", &writers.out)
        try makeStream(index, .error, "od-err", &writers.error)
        slot.pointee.status = try makePipe(&writers.status)
        var plan = od_plan()
        plan.strings = strings.bytes
        plan.argc = strings.argc
        plan.envc = strings.envc
        plan.stdio = (null, writers.out, writers.error)
        plan.passed = (-1, -1)
        plan.status = writers.status
        plan.tame_oom = tamesChildren ? 1 : 0
        plan.nofile = childLimit
        let token = Token(.status, index: index, generation: slot.pointee.generation)
        guard poller.watch(slot.pointee.status, token) else {
            closeStatus(index)
            throw Refusal(OD_AT_PIPE, OD_E_NOSPC.number)
        }
        let pid = od_spawn_child(&plan, &slot.pointee.pidfd)
        guard pid > 0 else {
            closeStatus(index)
            throw Refusal(OD_AT_FORK, pid)
        }
        slot.pointee.facts.pid = pid
        slot.pointee.facts.started = od_now()
        slot.pointee.facts.start_ticks = processes.ticks(of: pid)
        slots.setChild(index, pid: pid)
    }

    private mutating func closeStatus(_ index: Int) {
        poller.forget(slots[index].pointee.status)
        od_close(slots[index].pointee.status)
        slots[index].pointee.status = -1
    }

    private func makeStream(
        _ index: Int, _ channel: Stream.Channel, _ name: StaticString, _ writer: inout Int32
    ) throws(Refusal) {
        slots[index].pointee[channel].pipe = try makePipe(&writer)
        let spool = od_spool(UnsafePointer(OpaquePointer(name.utf8Start)))
        guard spool >= 0 else { throw Refusal(OD_AT_SPOOL, spool) }
        slots[index].pointee[channel].spool = spool
    }

    /// The reading end; refused when it would eat into the reserve.
    private func makePipe(_ writer: inout Int32) throws(Refusal) -> Int32 {
        var ends: (Int32, Int32) = (-1, -1)
        let made = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { od_pipe($0) }
        }
        guard made == 0 else { throw Refusal(OD_AT_PIPE, made) }
        writer = ends.1
        guard Int(ends.0) < ownLimit else {
            od_close(ends.0)
            throw Refusal(OD_AT_PIPE, OD_E_MFILE.number)
        }
        return ends.0
    }
}

/// The child's ends of its pipes: ours only until it has been forked.
private struct Writers {
    var out: Int32 = -1
    var error: Int32 = -1
    var status: Int32 = -1

    func close() {
        if out >= 0 { od_close(out) }
        if error >= 0 { od_close(error) }
        if status >= 0 { od_close(status) }
    }
}
