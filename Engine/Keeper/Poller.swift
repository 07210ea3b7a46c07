import CKernel

/// What an event is about; travels through epoll as one number. The generation tells a late event of a former user of
/// the index from one of the present user.
struct Token {
    enum Kind: UInt8 {
        case signals = 1, timer, link, status, out, error, engine, main, last, cgroup
    }

    let number: UInt64

    init(_ kind: Kind, index: Int = 0, generation: UInt32 = 0) {
        number = UInt64(kind.rawValue) << 56 | UInt64(generation & 0xFF_FFFF) << 32 | UInt64(index)
    }

    init(number: UInt64) {
        self.number = number
    }

    var kind: Kind? { Kind(rawValue: UInt8(number >> 56)) }
    var generation: UInt32 { UInt32(number >> 32) & 0xFF_FFFF }
    var index: Int { Int(number & 0xFFFF_FFFF) }
}

/// The one epoll.
struct Poller {
    private let descriptor: Int32

    init?() {
        descriptor = od_poller()
        if descriptor < 0 { return nil }
    }

    /// False when the system has no room for it.
    func watch(_ fd: Int32, _ token: Token, events: UInt32 = OD_EVENT_IN.rawValue) -> Bool {
        od_watch(descriptor, fd, events, token.number, 0) == 0
    }

    func change(_ fd: Int32, _ token: Token, events: UInt32) {
        _ = od_watch(descriptor, fd, events, token.number, 1)
    }

    func forget(_ fd: Int32) {
        _ = od_unwatch(descriptor, fd)
    }

    /// Waits for events; the first `n` of `events` are filled in.
    func wait(_ events: UnsafeMutablePointer<od_event>, capacity: Int) -> Int {
        Int(od_wait(descriptor, events, Int32(capacity)))
    }
}
