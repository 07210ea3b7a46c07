import CKernel

/// A frame as it came from the engine; lives in the link's buffer until the next one is received.
struct IncomingFrame {
    let bytes: UnsafeMutableRawPointer
    let length: Int
    let descriptorCount: Int

    var head: od_frame { bytes.load(as: od_frame.self) }

    /// The body, which may be longer than we know; nil when it is shorter.
    func body<Body: BitwiseCopyable>(_: Body.Type) -> Body? {
        guard length >= Link.headLength + MemoryLayout<Body>.size else { return nil }
        return bytes.loadUnaligned(fromByteOffset: Link.headLength, as: Body.self)
    }

    /// The run that a frame wants to be held; nil for frames that want something else.
    struct Named: BitwiseCopyable {
        let instance: UInt64
        let run: UInt64
    }

    var named: Named? {
        // Both kinds begin with them.
        head.kind == OD_SPAWN.rawValue || head.kind == OD_ADOPT.rawValue ? body(Named.self) : nil
    }
}

extension Keeper {
    /// How many frames are taken in one turn of the loop; the rest waits in the socket for the next. Few, so that the
    /// engine is busy with the first of many spawns while we are with the others.
    private static let framesPerTurn = 16

    /// There is something on the link: frames, room, or its end.
    mutating func takeLink(_ events: UInt32) {
        if events & OD_EVENT_OUT.rawValue != 0 { pump() }
        for _ in 0..<Self.framesPerTurn where link.descriptor >= 0 && outcome == nil {
            var count: UInt32 = 0
            var cut: UInt32 = 0
            let length = od_link_recv(
                link.descriptor, link.incoming, Int(OD_FRAME_MAX), link.descriptors, &count, &cut)
            if length == -Int64(OD_E_AGAIN.number) { return }
            if length == -Int64(OD_E_INTR.number) { continue }
            guard length > 0 || length == -Int64(OD_E_BADMSG.number) else { return linkEnded() }
            let frame = IncomingFrame(bytes: link.incoming, length: Int(max(length, 0)), descriptorCount: Int(count))
            answer(frame, cut: cut)
            for index in 0..<Int(count) where link.descriptors[index] >= 0 { od_close(link.descriptors[index]) }
        }
    }

    /// Every frame has an answer or an effect; what we cannot use is refused.
    private mutating func answer(_ frame: IncomingFrame, cut: UInt32) {
        guard frame.length >= Link.headLength else {
            return refuse(od_frame(), nil, Refusal(OD_AT_FRAME, OD_E_BADMSG.number))
        }
        do throws(Refusal) {
            if cut & OD_CUT_BYTES.rawValue != 0 { throw Refusal(OD_AT_FRAME, OD_E_MSGSIZE.number) }
            if cut & OD_CUT_FDS.rawValue != 0 { throw Refusal(OD_AT_FRAME, OD_E_MFILE.number) }
            try perform(frame)
        } catch {
            refuse(frame.head, frame.named, error)
        }
    }

    private mutating func perform(_ frame: IncomingFrame) throws(Refusal) {
        switch UInt32(frame.head.kind) {
        case OD_HELLO.rawValue:
            pulse.meet(version: frame.head.version)
            greet(request: frame.head.seq)
        case OD_SPAWN.rawValue: try spawn(frame)
        case OD_SIGNAL.rawValue: try signal(frame)
        case OD_ACK.rawValue: try acknowledge(frame)
        case OD_RELEASE.rawValue: try release(frame)
        case OD_DECLINE.rawValue: takeBack(try heldSlot(frame))
        case OD_ADOPT.rawValue: try adopt(frame)
        case OD_BEAT.rawValue: try takeBeat(frame)
        case OD_REEXEC.rawValue: try wishAnother(frame)
        case OD_STORE.rawValue: try keep(frame)
        case OD_DROP.rawValue: try drop(frame)
        case OD_LEAVE.rawValue: try leave(frame)
        default: throw Refusal(OD_AT_NONE, OD_E_NOSYS.number)
        }
    }

    /// Tells the engine that a frame, or a spawn later on, came to nothing.
    mutating func refuse(_ head: od_frame, _ named: IncomingFrame.Named?, _ refusal: Refusal) {
        let body = od_refused(
            instance: named?.instance ?? 0, run: named?.run ?? 0, kind: UInt32(head.kind),
            stage: refusal.stage.rawValue, error: refusal.error)
        link.send(OD_REFUSED, slot: Int(head.slot), seq: head.seq, body)
    }

    /// The slot that a frame names, if it holds a run.
    func heldSlot(_ frame: IncomingFrame) throws(Refusal) -> Int {
        let index = Int(frame.head.slot)
        guard index < slots.used, slots[index].pointee.phase == .held else {
            throw Refusal(OD_AT_NONE, OD_E_NOENT.number)
        }
        return index
    }

    private mutating func acknowledge(_ frame: IncomingFrame) throws(Refusal) {
        let index = try heldSlot(frame)
        guard frame.head.seq != 0, slots[index].pointee.exit == frame.head.seq else {
            throw Refusal(OD_AT_NONE, OD_E_NOENT.number)
        }
        slots[index].pointee.is_acknowledged = true
        freeIfDone(index)
    }

    private mutating func release(_ frame: IncomingFrame) throws(Refusal) {
        let index = try heldSlot(frame)
        closeStreams(index)
        freeIfDone(index)
    }

    private mutating func keep(_ frame: IncomingFrame) throws(Refusal) {
        guard let body = frame.body(od_key.self), frame.descriptorCount == 1 else {
            throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number)
        }
        guard Int(link.descriptors[0]) < ownLimit else { throw Refusal(OD_AT_NONE, OD_E_MFILE.number) }
        guard store.put(link.descriptors[0], key: body.key) else { throw Refusal(OD_AT_TABLE, OD_E_NOSPC.number) }
        link.descriptors[0] = -1
        link.send(OD_STORED, seq: frame.head.seq, body)
    }

    private mutating func drop(_ frame: IncomingFrame) throws(Refusal) {
        guard let body = frame.body(od_key.self) else { throw Refusal(OD_AT_FRAME, OD_E_BADMSG.number) }
        guard store.drop(key: body.key) else { throw Refusal(OD_AT_NONE, OD_E_NOENT.number) }
    }

    private mutating func leave(_ frame: IncomingFrame) throws(Refusal) {
        for index in 0..<slots.used where slots[index].pointee.isAlive {
            throw Refusal(OD_AT_NONE, OD_E_BUSY.number)
        }
        engine.pointee.is_leaving = true
        link.send(OD_LEFT, seq: frame.head.seq, Nothing())
    }
}
