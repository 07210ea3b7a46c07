import Core

// The machine's own daemon: a second socket for the members of a group.
extension Control {
    /// Lets the group in, on a socket that outlives this engine.
    func openDoor() async {
        await untilReady()
        do {
            var socket = heldDoor?.give()
            heldDoor = nil
            if socket == nil {
                socket = try await parts.chores.run { try Door.open() }
                socket.map { parts.link.store(key: Door.key, descriptor: $0) }
            }
            guard let socket else {
                return Log.write("there is no group \(Defaults.systemGroup): only root may connect", .warn)
            }
            try await server?.admit(listener: socket)
        } catch {
            Log.write("the group \(Defaults.systemGroup) cannot connect: \(error)", .warn)
        }
    }
}
