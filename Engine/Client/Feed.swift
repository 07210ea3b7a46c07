/// A sequence of updates for one reader, made by `OpenDaemon.watch()` and `OpenDaemon.logs(_:)`.
///
/// It is read with `for await`. Its updates end when the connection is closed, when the reading task is cancelled, and
/// when the feed and its iterators are dropped; the engine is then told to stop sending.
public struct Feed<Element: Sendable>: AsyncSequence, Sendable {
    /// Shared by the feed and its iterators: when the last of them is dropped, nobody reads.
    final class Reader: Sendable {
        let mailbox: Mailbox<Element>
        private let left: @Sendable () -> Void

        init(_ mailbox: Mailbox<Element>, left: @escaping @Sendable () -> Void) {
            self.mailbox = mailbox
            self.left = left
        }

        deinit {
            mailbox.finish()
            left()
        }
    }

    /// The one iterator of a feed; to be used by one reader.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let reader: Reader

        /// The next update; nil when there will be none.
        public mutating func next() async -> Element? {
            await reader.mailbox.next()
        }

        /// The same for readers inside an actor: it does not leave the actor for an update that waits already.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> Element? {
            await reader.mailbox.next(isolation: actor)
        }
    }

    private let reader: Reader

    /// `left` is called once, when nobody can read any more.
    init(_ mailbox: Mailbox<Element>, left: @escaping @Sendable () -> Void) {
        reader = Reader(mailbox, left: left)
    }

    /// A feed has one reader: a second iterator takes updates away from the first.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: reader)
    }
}
