import CKernel

/// Our end of the link to the present engine: frames out, and what to do when there is no room.
///
/// A frame that finds no room is lost; then everything is lost until there is room again and OD_RESYNC has been sent.
/// The answer to OD_HELLO, which may be larger than the socket, is the exception: it goes on where it stopped.
struct Link {
    /// How far the answer to an OD_HELLO has come.
    struct Listing {
        enum Part { case welcome, stored, starting, slots, end }
        var part = Part.welcome
        var index = 0
        /// Number of the OD_HELLO.
        let request: UInt64
        /// Until when runs that are starting are waited for.
        let patience: UInt64
    }

    /// `later`: the system has no memory, or no more descriptors may be under way; nothing tells when it has again.
    enum Sent { case yes, noRoom, later, gone }

    private let engine: UnsafeMutablePointer<od_held_engine>
    /// -1 without an engine.
    var descriptor: Int32 { engine.pointee.link }
    /// Frames were lost.
    private(set) var hasMissed = false
    /// The poller tells us when there is room.
    var awaitsRoom = false
    var listing: Listing?

    /// One incoming frame and its descriptors; -1 marks those that somebody has taken.
    let incoming: UnsafeMutableRawPointer
    let descriptors: UnsafeMutablePointer<Int32>
    private let outgoing: UnsafeMutableRawPointer
    private static let outgoingMost = 4096
    /// Where senders put the descriptors of a frame.
    let passedDescriptors: UnsafeMutablePointer<Int32>

    static let headLength = MemoryLayout<od_frame>.size

    init?(_ holding: Holding) {
        guard let incoming = od_table(Int(OD_FRAME_MAX)), let outgoing = od_table(Self.outgoingMost),
            let descriptors = od_table(MemoryLayout<Int32>.stride * Int(OD_LINK_FDS_MAX) * 2)
        else { return nil }
        engine = holding.engine
        self.incoming = incoming
        self.outgoing = outgoing
        self.descriptors = descriptors.bindMemory(to: Int32.self, capacity: Int(OD_LINK_FDS_MAX) * 2)
        passedDescriptors = self.descriptors + Int(OD_LINK_FDS_MAX)
    }

    mutating func open(_ descriptor: Int32) {
        close()
        engine.pointee.link = descriptor
    }

    /// Frames may have been lost that nobody knows of.
    mutating func markMissed() {
        hasMissed = true
    }

    mutating func close() {
        let old = descriptor
        engine.pointee.link = -1
        od_fence()
        if old >= 0 { od_close(old) }
        hasMissed = false
        awaitsRoom = false
        listing = nil
    }

    /// Sends a frame that the engine learns of by OD_RESYNC when it is lost.
    @discardableResult
    mutating func send<Body: BitwiseCopyable>(
        _ kind: od_kind, slot: Int = 0, seq: UInt64 = 0, _ body: Body,
        _ fds: UnsafePointer<Int32>? = nil, count: Int = 0
    ) -> Bool {
        guard !hasMissed, descriptor >= 0 else { return false }
        let sent = trySend(kind, slot: slot, seq: seq, body, fds, count: count)
        if sent != .yes { hasMissed = true }
        return sent == .yes
    }

    /// Sends a frame that the caller keeps when there is no room.
    func trySend<Body: BitwiseCopyable>(
        _ kind: od_kind, slot: Int, seq: UInt64, _ body: Body, _ fds: UnsafePointer<Int32>? = nil, count: Int = 0
    ) -> Sent {
        let head = od_frame(
            version: UInt16(OD_LINK_VERSION), kind: UInt16(kind.rawValue), slot: UInt32(slot), seq: seq)
        outgoing.storeBytes(of: head, as: od_frame.self)
        outgoing.storeBytes(of: body, toByteOffset: Self.headLength, as: Body.self)
        let result = od_link_send(
            descriptor, outgoing, Self.headLength + MemoryLayout<Body>.size, fds, UInt32(count))
        switch -result {
        case 0: return .yes
        case OD_E_AGAIN.number: return .noRoom
        case OD_E_PIPE.number, OD_E_CONNRESET.number, OD_E_NOTCONN.number: return .gone
        default: return .later
        }
    }

    /// Says that frames were lost, if so and if there is room for that.
    mutating func resync() -> Sent {
        guard hasMissed, descriptor >= 0 else { return .yes }
        let sent = trySend(OD_RESYNC, slot: 0, seq: 0, Nothing())
        if sent == .yes { hasMissed = false }
        return sent
    }
}

/// The body of a frame that has none.
struct Nothing: BitwiseCopyable {}

extension od_errno {
    /// As calls return it, but for the sign.
    var number: Int32 { Int32(rawValue) }
}
