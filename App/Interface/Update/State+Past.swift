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

    /// How it was. The keys may have gone on meanwhile.
    mutating func take(_ number: Int, _ view: Past.View) -> [Command] {
        guard past?.asked?.number == number else { return [] }
        past?.asked = nil
        past?.fleet = Fleet(view, host: live.host, at: now)
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

    /// Asks before something is done while the past is shown; nil when it may be done.
    mutating func guardPresent(_ deed: Chooser.Deed) -> [Command]? {
        guard past != nil, deed.changes else { return nil }
        question = Question(.present(deed))
        return []
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

extension Chooser.Deed {
    /// It does something to processes, or to the daemon.
    var changes: Bool {
        switch self {
        case .action(let action): action.changes
        case .restart, .toggle, .reload, .reset, .signal: true
        case .go, .log, .theme, .why: false
        }
    }
}

extension Action {
    /// It does something to processes, and not only to the screen.
    var changes: Bool {
        switch self {
        case .restart, .restartAll, .toggle, .delete, .undo, .reload, .signal, .scale, .editEnv, .flush: true
        default: false
        }
    }
}

extension Call {
    /// It does something to processes.
    var changes: Bool {
        switch self {
        case .status, .detach, .shutdown: false
        default: true
        }
    }
}
