/// A number of 16 bits: 11 bits of it and a power of two. Small ones are exact, others to 0.05 percent.
struct MetricNumber: Hashable, Sendable {
    private static let fraction = 11
    /// What none is.
    static let none = MetricNumber(bits: .max)
    static let largest = UInt64(2046) << 31

    let bits: UInt16

    private init(bits: UInt16) { self.bits = bits }

    /// - Parameter value: what is larger than `largest` becomes that.
    init(_ value: UInt64) {
        let value = min(value, Self.largest)
        let width = UInt64.bitWidth - value.leadingZeroBitCount
        var shift = max(0, width - Self.fraction)
        // To the nearest: half of what is cut off is added, which may need one bit more.
        let half = shift > 0 ? UInt64(1) << (shift - 1) : 0
        var mantissa = (value + half) >> shift
        if mantissa >> Self.fraction > 0 {
            mantissa >>= 1
            shift += 1
        }
        bits = UInt16(mantissa) | UInt16(shift) << Self.fraction
    }

    var value: UInt64 { UInt64(bits & 0x7FF) << UInt64(bits >> Self.fraction) }

    /// Percent, in hundredths.
    init(percent: Double) { self.init(UInt64(max(0, min(percent.isNaN ? 0 : percent, 1e9)) * 100 + 0.5)) }
    var percent: Double { Double(value) / 100 }

    /// Bytes, in KiB.
    init(bytes: Double) { self.init(UInt64(max(0, min(bytes.isNaN ? 0 : bytes, 9e18)) / 1024 + 0.5)) }
    var bytes: Double { Double(value) * 1024 }

    /// As it is stored, two bytes.
    init(stored bits: UInt16) { self.bits = bits }
}
