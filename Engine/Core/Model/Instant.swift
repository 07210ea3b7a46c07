/// A moment on the clock that goes on while the machine sleeps (CLOCK_BOOTTIME), in nanoseconds since boot.
///
/// Machines receive it as an argument; nothing in Core reads a clock.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The moment `milliseconds` later; never before zero, never past the end of the clock.
    public func advanced(byMilliseconds milliseconds: Int) -> Instant {
        let (distance, overflow) = milliseconds.magnitude.multipliedReportingOverflow(by: 1_000_000)
        let step = overflow ? UInt64.max : UInt64(distance)
        guard milliseconds >= 0 else { return Instant(nanoseconds: nanoseconds > step ? nanoseconds - step : 0) }
        let (sum, past) = nanoseconds.addingReportingOverflow(step)
        return Instant(nanoseconds: past ? .max : sum)
    }

    /// Whole milliseconds since `earlier`, 0 when `earlier` is later.
    public func milliseconds(since earlier: Instant) -> Int {
        earlier < self ? Int((nanoseconds - earlier.nanoseconds) / 1_000_000) : 0
    }
}

/// A moment on the wall clock, in milliseconds since 1970-01-01T00:00:00Z. Travels as ISO 8601 in UTC.
public struct WallTime: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (a: WallTime, b: WallTime) -> Bool { a.milliseconds < b.milliseconds }
}
