/// Numbers for people, short, with a point whatever the locale.
package enum Format {
    /// `0`, `812`, `320K`, `1.2G`: powers of 1024, one decimal below ten.
    package static func bytes(_ count: UInt64) -> String {
        scaled(Double(count), step: 1024, units: ["", "K", "M", "G", "T", "P", "E"])
    }

    /// The same for a figure that was measured; `-` when it is no number or has no end, and nothing is below nothing.
    package static func bytes(measured count: Double) -> String {
        guard count.isFinite else { return "-" }
        return bytes(UInt64(max(0, min(count, 0x1p63))))
    }

    /// `812`, `1.2k`, `31M`: powers of 1000, one decimal below ten.
    package static func count(_ count: Int) -> String {
        scaled(Double(count), step: 1000, units: ["", "k", "M", "G", "T", "P", "E"])
    }

    /// `0.4`, `41.2`, `160`: one decimal below a hundred, without a sign.
    package static func percent(_ value: Double) -> String {
        fixed(value, places: value.magnitude < 99.95 ? 1 : 0)
    }

    /// How long something has lasted: `4s`, `5m 3s`, `41m`, `2d 1h`, `12d`. The second unit only below ten of the first.
    package static func duration(milliseconds: Int) -> String {
        let seconds = max(0, milliseconds / 1000)
        let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        guard let index = units.firstIndex(where: { $0.0 <= seconds }) else { return "0s" }
        let first = seconds / units[index].0
        let text = "\(first)\(units[index].1)"
        guard first < 10, index + 1 < units.count else { return text }
        let second = seconds % units[index].0 / units[index + 1].0
        return second == 0 ? text : text + " \(second)\(units[index + 1].1)"
    }

    /// How long something took: `3ms`, `1.2s`, and from ten seconds on like `duration`.
    package static func elapsed(milliseconds: Int) -> String {
        if milliseconds < 1000 { return "\(max(0, milliseconds))ms" }
        if milliseconds < 9_950 { return fixed(Double(milliseconds) / 1000, places: 1) + "s" }
        return duration(milliseconds: min(milliseconds, .max - 500) + 500)
    }

    /// `00:41`, `12:03`, `1:00:41`: a running clock.
    package static func clock(milliseconds: Int) -> String {
        let seconds = max(0, milliseconds / 1000)
        let tail = twoDigits(seconds / 60 % 60) + ":" + twoDigits(seconds % 60)
        return seconds < 3600 ? tail : "\(seconds / 3600):" + tail
    }

    /// `value` with a fixed number of decimals, rounded half away from zero; `-` when it is no number or has no end.
    package static func fixed(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1) { power, _ in power * 10 }
        let scaled = (value.magnitude * Double(scale)).rounded()
        guard scaled < 1e18 else { return "-" }
        let whole = Int(scaled)
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard places > 0 else { return sign + "\(whole)" }
        let decimals = String(whole % scale)
        return sign + "\(whole / scale)." + String(repeating: "0", count: places - decimals.count) + decimals
    }

    private static func scaled(_ value: Double, step: Double, units: [String]) -> String {
        var (rest, unit) = (value, 0)
        // What would be rounded up to a full step belongs to the next unit.
        while rest.magnitude >= step - 0.5, unit + 1 < units.count {
            rest /= step
            unit += 1
        }
        return fixed(rest, places: unit > 0 && rest.magnitude < 9.95 ? 1 : 0) + units[unit]
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
