import Core
import Interface
import OpenDaemon

/// Where the daemon of a tab is.
enum Destination: Sendable {
    case connected(OpenDaemon)
    /// To be connected to while the dashboard is open, again and again; ssh cannot ask for passwords meanwhile.
    case wanted(ConnectOptions)
}

/// Hands what the tabs want to the connection of each, and to the desk.
struct Switchboard: Sendable {
    let mailbox: Mailbox
    let executor: ScreenExecutor
    let desk: Desk

    /// Runs until `wishes` ends; what was to be written is written then.
    func run(_ wishes: AsyncStream<Hosts.Wish>, _ destinations: [Destination]) async {
        let lines = destinations.indices.map { _ in
            AsyncStream.makeStream(of: Interface.Command.self, bufferingPolicy: .bufferingOldest(Courier.backlog))
        }
        let couriers = destinations.indices.map { host in
            Task { await serve(destinations[host], Slot(mailbox: mailbox, host: host), lines[host].stream) }
        }
        for await wish in wishes {
            switch wish.command {
            case .save(let settings): await desk.save(settings, for: wish.host)
            case .write(let path, let text): Task { await desk.write(text, to: path, for: wish.host) }
            default: lines[wish.host].continuation.yield(wish.command)
            }
        }
        for line in lines { line.continuation.finish() }
        // Who is still trying to connect gives up.
        for courier in couriers { courier.cancel() }
        await desk.finish()
    }

    private func serve(_ destination: Destination, _ slot: Slot, _ commands: AsyncStream<Interface.Command>) async {
        switch destination {
        case .connected(let client):
            await Courier(client: client, mailbox: slot, executor: executor).run(commands)
        case .wanted(let options):
            guard let client = await connected(options, slot) else { return }
            await Courier(client: client, mailbox: slot, executor: executor).run(commands)
            await client.close()
        }
    }

    /// Says why it does not go, and goes on trying; nil when it was cancelled.
    private func connected(_ options: ConnectOptions, _ slot: Slot) async -> OpenDaemon? {
        var pause = Defaults.firstRemotePause
        while !Task.isCancelled {
            do {
                return try await OpenDaemon.connect(options)
            } catch is CancellationError {
                return nil
            } catch {
                let failure =
                    error as? Failure ?? Failure(.bug, "no connection", why: "\(error)", next: "look at od doctor")
                await slot.post(.disconnected(failure))
            }
            try? await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, Defaults.longestRemotePause)
        }
        return nil
    }
}
