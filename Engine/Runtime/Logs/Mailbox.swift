import Core
import Synchronization

/// Commands to the pump: a bounded queue and a bell.
final class Mailbox: Sendable {
    enum Command: Sendable {
        case open(String, Int32)
        case rotate(String, LogRotation)
        case empty(String)
        case style(String, LogStyle)
        case attach(RunID, StreamSource, StreamSource, LogOrigin)
        case tap(RunID, LogTap?)
        case settle
        case gone(RunID)
        case close(String)
        case lend
        case report(UInt64, Set<String>)
        case stop
    }

    let bell: Bell
    private let commands = Mutex<[Command]>([])
    private let stopped: Bell

    init(bell: Bell) throws(Errno) {
        self.bell = bell
        stopped = try Bell(counting: true)
    }

    /// False when the queue is full: the command was not taken.
    func post(_ command: Command) -> Bool {
        let taken = commands.withLock { commands in
            guard commands.count < LogBounds.commands else { return false }
            commands.append(command)
            return true
        }
        if taken { bell.ring() }
        return taken
    }

    /// What has come, oldest first.
    func take() -> [Command] {
        bell.take()
        return commands.withLock { commands in
            defer { commands.removeAll() }
            return commands
        }
    }

    /// Asks the thread to end, and waits until it has.
    func stop() {
        commands.withLock { $0.append(.stop) }
        bell.ring()
        stopped.take()
        // Whoever else waits may go on as well.
        stopped.ring()
    }

    /// The thread's last word.
    func sayStopped() {
        stopped.ring()
    }
}
