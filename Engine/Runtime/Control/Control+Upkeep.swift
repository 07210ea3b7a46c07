import CKernel
import Core
import Glibc
import NIOCore

// What others may take away while the engine runs, and what it does about that.

/// What is known of it.
struct Upkeep: Sendable {
    /// nil where a home has no lock.
    var socket: HomeSocket?
    /// One that an earlier engine had to make anew.
    var heldSocket: Descriptor?
    var isHomeless = false
    /// Why state.db, which was removed, is not there yet.
    var missing: String?
    var keeper = KeeperWatch()
    /// When socket and state are looked at again, nanoseconds of `od_pump_now`.
    var nextReview: Int64 = 0
}

extension Control {
    /// Looks from now on whether clients still find the socket.
    func watchSocket() async {
        let home = parts.home.path
        upkeep.socket = try? await parts.chores.run { HomeSocket(home: home) }
        await untilReady()
        await serveHeldSocket()
        await reviewSocket()
        lookAgain()
    }

    private func lookAgain() {
        guard !isLeaving else { return }
        loop.scheduleTask(in: .milliseconds(Int64(Defaults.keeperLook))) {
            self.assumeIsolated { control in
                control.checkKeeper()
                let now = od_pump_now()
                guard now >= control.upkeep.nextReview else { return control.lookAgain() }
                control.upkeep.nextReview = now + Int64(Defaults.socketLook) * 1_000_000
                Task {
                    await control.reviewSocket()
                    await control.reviewStore()
                    control.lookAgain()
                }
            }
        }
    }

    /// A socket without a name is replaced, for this engine, those that follow, and the next keeper.
    func reviewSocket() async {
        guard let homeSocket = upkeep.socket, !isLeaving else { return }
        do {
            let look = try await parts.chores.run { try homeSocket.renew() }
            let wasHomeless = upkeep.isHomeless
            upkeep.isHomeless = false
            switch look {
            case .there: break
            case .made(let socket):
                Log.write("od.sock was removed: it is made anew", .warn)
                parts.link.store(key: HomeSocket.key, descriptor: socket.lent)
                try await serve(socket)
            case .homeless:
                upkeep.isHomeless = true
                guard !wasHomeless else { return }
                Log.write(
                    "\(parts.home.path) was moved or removed: no od finds this daemon; move it back, or send SIGTERM to "
                        + "pid \(processID()), which stops the apps", .error)
            }
        } catch {
            Log.write("od.sock was removed and cannot be made anew: \(error)", .error)
        }
    }

    /// An engine of before has made the socket anew: that one has the name, not the one that we were started with.
    private func serveHeldSocket() async {
        guard let socket = upkeep.heldSocket else { return }
        upkeep.heldSocket = nil
        do { try await serve(socket) } catch { Log.write("od.sock cannot be listened on: \(error)", .error) }
    }

    private func serve(_ socket: Descriptor) async throws {
        let kept = od_pump_duplicate(socket.lent)
        od_close(listener)
        listener = kept
        let lent = socket.give()
        try await server?.exchange(listener: lent)
        Glibc.listen(kept, Server.backlog)
    }

    // MARK: the state

    /// Looks whether the file is there; one that was removed is made anew of what is in the open one. A home that is
    /// another's gets nothing.
    func reviewStore() async {
        let store = parts.store
        guard !isLeaving, !upkeep.isHomeless, (try? await parts.chores.run({ store.isMoved })) == true else {
            return upkeep.missing = nil
        }
        do {
            guard try await parts.storeWorker.run({ try store.restore() }) else { return }
            Log.write("state.db was removed: it is made anew", .warn)
        } catch {
            let text = "\(error)"
            if upkeep.missing != text { Log.write("state.db was removed and cannot be made anew: \(text)", .error) }
            upkeep.missing = text
        }
    }

    // MARK: the keeper

    /// A tick has come (`Defaults.keeperLook`): a keeper that hangs is ended, so that its spare takes its place.
    func checkKeeper() {
        guard isKeeperThere, let keeper, upkeep.keeper.tick() else { return }
        say(.lost("the keeper, pid \(keeper.pid), does not answer and is killed"))
        _ = parts.chores.post { Self.kill(keeper: keeper.pid) }
    }

    /// Only what calls itself a keeper: a played one has the number of somebody else.
    private static func kill(keeper pid: Int32) {
        guard pid > 1, ProcText.read("/proc/\(pid)/comm") == "od-keeper\n" else { return }
        if Glibc.kill(pid, SIGKILL) != 0 { Log.write("the keeper cannot be killed: \(Errno(errno))", .error) }
    }
}
