import CKernel
import Core
import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// The engine's process: what `od engine --home DIR [--embedded | --boot]` runs, started by the keeper with its link and the
/// listening socket as descriptors.
package enum EngineMain {
    /// EX_TEMPFAIL of sysexits.h, with which an engine ends: the keeper starts another.
    static let startAnother: Int32 = 75

    /// Runs until everything is stopped and the keeper has given leave; does not return before.
    ///
    /// - Parameter home: absolute path; it exists and was checked by the client that made it.
    ///   `boots`: the machine's init system starts it, which ends a halt.
    package static func run(home: String, embedded: Bool, boots: Bool = false) -> Never {
        od_block_signals()
        od_raise_limits()
        od_widen_descriptors()
        umask(0o077)
        let paths = HomePaths(home)
        Log.open(paths.engineLog)
        let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
        do {
            let control = try makeControl(paths, loop, embedded: embedded, boots: boots)
            serve(control, loop)
            waitForSignals(control)
        } catch {
            Log.write("the engine cannot start: \(error)", .error)
            refuse(error, paths, loop)
        }
    }

    private static func makeControl(
        _ paths: HomePaths, _ loop: any EventLoop, embedded: Bool, boots: Bool
    ) throws(Failure) -> Control {
        let store = try Store(path: paths.database)
        let stored = try store.load()
        let capabilities = Capabilities(stored: try store.capabilities())
        let facts = Facts()
        let parts = Control.Parts(
            home: paths, link: KeeperLink(socket: Int32(OD_FD_LINK)), store: store, storeWorker: try Worker("od-store"),
            pump: try LogPump { facts.take($0) }, archivist: try Archivist(home: paths.path),
            readers: try Worker("od-read", threads: 2), chores: try Worker("od-chores", threads: 2),
            searchers: try Worker.modest("od-search"), meter: try Meter(),
            startKeeper: { try KeeperStart(home: paths.path).run(listener: $0) },
            signs: try SignWatch { facts.take($0) })
        let number = getenv("OD_ENGINE_STARTS").flatMap { Int(String(cString: $0)) } ?? 1
        let control = Control(
            loop: loop, parts: parts, stored: stored, capabilities: capabilities, embedded: embedded,
            boots: boots, startNumber: number)
        facts.reach(control)
        return control
    }

    /// Opens the server and begins to talk with the keeper.
    private static func serve(_ control: Control, _ loop: any EventLoop) {
        Task {
            do {
                try await control.open(listener: Int32(OD_FD_LISTENER))
            } catch {
                Log.write("the engine cannot start: \(error)", .error)
                exit(startAnother)
            }
        }
    }

    /// SIGTERM, from the keeper or from an administrator, stops everything but does not halt the home.
    private static func waitForSignals(_ control: Control) -> Never {
        while true {
            let signal = od_wait_for_end()
            guard signal == SIGTERM else { continue }
            Log.write("SIGTERM: stopping everything")
            control.loop.execute {
                control.assumeIsolated {
                    $0.beginStopping()
                    $0.take(.command(.shutdown(halt: false), nil))
                }
            }
        }
    }

    /// Stays for the keeper's and the clients' sake, though there is no fleet.
    private static func refuse(_ failure: any Error, _ paths: HomePaths, _ loop: any EventLoop) -> Never {
        let failure =
            failure as? Failure ?? Failure(.bug, "the engine cannot start", why: "\(failure)", next: "report this")
        let engine = RefusedEngine(loop: loop, home: paths, link: KeeperLink(socket: Int32(OD_FD_LINK)), failure)
        let manager = ServiceManager()
        manager.tell(.trouble(failure))
        manager.beginWatch(on: loop)
        Task {
            do {
                try await engine.open(listener: Int32(OD_FD_LISTENER))
            } catch {
                Log.write("nobody can be told: \(error)", .error)
                exit(startAnother)
            }
        }
        while true {
            if od_wait_for_end() == SIGTERM { Task { await engine.stop() } }
        }
    }
}

/// Brings facts of the pump's thread to the control loop. The pump is made before the control that it tells.
private final class Facts: Sendable {
    private let control = Mutex<Control?>(nil)

    func reach(_ control: Control) { self.control.withLock { $0 = control } }

    func take(_ fact: LogFact) {
        guard let control = control.withLock({ $0 }) else { return }
        control.loop.execute { control.assumeIsolated { $0.take(fact) } }
    }

    func take(_ fact: SignFact) {
        guard let control = control.withLock({ $0 }) else { return }
        control.loop.execute { control.assumeIsolated { $0.take(fact) } }
    }
}
