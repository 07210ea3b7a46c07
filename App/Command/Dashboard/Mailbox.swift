import Interface
import Synchronization

/// Messages on their way from the client's tasks to the thread of the screen.
///
/// Bounded: who posts into a full box waits until the screen has taken what is in it, and so does, in turn, the engine.
final class Mailbox: Sendable {
    /// Messages that wait at most.
    static let capacity = 1024

    /// A message, and the number of the tab whose daemon it is from.
    struct Letter {
        var host: Int
        var message: Message
    }

    private struct Content {
        var messages: [Letter] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    private let content = Mutex(Content())

    /// Hands a message over; waits while the box is full. After `close` messages are dropped.
    func post(_ message: Message, from host: Int) async {
        await room()
        let wasEmpty = content.withLock { content in
            guard !content.isClosed else { return false }
            content.messages.append(Letter(host: host, message: message))
            return content.messages.count == 1
        }
        if wasEmpty { Events.wake() }
    }

    /// All messages, in their order.
    func take() -> [Letter] {
        let (messages, waiting) = content.withLock { content in
            defer { (content.messages, content.waiting) = ([], []) }
            return (content.messages, content.waiting)
        }
        for waiter in waiting { waiter.resume() }
        return messages
    }

    /// Nobody takes messages any more.
    func close() {
        content.withLock { $0.isClosed = true }
        _ = take()
    }

    /// Room for one more. Several that wait may be let in at once: the bound is exceeded by their number at most.
    private func room() async {
        await withCheckedContinuation { continuation in
            let isFree = content.withLock { content in
                if content.messages.count < Self.capacity || content.isClosed { return true }
                content.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }
}

/// The mailbox, for what comes from the daemon of one tab.
struct Slot: Sendable {
    let mailbox: Mailbox
    let host: Int

    func post(_ message: Message) async { await mailbox.post(message, from: host) }
}
