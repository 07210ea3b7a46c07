import CKernel

/// The strings of an OD_SPAWN, checked: program, cwd, `argc` arguments, `envc` entries, each with its NUL.
struct SpawnStrings {
    let bytes: UnsafePointer<CChar>
    let argc: UInt32
    let envc: UInt32
    /// Says whose run it is, see `od_environment_tag`; 0 when the environment does not.
    let tag: UInt64

    /// nil when the bytes are not what the counts say, or nothing is to be executed.
    init?(_ bytes: UnsafePointer<CChar>, length: Int, argc: UInt32, envc: UInt32) {
        self.bytes = bytes
        self.argc = argc
        self.envc = envc
        guard argc > 0, length > 0, bytes[0] != 0, bytes[length - 1] == 0 else { return nil }
        let firstVariable = 2 + UInt64(argc)
        var strings: UInt64 = 0
        var environment = length
        for index in 0..<length where bytes[index] == 0 {
            strings += 1
            if strings == firstVariable { environment = index + 1 }
        }
        guard strings == firstVariable + UInt64(envc) else { return nil }
        tag = od_environment_tag(bytes + environment, UInt64(length - environment))
    }
}

extension Keeper {
    /// Bytes of a pipe; one that is smaller says that the user's budget of them is used up.
    private static let usualPipe: Int32 = 65536

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
        var request = try SpawnRequest(frame)
        if let index = slots.index(instance: request.spawn.instance, run: request.spawn.run) {
            return repeatAnswer(index, request: frame.head.seq)
        }
        guard !engine.pointee.is_leaving else { throw Refusal(OD_AT_FRAME, OD_E_SHUTDOWN.number) }
        guard request.isInMemfd else {
            try request.read(request.bytes(in: frame))
            return try spawn(request, frame)
        }
        guard frame.descriptorCount >= 1, request.length > 0 else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        var bytes: UnsafePointer<CChar>?
        let mapped = od_map_sealed(link.descriptors[0], request.length, &bytes)
        guard mapped == 0, let bytes else { throw Refusal(OD_AT_FRAME, mapped) }
        defer { od_unmap(bytes, request.length) }
        try request.read(UnsafeRawPointer(bytes))
        try spawn(request, frame)
    }

    /// The child of a starting slot has executed its program, or has said why it could not, or is still at it.
    mutating func settle(_ index: Int) {
        let slot = slots[index]
        guard slot.pointee.phase == .starting else { return }
        // Read right into the memory: what has left the pipe is never only ours.
        let verdict = od_verdict_of_run(slot)
        let length = od_read(slot.pointee.status, verdict, MemoryLayout<od_verdict>.size)
        if length == -Int64(OD_E_AGAIN.number) || length == -Int64(OD_E_INTR.number) { return }
        closeStatus(index)
        settled(index)
    }

    /// The verdict is there, or there is none: the exec has succeeded.
    mutating func settled(_ index: Int) {
        let slot = slots[index]
        let verdict = slot.pointee.verdict
        guard verdict.stage == OD_AT_NONE.rawValue else {
            return failed(index, Refusal(od_stage(verdict.stage), verdict.error))
        }
        slot.pointee.facts.state = OD_RUN_RUNNING.rawValue
        slot.pointee.phase = .held
        // An engine that did not ask for this run learns of it all the same, now or when it says OD_HELLO.
        let isAnswer = slot.pointee.asker == engine.pointee.starts
        guard isAnswer || engine.pointee.has_greeted else { return takeBack(index) }
        sendRun(index, OD_SPAWNED, seq: isAnswer ? slot.pointee.request : 0)
    }

    /// Tells the engine all about a run, with its descriptors: then it is the reader; else we are.
    mutating func sendRun(_ index: Int, _ kind: od_kind, seq: UInt64) {
        let slot = slots[index]
        let count = listDescriptors(of: index)
        let wasHandedOver = slot.pointee.is_handed_over
        markHandedOver(index)
        let isSent = link.send(
            kind, slot: index, seq: seq, slot.pointee.facts, link.passedDescriptors, count: count)
        if !isSent, !wasHandedOver { takeBack(index) }
    }

    /// Puts the descriptors of a run into `link.passedDescriptors`, in the order of od_slot_fd; none when they are
    /// closed.
    func listDescriptors(of index: Int) -> Int {
        let slot = slots[index]
        guard !slot.pointee.is_released else { return 0 }
        let list = link.passedDescriptors
        list[Int(OD_FD_PID.rawValue)] = slot.pointee.pidfd
        list[Int(OD_FD_OUT.rawValue)] = slot.pointee.out.pipe
        list[Int(OD_FD_ERR.rawValue)] = slot.pointee.error.pipe
        list[Int(OD_FD_OUT_SPOOL.rawValue)] = slot.pointee.out.spool
        list[Int(OD_FD_ERR_SPOOL.rawValue)] = slot.pointee.error.spool
        return Int(OD_SLOT_FDS.rawValue)
    }

    mutating func repeatAnswer(_ index: Int, request: UInt64) {
        let slot = slots[index]
        slot.pointee.request = request
        slot.pointee.asker = engine.pointee.starts
        if slot.pointee.phase == .held { sendRun(index, OD_SPAWNED, seq: request) }
    }

    private mutating func spawn(_ request: SpawnRequest, _ frame: IncomingFrame) throws(Refusal) {
        guard let strings = request.strings else { throw Refusal(OD_AT_FRAME, OD_E_INVAL.number) }
        var plan = od_plan()
        try request.fill(&plan, attached: link.descriptors, count: frame.descriptorCount, store)
        guard let index = slots.take() else { throw Refusal(OD_AT_TABLE, OD_E_NOSPC.number) }
        let slot = slots[index]
        slot.pointee.request = frame.head.seq
        slot.pointee.asker = engine.pointee.starts
        slot.pointee.tag = strings.tag
        slot.pointee.facts.instance = request.spawn.instance
        slot.pointee.facts.run = request.spawn.run
        slot.pointee.facts.state = OD_RUN_STARTING.rawValue
        slot.pointee.phase = .starting
        do throws(Refusal) {
            try takeCgroup(index, number: Int(request.more.cgroup), &plan)
            try start(index, strings, &plan)
        } catch {
            drop(index)
            throw error
        }
    }

    /// The attached directory becomes the slot's, which closes it.
    private mutating func takeCgroup(_ index: Int, number: Int, _ plan: inout od_plan) throws(Refusal) {
        guard number > 0 else { return }
        let directory = link.descriptors[number - 1]
        guard Int(directory) < ownLimit else { throw Refusal(OD_AT_CGROUP, OD_E_MFILE.number) }
        link.descriptors[number - 1] = -1
        slots[index].pointee.cgroup = directory
        slots[index].pointee.facts.flags |= OD_SLOT_CGROUP.rawValue
        plan.cgroup = directory
    }

    /// Makes the pipes, the spools and the child.
    private mutating func start(_ index: Int, _ strings: SpawnStrings, _ plan: inout od_plan) throws(Refusal) {
        var writers = Writers()
        defer { writers.close() }
        let slot = slots[index]
        try makeStream(index, .out, "od-out", &writers.out)
        try makeStream(index, .error, "od-err", &writers.error)
        slot.pointee.status = try makePipe(&writers.status, od_pipe)
        plan.strings = strings.bytes
        plan.argc = strings.argc
        plan.envc = strings.envc
        plan.stdio = (holding.head.pointee.null, writers.out, writers.error)
        plan.passed = (-1, -1)
        plan.status = writers.status
        plan.tame_oom = holding.head.pointee.tames_children
        plan.nofile = holding.head.pointee.child_nofile
        let token = Token(.status, index: index, generation: slot.pointee.generation)
        guard poller.watch(slot.pointee.status, token) else { throw Refusal(OD_AT_PIPE, OD_E_NOSPC.number) }
        // The kernel itself writes pid and pidfd into the memory, before the child runs.
        let pid = od_spawn_child(&plan, holding.children + index, od_pidfd_of_run(slot))
        guard pid > 0 else { throw Refusal(OD_AT_FORK, pid) }
        slots.countChild()
        completeFacts(index)
    }

    /// What is known of a child that has been forked, as far as it is not written down yet.
    func completeFacts(_ index: Int) {
        let slot = slots[index]
        let pid = holding.children[index]
        slot.pointee.facts.pid = pid
        if slot.pointee.facts.started == 0 { slot.pointee.facts.started = od_now() }
        if slot.pointee.facts.start_ticks == 0 { slot.pointee.facts.start_ticks = processes.ticks(of: pid) }
    }

    mutating func closeStatus(_ index: Int) {
        let status = slots[index].pointee.status
        poller.forget(status)
        slots[index].pointee.status = -1
        od_fence()
        od_close(status)
    }

    private func makeStream(
        _ index: Int, _ channel: Stream, _ name: StaticString, _ writer: inout Int32
    ) throws(Refusal) {
        slots[index].pointee[channel].pipe = try makePipe(&writer, od_stream_pipe)
        if od_pipe_size(writer) < Self.usualPipe { slots[index].pointee.facts.flags |= OD_SLOT_SMALL_PIPES.rawValue }
        let spool = od_spool(UnsafePointer(OpaquePointer(name.utf8Start)))
        guard spool >= 0 else { throw Refusal(OD_AT_SPOOL, spool) }
        slots[index].pointee[channel].spool = spool
    }

    /// The reading end; refused when it would eat into the reserve.
    private func makePipe(
        _ writer: inout Int32, _ make: (UnsafeMutablePointer<Int32>?) -> Int32
    ) throws(Refusal) -> Int32 {
        var ends: (Int32, Int32) = (-1, -1)
        let made = withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { make($0) }
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
