package import Core
import Widgets

extension State {
    /// Takes in what happened and says what is to be done. `moment` is now, on the boot clock.
    package mutating func update(_ message: Message, at moment: Instant) -> [Command] {
        now = max(now, moment)
        toasts.removeAll { $0.until.map { $0 <= now } ?? false }
        sayNotes()
        return take(message) + wake() + inquire() + keep()
    }

    /// What is to be said first. All of it is kept for the page of messages; one line says how much there is.
    private mutating func sayNotes() {
        guard let first = notes.first else { return }
        for note in notes { say(.warning, note) }
        if notes.count > 1 {
            let text = "\(notes.count) messages, \(keys.name(of: .messages)) shows all: \(first)"
            toasts = toasts.filter { !notes.contains($0.text) } + [Toast(.warning, text, at: now)]
        }
        notes = []
    }

    /// Settings that have changed are written down.
    private mutating func keep() -> [Command] {
        let settings = settings
        guard settings != kept else { return [] }
        let isOther = settings.mouse != kept.mouse
        kept = settings
        return (isOther ? [.mouse(settings.mouse)] : []) + [.save(settings)]
    }

    /// Where everything is now. Without a connection the header is shown, folded or not: it says so.
    package var layout: Layout {
        var division = division
        if link != .live { division.isFolded = false }
        return Layout(size: size, arrangement: arrangement, focus: focus, division: division)
    }

    private mutating func take(_ message: Message) -> [Command] {
        switch message {
        case .key(let key): return press(key)
        case .paste(let text): return paste(text)
        case .mouse(let mouse): return point(mouse)
        case .trouble(let text):
            say(.warning, text)
            return []
        case .themes(let themes, let mistakes, let broken):
            look.broken = broken
            retheme(themes, mistakes)
            return []
        case .ground(let color):
            look.ground = color
            return []
        case .resized(let width, let height): return resize(Size(width: width, height: height))
        case .tick: return []
        case .connected(let hello): return connected(hello)
        case .snapshot(let snapshot): return take(snapshot)
        case .event(let event): return take(event)
        case .metrics(let metrics): return take(metrics)
        case .disconnected(let failure): return lost(failure)
        case .answered(let call, let answer): return finish(call, answer)
        case .failed(let call, let failure): return fail(call, failure)
        case .inspected(let found):
            if InstanceName(found.process) == shown, past == nil { detail = found }
            return []
        case .found(let number, let finding): return take(finding, number)
        case .notFound(let number, let failure):
            miss(failure, number)
            return []
        case .wrote(let path, let bytes):
            say(.success, "saved \(Format.bytes(UInt64(bytes))) to \(path)")
            return []
        case .notWritten(let failure):
            say(failure)
            return []
        case .past(let number, let view): return take(number, view)
        case .pastFailed(let number, let failure): return pastFailed(number, failure)
        case .minute(let view):
            live.fill(view)
            return []
        case .logOpened, .logChunk, .logFailed, .logPage, .logPageFailed: return takeLog(message)
        }
    }

    // MARK: - The engine

    /// The first connection, or a new one after a loss: `owner` then was answered anew.
    private mutating func connected(_ hello: HelloResult) -> [Command] {
        isOwner = isOwner && hello.embedded
        if case .lost = link, live.isKnown { say(.success, "connected again") }
        link = .live
        askAnew()
        return log.failure == nil ? [] : goOnWithLog()
    }

    private mutating func lost(_ failure: Failure) -> [Command] {
        let isShutDown = pending.values.contains { $0.call == .shutdown }
        pending = [:]
        asksAt = nil
        forgetQuestionOfPast()
        // The engine may end before its answer is read.
        if isShutDown { return [.quit(isStoppingAll ? Farewell.stopped : nil)] }
        // The age is that of what is shown; why there is no connection may be something else by now.
        if case .lost(_, let since) = link {
            link = .lost(failure, since: since)
        } else {
            link = .lost(failure, since: now)
        }
        return []
    }

    private mutating func take(_ snapshot: FleetSnapshot) -> [Command] {
        let isFirst = !live.isKnown
        live.apply(snapshot, at: now)
        if case .connecting = link { link = .live }
        expire()
        let commands = refresh()
        if let first = list.order.first(where: { $0.namespace == project }) {
            list.select(first, page: layout.listRows, at: now)
            restsAt = now
        }
        project = nil
        openWanted()
        return commands + (isFirst ? minuteBefore() : [])
    }

    private mutating func take(_ event: FleetEvent) -> [Command] {
        guard live.apply(event, at: now) else { return [.resubscribe] }
        expire(by: event)
        follow(event)
        if event.name == .errored, let process = event.process {
            let name = shortName(InstanceName(process))
            let reason = process.reason ?? event.message ?? process.exit?.description
            say(.warning, "\(name) errored" + (reason.map { ": \($0)" } ?? ""), command: "\(program) logs \(name)")
        }
        if event.name == .engineDetached { isOwner = false }
        if event.name == .keeperLost, let message = event.message { say(.warning, "keeper lost: \(message)") }
        return refresh()
    }

    private mutating func take(_ metrics: FleetMetrics) -> [Command] {
        live.apply(metrics, at: now)
        expireFigures()
        return refresh()
    }

    // MARK: - What follows from a change

    /// Brings the list up to date with the fleet.
    mutating func refresh(resort: Bool = false) -> [Command] {
        list.refresh(fleet, page: layout.listRows, at: now, resort: resort)
        if log.isWhole, let app = log.process.map({ AppName($0) }) {
            for (name, row) in fleet.rows where AppName(name) == app {
                log.instances[UInt32(truncatingIfNeeded: row.process.id)] = name.instance
            }
        }
        return settle(at: shown == nil || shownRow == nil ? now : restsAt)
    }

    /// The panes beside the list follow the selection at `moment`.
    mutating func settle(at moment: Instant?) -> [Command] {
        restsAt = shown == list.selected ? nil : moment ?? now.advanced(byMilliseconds: Self.rest)
        return []
    }

    /// What is due: the panes follow the selection, a question was not answered.
    private mutating func wake() -> [Command] {
        var commands: [Command] = []
        if isHidden { return [] }
        if let due = restsAt, due <= now { commands += showSelected() }
        if log.wantsReopening {
            commands += reopenLog()
        }
        if let due = asksAt, due <= now {
            asksAt = nil
            question = Question(.leave)
        }
        return commands
    }

    /// Details and log of the selected process, at once.
    mutating func showSelected() -> [Command] {
        restsAt = nil
        guard shown != list.selected else { return [] }
        shown = list.selected
        detail = nil
        detailTop = 0
        log.open(shown, stream: log.stream + 1)
        return log.commands + (shown.map { past == nil ? [.inspect($0)] : [] } ?? [])
    }

    private mutating func resize(_ new: Size) -> [Command] {
        size = new
        keepFocus()
        return refresh()
    }

    /// The focus is on a pane that is on the screen.
    mutating func keepFocus() {
        let panes = layout.panes
        if !panes.contains(focus), let first = panes.first { focus = first }
    }

    mutating func say(_ weight: Toast.Weight, _ text: String, command: String? = nil) {
        toasts.removeAll { $0.text == text }
        if toasts.count == Self.maxToasts { toasts.removeFirst() }
        let toast = Toast(weight, text, command: command, at: now)
        toasts.append(toast)
        remember(toast)
    }

    mutating func say(_ failure: Failure) {
        say(.error, "\(failure.code.rawValue) \(failure.what): \(failure.why)", command: failure.next)
    }
}
