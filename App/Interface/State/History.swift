/// The last minute of one figure, one sample a second.
package struct History: Hashable, Sendable {
    /// Samples kept; older ones are dropped.
    package static let capacity = 60

    private var ring: [Float] = []
    /// Samples ever taken.
    private(set) var total = 0

    package init() {}

    /// Takes a sample; beyond the capacity the oldest goes.
    package mutating func append(_ value: Double) {
        if ring.count < Self.capacity { ring.append(Float(value)) } else { ring[total % Self.capacity] = Float(value) }
        total += 1
    }

    /// Puts samples before those that there are; what nobody knows is nil, and at the beginning left out.
    mutating func precede(_ earlier: [Double?]) {
        let own = (total - ring.count..<total).map { Double(ring[$0 % Self.capacity]) }
        self = History()
        for value in earlier.drop(while: { $0 == nil }) { append(value ?? 0) }
        for value in own { append(value) }
    }

    package var max: Double { Double(ring.max() ?? 0) }

    /// The samples in `count` buckets, oldest first, each the highest of its seconds; nil where nothing was sampled.
    ///
    /// Buckets begin at fixed seconds, so that from one sample to the next only the last bucket changes: a graph that
    /// slid every second would redraw all of its cells.
    package func buckets(_ count: Int) -> [Double?] {
        guard count > 0 else { return [] }
        let width = (Self.capacity + count - 1) / count
        let last = (total + width - 1) / width
        return (0..<count).map { index in
            let bucket = last - count + index
            let start = Swift.max(bucket * width, total - ring.count)
            let end = Swift.min((bucket + 1) * width, total)
            guard start < end else { return nil }
            let seconds = start..<end
            return seconds.reduce(0) { Swift.max($0, Double(ring[$1 % Self.capacity])) }
        }
    }
}
