import CKernel

/// Whether the engine is there, not only alive: what it has left unanswered. Ticks are counted, not time: a machine
/// that was suspended has had one tick, not many.
struct Pulse {
    /// Nanoseconds between two ticks, unless OD_PULSE says otherwise.
    static let interval: UInt64 = 5_000_000_000
    /// Pulses in a row without an answer that make an engine dead.
    static let unansweredMost = 3
    /// Ticks that an engine may take from its start to its OD_HELLO: a minute.
    static let silentMost = 12
    /// OD_LINK_VERSION that has OD_PULSE.
    private static let sinceVersion: UInt16 = 2
    /// Ticks that a new keeper may take to say whether it can read our memory.
    static let checkMost = 3

    let interval: UInt64
    /// The next tick; 0 = none.
    private(set) var at: UInt64 = 0
    private var unanswered = 0
    private var silent = 0
    /// It knows what to say: one of version 1 does not, and is not judged by it.
    private var knowsPulses = false
    var checks = 0

    init(interval: UInt64) {
        self.interval = interval
    }

    /// An engine is there.
    mutating func begin() {
        at = od_now() + interval
        unanswered = 0
        silent = 0
        knowsPulses = false
    }

    mutating func end() {
        at = 0
    }

    /// It has said OD_HELLO, in this version of the link.
    mutating func meet(version: UInt16) {
        knowsPulses = version >= Self.sinceVersion
    }

    mutating func beat() {
        unanswered = 0
    }

    /// A tick has come: false when the engine has been given up.
    mutating func advance(now: UInt64, hasGreeted: Bool) -> Bool {
        at = now + interval
        silent = hasGreeted ? 0 : silent + 1
        guard silent < Self.silentMost, unanswered < Self.unansweredMost else { return false }
        if hasGreeted, knowsPulses { unanswered += 1 }
        return true
    }
}

extension Keeper {
    /// One of the regular wake-ups while an engine is there.
    mutating func tick(_ now: UInt64) {
        let isGood = pulse.advance(now: now, hasGreeted: engine.pointee.has_greeted)
        if !isGood {
            killEngine()
        } else if engine.pointee.has_greeted {
            engine.pointee.pulses += 1
            // One that finds no room stays unanswered; the engine has missed nothing by it.
            if !link.hasMissed { _ = link.trySend(OD_PULSE, slot: 0, seq: engine.pointee.pulses, Nothing()) }
        }
        if holding.wish.pointee.state == OD_WISH_CHECKING.rawValue {
            pulse.checks += 1
            if pulse.checks >= Pulse.checkMost { killWished() }
        }
        lookAfterStrangers()
    }

    /// OD_BEAT: the control loop of the engine goes round.
    mutating func takeBeat(_ frame: IncomingFrame) throws(Refusal) {
        guard frame.head.seq > 0, frame.head.seq <= engine.pointee.pulses else {
            throw Refusal(OD_AT_NONE, OD_E_NOENT.number)
        }
        pulse.beat()
    }
}
