import CKernel
import Core

/// Both clocks of the machine, read in one place.
enum Clock {
    static func now() -> Moment {
        Moment(boot: Instant(nanoseconds: od_now()), wall: WallTime(milliseconds: od_wall_milliseconds()))
    }
}
