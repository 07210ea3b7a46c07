internal import ArgumentParser
internal import Core
internal import Engine
import Glibc

/// A moment as people write it: how long ago (`2h`), a time of today (`12:30`, `12:30:15`), or in ISO 8601.
struct Since: ExpressibleByArgument, Hashable {
    let time: WallTime
    /// What something began at: a time of day that is still to come was meant of yesterday.
    let began: WallTime

    /// As an option takes it; throws what it takes.
    static func named(_ text: String) throws -> Since {
        guard let since = Since(argument: text) else {
            throw ValidationError("a time is 2h, 90s, 3d (so long ago), 12:30, 12:30:15, or 2026-05-01T12:00:00Z")
        }
        return since
    }

    init?(argument: String) {
        self.init(argument, now: WallTime(milliseconds: Int64(Glibc.time(nil)) * 1000))
    }

    init?(_ text: String, now: WallTime) {
        if let ago = ConfigDuration(text), !text.allSatisfy(\.isNumber) {
            time = WallTime(milliseconds: now.milliseconds - Int64(ago.milliseconds))
            began = time
        } else if let exact = WallTime(text) {
            time = exact
            began = time
        } else if let today = Self.day(0, text, now) {
            time = today
            began = today > now ? Self.day(-1, text, now) ?? today : today
        } else {
            return nil
        }
    }

    /// A time of day, in the time zone of this process: of today, or so many days after.
    private static func day(_ days: Int32, _ text: String, _ now: WallTime) -> WallTime? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
            (0..<60).contains(minute), let second = parts.count == 3 ? parts[2] : 0, (0..<60).contains(second)
        else { return nil }
        var seconds = time_t(now.milliseconds / 1000)
        var day = tm()
        localtime_r(&seconds, &day)
        day.tm_mday += days
        (day.tm_hour, day.tm_min, day.tm_sec, day.tm_isdst) = (Int32(hour), Int32(minute), Int32(second), -1)
        return WallTime(milliseconds: Int64(mktime(&day)) * 1000)
    }
}
