import CKernel

/// A thread of our own, for work that blocks: never the cooperative pool, never the control loop.
enum Thread {
    /// Runs `body` on a detached thread of that name (15 bytes at most are kept) with all signals blocked.
    ///
    /// Throws the errno when the system has no room for another thread.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Errno) {
        let box = Unmanaged.passRetained(Body(run: body))
        let result = String(name.prefix(15)).withCString { name in
            od_pump_thread(name, { Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run() }, box.toOpaque())
        }
        guard result == 0 else {
            box.release()
            throw Errno(-result)
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}
