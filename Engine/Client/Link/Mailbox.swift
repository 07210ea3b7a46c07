import Synchronization

/// What lies between the link, which pushes, and a reader, who takes: a queue with a weight. It never refuses; the
/// link looks at the weight that `push` returns and stops the flow at its source.
final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var items: [(element: Element, weight: Int)?] = []
        /// Index of the oldest item; those before it are taken.
        var head = 0
        var weight = 0
        var ended = false
        var readers: [CheckedContinuation<Element?, Never>] = []
        /// Set by `callWhenHungry`: the weight at which the reader's next look calls the link.
        var hungryAt: Int?

        /// True once for each `callWhenHungry`.
        mutating func isHungry() -> Bool {
            guard let limit = hungryAt, weight <= limit else { return false }
            hungryAt = nil
            return true
        }

        /// - Returns: the reader's answer, nil when he has to wait; and whether the link is to be called.
        mutating func look(_ reader: CheckedContinuation<Element?, Never>) -> (Element??, Bool) {
            if let element = take() { return (element, isHungry()) }
            if ended { return (.some(nil), false) }
            readers.append(reader)
            return (nil, isHungry())
        }

        mutating func take() -> Element? {
            guard head < items.count, let item = items[head] else { return nil }
            items[head] = nil
            weight -= item.weight
            head += 1
            // Moving the rest down only when at least half is taken keeps a take at a constant cost.
            if head > 32, head * 2 >= items.count {
                items.removeFirst(head)
                head = 0
            }
            return item.element
        }

        mutating func remove(where gone: (Element) -> Bool) {
            let unread = items[head...].compactMap { $0 }
            guard unread.contains(where: { gone($0.element) }) else { return }
            let kept = unread.filter { !gone($0.element) }
            items = kept
            weight = kept.reduce(0) { $0 + $1.weight }
            head = 0
        }
    }

    private let state = Mutex(State())
    private let hungry: @Sendable () -> Void

    /// `hungry` is called by the reader's task.
    init(hungry: @escaping @Sendable () -> Void) {
        self.hungry = hungry
    }

    /// Adds an item. Unread items for which `replaced` is true are taken out: their news is old.
    /// - Returns: the weight of all that is unread.
    @discardableResult
    func push(_ element: Element, weight: Int = 1, replacing replaced: ((Element) -> Bool)? = nil) -> Int {
        let (reader, total) = state.withLock { state -> (CheckedContinuation<Element?, Never>?, Int) in
            guard !state.ended else { return (nil, 0) }
            if !state.readers.isEmpty { return (state.readers.removeFirst(), 0) }
            if let replaced { state.remove(where: replaced) }
            state.items.append((element, weight))
            state.weight += weight
            return (nil, state.weight)
        }
        reader?.resume(returning: element)
        return total
    }

    /// Forgets what is unread.
    func clear() {
        state.withLock { state in
            state.remove { _ in true }
        }
    }

    /// Calls `hungry` once, as soon as the reader has come for an item and no more than `weight` is unread.
    func callWhenHungry(at weight: Int) {
        let now = state.withLock { state in
            state.hungryAt = weight
            return !state.readers.isEmpty && state.isHungry()
        }
        if now { hungry() }
    }

    /// The reader gets what is unread, then nil.
    func finish() {
        let readers = state.withLock { state in
            state.ended = true
            defer { state.readers = [] }
            return state.readers
        }
        for reader in readers { reader.resume(returning: nil) }
    }

    /// Waits for an item; nil at the end, and when the reader's task is cancelled.
    func next(isolation: isolated (any Actor)? = #isolation) async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let (answer, wantsMore) = state.withLock { $0.look(reader) }
                if wantsMore { hungry() }
                if let answer { reader.resume(returning: answer) }
            }
        } onCancel: {
            finish()
        }
    }
}
