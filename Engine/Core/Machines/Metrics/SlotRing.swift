/// Something that a ring has a place for.
protocol RingSlot: Sendable {
    /// What stands where nothing was put.
    static var empty: Self { get }
    var isEmpty: Bool { get }
}

/// Values of equal stretches of time, by the number of the stretch; those that are too old give way.
///
/// It takes memory chunk by chunk, for what was put only.
struct SlotRing<Slot: RingSlot>: Sendable {
    private struct Chunk: Sendable {
        /// The number of its first slot, divided by its length.
        var number = -1
        var slots: [Slot] = []
    }

    /// Slots that are remembered at least.
    let capacity: Int
    private let length: Int
    private var chunks: [Chunk]

    /// - Parameter length: slots of a chunk; `capacity` is a multiple of it.
    init(capacity: Int, chunk length: Int) {
        self.capacity = capacity
        self.length = length
        // One more: the first chunk is not forgotten before the last one is full.
        chunks = Array(repeating: Chunk(), count: capacity / length + 1)
    }

    /// Puts a value; one that is older than all that is remembered of its place is not taken.
    mutating func put(_ slot: Slot, at number: Int) {
        let chunk = number / length
        let place = chunk % chunks.count
        if chunks[place].number != chunk {
            guard chunk > chunks[place].number else { return }
            chunks[place] = Chunk(number: chunk, slots: Array(repeating: .empty, count: length))
        }
        chunks[place].slots[number % length] = slot
    }

    /// nil where nothing was put, or is remembered no more.
    subscript(number: Int) -> Slot? {
        guard number >= 0 else { return nil }
        let chunk = chunks[number / length % chunks.count]
        guard chunk.number == number / length else { return nil }
        let slot = chunk.slots[number % length]
        return slot.isEmpty ? nil : slot
    }

    /// Gives the memory back of chunks that end before a slot.
    mutating func forget(before number: Int) {
        for index in chunks.indices where (chunks[index].number + 1) * length <= number {
            chunks[index].slots = []
            chunks[index].number = -1
        }
    }

    /// Nothing is remembered.
    var isEmpty: Bool { chunks.allSatisfy(\.slots.isEmpty) }
    /// Slots that there is memory for.
    var allocated: Int { chunks.reduce(0) { $0 + $1.slots.count } }
}
