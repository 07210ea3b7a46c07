// Backoff: what follows an end that nobody wanted, and waits that outlive the engine.
//
// A wait is counted from the exit, on the boot clock, and stored with it. An engine that takes over from one that died
// (the keeper is the same or has adopted, so the boot is the same) goes on with the wait: it starts the app when the time
// that was left is over, at once when it is over already. Any other keeper means that everything was stopped: what is
// wanted starts at once.
extension Kernel {
    /// Asks the restart policy what follows an end at `end` that nobody wanted.
    mutating func decide(
        _ key: UInt64, _ exit: Exit, uptime: Int, trouble: String?, at end: Instant, _ now: Moment,
        _ effects: inout Effects
    ) {
        guard var instance = fleet[key] else { return }
        let jitter = Double.random(in: -1...1, using: &random)
        let action = instance.restart.exited(exit, uptime: uptime, at: end, jitter: jitter)
        instance.record.backoff = instance.restart.memory
        instance.record.cause = nil
        fleet[key] = instance
        switch action {
        case .again(let delay, let attempt):
            let until = end.advanced(byMilliseconds: delay)
            guard until > now.boot else { return startAgain(key, now, &effects) }
            // Not "restart 4": `od list` counts all restarts since it was started, and this one those in a row.
            let which = "\(Self.ordinal(attempt)) try in a row"
            let reason = trouble ?? "\(exit), \(which) after a backoff\(leftBehind(key))"
            wait(key, until: until, reason, now, &effects)
            let left = until.milliseconds(since: now.boot)
            publish(.waiting, key, now, &effects, "\(which), in \(left) ms")
        case .stay:
            if let trouble { giveUp(key, trouble, until: nil, now, &effects) } else { finished(key, now, &effects) }
        case .giveUp(let count, let coolDown):
            let why = trouble ?? "\(count) quick exits, the last \(exit)\(leftBehind(key))"
            giveUp(key, why, until: coolDown.map { end.advanced(byMilliseconds: $0) }, now, &effects)
        }
    }

    /// `1st`, `2nd`, `11th`
    private static func ordinal(_ number: Int) -> String {
        switch (number % 10, number % 100) {
        case (_, 11...13): "\(number)th"
        case (1, _): "\(number)st"
        case (2, _): "\(number)nd"
        case (3, _): "\(number)rd"
        default: "\(number)th"
        }
    }

    /// It is `errored`, for good or until a moment at which it is tried again.
    mutating func giveUp(_ key: UInt64, _ why: String, until: Instant?, _ now: Moment, _ effects: inout Effects) {
        fleet[key]?.record.trouble = why
        if let until { wait(key, until: until, why, now, &effects) } else { store(key, &effects) }
        let again = until.map { ", tried again in \($0.milliseconds(since: now.boot)) ms" } ?? ""
        publish(.errored, key, now, &effects, why + again)
    }

    /// An idle instance waits for its next try, and so it is stored.
    private mutating func wait(
        _ key: UInt64, until moment: Instant, _ reason: String, _ now: Moment, _ effects: inout Effects
    ) {
        guard var instance = fleet[key] else { return }
        instance.life.wait(until: moment)
        instance.waitReason = reason
        var memory = instance.restart.memory
        memory.until = moment
        memory.reason = reason
        instance.record.backoff = memory
        fleet[key] = instance
        let timer = TimerID(id: RunID(instance: key, run: instance.record.run), kind: .wait)
        effects.timers.append(.arm(timer, milliseconds: moment.milliseconds(since: now.boot)))
        effects.store.append(.putInstance(instance.record))
    }

    /// Goes on with the wait of an instance that waited when the last engine died. False: it did not wait.
    mutating func resumeWait(_ key: UInt64, _ now: Moment, _ effects: inout Effects) -> Bool {
        guard let instance = fleet[key], instance.life.isIdle, let memory = instance.record.backoff,
            let until = memory.until
        else { return false }
        // No wait is longer than its policy allows, whatever was stored.
        let latest = now.boot.advanced(byMilliseconds: instance.restart.longestWait)
        if until > now.boot {
            wait(key, until: min(until, latest), memory.reason ?? "a backoff", now, &effects)
        } else {
            startAgain(key, now, &effects)
        }
        return true
    }

    /// Whether an end is what people call a crash: not asked for, not with success, not one that the policy takes as final.
    func isCrash(_ exit: Exit, _ action: Lifecycle.ExitedAction, _ policy: RestartPolicy) -> Bool {
        guard !exit.isSuccess, !policy.stopExitCodes.contains(where: { $0.matches(exit) }) else { return false }
        return switch action {
        case .settled(_, _, let afterwards): afterwards == .decide
        case .sweep: true
        case .underWay, .stale: false
        }
    }
}
