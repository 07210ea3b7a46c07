package import Core

// Looking back. The present goes on behind it, so that coming back costs nothing.
extension State {
    /// The fleet that is shown: of the moment that is looked back at, else of now.
    package var fleet: Fleet { past?.fleet ?? live }

    /// What the engine's clock says; nil before it said anything.
    package var engineTime: WallTime? { live.engineTime(at: now) }

    /// Milliseconds between the moment that is looked back at and now.
    package var age: Int? {
        guard let past, let present = engineTime else { return nil }
        return Int(max(0, present.milliseconds - past.time.milliseconds))
    }

    /// The keys that go through time.
    mutating func travel(_ action: Action) -> [Command] {
        switch action {
        case .earlier: lookBack()
        case .later: lookForward()
        default: returnToNow()
        }
    }

    mutating func lookBack() -> [Command] {
        guard let present = engineTime else { return [] }
        return stride(isBack: true, from: present)
    }

    mutating func lookForward() -> [Command] {
        guard let present = engineTime, past != nil else { return [] }
        let commands = stride(isBack: false, from: present)
        guard let past, past.time >= present else { return commands }
        return returnToNow()
    }

    private mutating func stride(isBack: Bool, from present: WallTime) -> [Command] {
        var next = past ?? Past(time: present, pressedAt: now, selected: list.selected)
        if next.isBack != isBack || now.milliseconds(since: next.pressedAt) > Past.pause { next.presses = 0 }
        let step = Int64(next.stride)
        next.presses += 1
        next.isBack = isBack
        next.pressedAt = now
        next.time = WallTime(milliseconds: next.time.milliseconds + (isBack ? -step : step))
        if let since = next.since, next.time < since {
            next.time = since
            sayWhereItEnds(since)
        }
        past = next
        return next.time < present ? ask() : []
    }

    /// Asks how it was; while an answer is awaited, that is enough.
    private mutating func ask() -> [Command] {
        guard link == .live, let next = past, next.asked == nil, next.shown != next.time else { return [] }
        calls += 1
        past?.asked = (calls, next.time)
        return [.lookBack(calls, next.time, step: Past.View.step(ofAge: age ?? 0))]
    }

    private mutating func sayWhereItEnds(_ since: WallTime) {
        say(.info, "nothing is known before \(clock(of: since))")
    }

    /// How it was. The keys may have gone on meanwhile.
    mutating func take(_ number: Int, _ view: Past.View) -> [Command] {
        guard past?.asked?.number == number else { return [] }
        past?.asked = nil
        guard let since = view.fleet.since else {
            say(.info, "nothing of the past is known yet")
            return returnToNow()
        }
        // Beyond the oldest moment there is nothing to see: that one is shown.
        if view.fleet.time < since {
            past?.since = since
            if let time = past?.time, time < since { past?.time = since }
            sayWhereItEnds(since)
            return ask()
        }
        past?.fleet = Fleet(view, at: now)
        past?.shown = view.fleet.time
        past?.step = view.step
        past?.since = view.fleet.since
        past?.event = view.fleet.events.last
        log.until = view.fleet.time
        detail = nil
        return refresh(resort: true) + reopenLog() + ask()
    }

    mutating func pastFailed(_ number: Int, _ failure: Failure) -> [Command] {
        guard past?.asked?.number == number else { return [] }
        past?.asked = nil
        say(failure)
        // Where nothing was shown yet there is nothing to stay at.
        return past?.fleet == nil ? returnToNow() : []
    }

    /// What was asked will not be answered.
    mutating func forgetQuestionOfPast() { past?.asked = nil }

    mutating func returnToNow() -> [Command] {
        guard let left = past else { return [] }
        past = nil
        log.until = nil
        let commands = refresh(resort: true)
        if let name = left.selected, list.selected != name, list.order.contains(name) {
            list.select(name, page: layout.listRows, at: now)
        }
        guard left.shown != nil else { return commands }
        // Details and log are of another moment.
        shown = nil
        return commands + showSelected()
    }

    /// The graphs of a fleet that is seen first begin with what was before. Of a very large one that would be too much
    /// at once: it fills as time goes.
    func minuteBefore() -> [Command] {
        guard live.rows.count <= Past.fullMinute, let time = live.engineTime(at: now) else { return [] }
        return [.lookAtMinute(time)]
    }

    /// `14:02:10`, with the day when it is another one, by the clock of this place.
    package func clock(of time: WallTime) -> String {
        func local(_ time: WallTime) -> String {
            WallTime(milliseconds: time.milliseconds + Int64(utcOffset) * 1000).description
        }
        let (then, today) = (local(time), local(engineTime ?? time))
        let hours = String(then.dropFirst(11).prefix(8))
        return then.prefix(10) == today.prefix(10) ? hours : "\(then.dropFirst(5).prefix(5)) \(hours)"
    }
}
