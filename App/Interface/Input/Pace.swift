package import Core

/// How far the dashboard is ahead of its terminal.
///
/// Over a slow line what is written waits on the way, in the buffers of ssh and of two systems, and the answer to a key
/// waits behind all of it. So the terminal is asked to answer after so many bytes (primary device attributes, which all
/// answer that we ask anything), and while too many questions are open nothing is drawn: frames are left out, not
/// queued. A terminal close by answers before the next frame is due.
package struct Pace: Sendable {
    /// The terminal is asked after so many bytes.
    package static let piece = 1024
    /// Questions that may be open while another frame is drawn.
    package static let most = 2
    /// A question that is open longer was lost; milliseconds.
    package static let patience = 5000

    private var answers = false
    private var bytes = 0
    private var open: [Instant] = []

    package init() {}

    /// A frame was written: true when the terminal is to be asked now. One that has never answered is not.
    package mutating func wrote(_ count: Int, at now: Instant) -> Bool {
        bytes += count
        guard answers, bytes >= Self.piece else { return false }
        bytes = 0
        open.append(now)
        return true
    }

    /// The terminal has answered: the question of before the first frame, or the oldest that is open.
    package mutating func answered() {
        answers = true
        if !open.isEmpty { open.removeFirst() }
    }

    /// Nothing is under way any more.
    package mutating func forget() {
        open = []
        bytes = 0
    }

    /// From when on the next frame may be drawn; nil: now.
    package func holdsUntil(_ now: Instant) -> Instant? {
        guard open.count >= Self.most else { return nil }
        let lost = open[open.count - Self.most].advanced(byMilliseconds: Self.patience)
        return lost <= now ? nil : lost
    }
}
