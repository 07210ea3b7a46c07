import CKernel
import Core
import Glibc

// What runs are passed beside their streams: shared sockets, and a stdin.
extension Control {
    /// The first version of the keeper's protocol (OD_LINK_VERSION) that passes a stdin.
    private static let inputVersion: UInt16 = 3

    /// What the keeper holds of ours, as an engine that has just come hears of it. False: it is something else's.
    func takeHeld(_ key: UInt64, _ descriptor: Descriptor) -> Bool {
        guard SharedSocket.app(of: key) != nil || InputPipe.isOne(key) else { return false }
        shared[key] = descriptor
        return true
    }

    /// Puts the descriptors of an order into its grant; those that are not there yet are made and stored.
    ///
    /// - Returns: why it cannot be started.
    func share(_ order: SpawnOrder, _ grant: inout SpawnGrant) -> SpawnTrouble? {
        if let sockets = order.sockets {
            for (index, (key, port)) in SharedSocket.keys(sockets).enumerated() {
                do throws(Errno) {
                    if shared[key] == nil { keep(try SharedSocket.open(port: port), key: key) }
                } catch {
                    let stage: SpawnTrouble.Stage = port.map { .port($0) } ?? .resources
                    return SpawnTrouble(stage: stage, errno: error.number, text: error.description)
                }
                grant.passed.append(PassedDescriptor(target: 3 + Int32(index), source: .stored(key)))
            }
            grant.tellsListenPid = true
        }
        guard order.hasInput else { return nil }
        guard parts.link.keeperVersion >= Self.inputVersion else {
            return SpawnTrouble(
                stage: .keeper, errno: 0, text: "the keeper that runs is of an older version and cannot give it a stdin"
            )
        }
        do throws(Errno) {
            let pipe = try InputPipe.open()
            grant.passed.append(PassedDescriptor(target: 0, source: .attached(pipe.read)))
            keep(pipe.write, key: InputPipe.key(order.id))
            return nil
        } catch {
            return SpawnTrouble(stage: .resources, errno: error.number, text: error.description)
        }
    }

    private func keep(_ descriptor: Descriptor, key: UInt64) {
        shared[key] = descriptor
        parts.link.store(key: key, descriptor: descriptor.lent)
    }

    private func letGo(_ key: UInt64) {
        guard shared.removeValue(forKey: key) != nil else { return }
        parts.link.drop(key: key)
    }

    /// Nothing of the app runs or is about to: who connects is refused.
    func closeSockets(app: UInt64) {
        for key in shared.keys where SharedSocket.app(of: key) == app & 0xFFFF_FFFF { letGo(key) }
    }

    /// Nothing of the run lives.
    func closeInput(_ id: RunID) { letGo(InputPipe.key(id)) }

    /// What no app has any more: an engine died before it had said so.
    func closeForgotten() {
        for key in shared.keys {
            if let app = SharedSocket.app(of: key), !kernel.isListening(app: app) { letGo(key) }
        }
    }

    /// Another keeper is given all of it.
    func giveBackShared() {
        for (key, descriptor) in shared { parts.link.store(key: key, descriptor: descriptor.lent) }
    }

    // MARK: the preload

    /// Before the first node app that shares a port its preload is written. True: it is there, or is not needed.
    func hasPreload(for order: SpawnOrder) -> Bool {
        guard order.sockets.map({ $0.order.spare > 0 }) == true, !hasPreload else { return true }
        let (path, chores) = (NodePreload.path(home: parts.home.path), parts.chores)
        Task {
            do {
                try await chores.run { try NodePreload.write(to: path) }
            } catch {
                Log.write("the preload of node apps cannot be written to \(path): \(error)", .warn)
            }
            hasPreload = true
            launch(order)
        }
        return false
    }
}

extension NodePreload {
    /// Writes the script where apps of our user can read it, if it is not there; replaces an older one in one step.
    fileprivate static func write(to path: String) throws {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex))
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw Errno(errno) }
        let text = Array(script.utf8)
        // A file of its own for each who writes: several apps may start at once.
        var new = Array("\(path).XXXXXX".utf8CString)
        let file = mkstemp(&new)
        guard file >= 0 else { throw Errno(errno) }
        defer { close(file) }
        guard fcntl(file, F_SETFD, FD_CLOEXEC) == 0, Glibc.write(file, text, text.count) == text.count,
            rename(new, path) == 0
        else {
            let error = Errno(errno)
            unlink(new)
            throw error
        }
    }
}
