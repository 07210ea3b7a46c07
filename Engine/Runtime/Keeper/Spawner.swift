import CKernel
import Core
import Glibc
import Synchronization

/// Makes orders of the kernel into what the keeper is told: looks up users and groups, makes cgroups. All of that may
/// block, so it happens on a thread of its own, in order; what needs none of it does not go there.
final class Spawner: Sendable {
    /// Orders that may wait for the thread; one more is refused.
    private static let queue = 2 * Int(OD_SLOTS_MAX)

    private enum Cgroups {
        case unknown
        case none
        case tree(CgroupTree)
        /// No new ones; those that there are go with their runs.
        case retired(CgroupTree)
    }

    private let worker: Worker?
    private let cgroups: Mutex<Cgroups>
    private let wantsCgroups: Bool
    private let mayHaveCgroups: Atomic<Bool>
    private let knowsSmallPipes = Atomic(false)
    private let isLooking = Atomic(false)
    /// Those that live and were named.
    private let strays = Mutex<Set<Strays.Stray>>([])

    /// - Parameter cgroups: false where the home's settings or OD_CGROUP=0 say so.
    init(cgroups: Bool = getenv("OD_CGROUP").map { String(cString: $0) } != "0") {
        worker = try? Worker("od-spawn", capacity: Self.queue)
        self.cgroups = Mutex(cgroups ? .unknown : .none)
        wantsCgroups = cgroups
        mayHaveCgroups = Atomic(cgroups)
    }

    /// Prepares an order and gives it to `send`, on this thread or another one.
    ///
    /// - Parameter home: path of the home; with `holder`, which keeper it is, the name of its cgroups.
    func prepare(
        _ order: SpawnOrder, home: String, holder: String,
        _ send: @escaping @Sendable (Result<SpawnGrant, AttributeTrouble>) -> Void
    ) -> Bool {
        guard order.attributes != nil || mayHaveCgroups.load(ordering: .relaxed), let worker else {
            send(grant(order, nil))
            return true
        }
        return worker.post { [self] in send(grant(order, cgroup(for: order.id, home, holder))) }
    }

    private func grant(_ order: SpawnOrder, _ cgroup: Descriptor?) -> Result<SpawnGrant, AttributeTrouble> {
        do throws(AttributeTrouble) {
            var grant =
                try order.attributes.map { (attributes) throws(AttributeTrouble) in try SpawnGrant(attributes) }
                ?? SpawnGrant()
            grant.cgroup = cgroup
            return .success(grant)
        } catch {
            return .failure(error)
        }
    }

    // MARK: cgroups

    private func cgroup(for id: RunID, _ home: String, _ holder: String) -> Descriptor? {
        cgroups.withLock { state in
            if case .unknown = state { state = Self.open(home, holder) }
            guard case .tree(var tree) = state else {
                mayHaveCgroups.store(false, ordering: .relaxed)
                return nil
            }
            do throws(Errno) {
                let leaf = Descriptor(try tree.leaf(instance: id.instance, run: id.run))
                state = .tree(tree)
                return leaf
            } catch {
                Log.write("run \(id.instance).\(id.run) has no cgroup: \(error)", .warn)
                state = .tree(tree)
                return nil
            }
        }
    }

    /// The engine has begun: what an earlier one has left is removed, and what lives is known, also when nothing is
    /// started any more.
    func begin(home: String, holder: String) {
        guard mayHaveCgroups.load(ordering: .relaxed) else { return }
        _ = worker?.post { [self] in
            cgroups.withLock { state in
                if case .unknown = state { state = Self.open(home, holder) }
                if case .none = state { mayHaveCgroups.store(false, ordering: .relaxed) }
            }
        }
    }

    private static func open(_ home: String, _ holder: String) -> Cgroups {
        guard let mounts = CgroupTree.text("/proc/self/mountinfo"), let own = CgroupTree.text("/proc/self/cgroup"),
            let place = CgroupPlace.ofApps(mountinfo: mounts, membership: own),
            let tree = CgroupTree(in: place, home: home, holder: holder)
        else { return .none }
        return .tree(tree)
    }

    /// The system took the directory and refused the process: from now on without.
    func withoutCgroups(_ reason: String) {
        Log.write("no cgroups from now on: \(reason)", .warn)
        mayHaveCgroups.store(false, ordering: .relaxed)
        _ = worker?.post { [self] in
            cgroups.withLock { if case .tree(let tree) = $0 { $0 = .retired(tree) } }
        }
    }

    /// Nothing of the run lives: its cgroup is of no more use.
    func ended(_ id: RunID) {
        guard wantsCgroups else { return }
        _ = worker?.post { [self] in
            cgroups.withLock { state in
                switch state {
                case .unknown, .none: break
                case .tree(var tree):
                    tree.remove(instance: id.instance, run: id.run)
                    state = .tree(tree)
                case .retired(var tree):
                    tree.remove(instance: id.instance, run: id.run)
                    state = .retired(tree)
                }
            }
        }
    }

    /// Everything is down.
    func close() {
        cgroups.withLock { state in
            switch state {
            case .unknown, .none: break
            case .tree(let tree), .retired(let tree): tree.close()
            }
            state = .none
        }
    }

    // MARK: strays

    /// False when a look is under way already.
    func beginLook() -> Bool { !isLooking.exchange(true, ordering: .relaxed) }

    /// Looks for processes that got away, and says of each one once that it did.
    func nameStrays(mains: Set<Int32>) {
        let isTaken = worker?.post { [self] in
            isLooking.store(false, ordering: .relaxed)
            let found = Strays.find(mains: mains)
            let new = strays.withLock { known in
                defer { known = Set(found) }
                return found.filter { !known.contains($0) }
            }
            for stray in new {
                Log.write(
                    "process \(stray.pid) (\(stray.name)) got away from the app that started it: it has a session of its "
                        + "own and a cleared environment, no stop ends it; where od can write cgroups nothing gets away",
                    .warn)
            }
        }
        if isTaken != true { isLooking.store(false, ordering: .relaxed) }
    }

    // MARK: pipes

    /// Says once that the user's budget of pipes is used up.
    func noteSmallPipes() {
        guard !knowsSmallPipes.exchange(true, ordering: .relaxed) else { return }
        Log.write(
            "the pipes of new apps are small, since this user has used up his budget of them: all works, with more "
                + "switching between processes; raise fs.pipe-user-pages-soft (sysctl) to end that", .warn)
    }
}
