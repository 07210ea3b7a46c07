import CKernel

/// A counter in the kernel (eventfd) that one thread rings and another waits for.
final class Bell: Sendable {
    let descriptor: Int32

    /// With `counting` each `take` answers one `ring` and waits for it; without, a `take` clears all and never waits.
    init(counting: Bool) throws(Errno) {
        descriptor = try Errno.check(od_pump_bell(counting ? 1 : 0))
    }

    deinit { od_pump_close(descriptor) }

    func ring() {
        _ = od_pump_bell_ring(descriptor)
    }

    func take() {
        _ = od_pump_bell_take(descriptor)
    }
}
