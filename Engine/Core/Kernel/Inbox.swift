/// Events that the kernel has not taken yet, in the order in which they came.
///
/// None is taken while a command's writes are on their way to the disk, and a disk may hang for long. What waits means
/// then what it meant when it came: a timer that is cancelled or armed anew by an event before it has not fired. And
/// however long that lasts, the length stays bounded: a timer, a sign of life, the last words and the memory of a run
/// stand in it once, its begin and its end once for each run; commands are bounded by who adds them.
package struct Inbox: Sendable {
    /// What stands in it once.
    private enum Single: Hashable {
        case timer(TimerID)
        case alive(RunID)
        case words(RunID)
        case memory(RunID)
    }

    private var events: [KernelEvent] = []
    /// Index of the event to take next.
    private var next = 0
    /// Those that are in it, and still count.
    private var singles: Set<Single> = []
    /// The last words of runs whose place is in it.
    private var words: [RunID: String] = [:]

    package init() {}

    package var isEmpty: Bool { next == events.count }

    /// Puts an event behind those that wait; one that stands in it once and is there already changes nothing.
    package mutating func add(_ event: KernelEvent) {
        if case .sign(let id, .status(let text)) = event { words[id] = text }
        if let single = Self.single(event), !singles.insert(single).inserted { return }
        events.append(event)
    }

    /// What is taken before all others.
    package mutating func addFirst(_ event: KernelEvent) {
        events.insert(event, at: next)
    }

    /// The timer is armed anew, or not wanted any more: should it have fired meanwhile, that means nothing.
    package mutating func forget(_ timer: TimerID) {
        singles.remove(.timer(timer))
    }

    /// Takes the event that is next; nil when there is none, or when it is a command and none may be taken now.
    package mutating func take(commands: Bool) -> KernelEvent? {
        while next < events.count {
            let event = events[next]
            if case .command = event, !commands { return nil }
            advance()
            guard let single = Self.single(event) else { return event }
            guard singles.remove(single) != nil else { continue }
            if case .words(let id) = single { return .sign(id, .status(words.removeValue(forKey: id) ?? "")) }
            return event
        }
        return nil
    }

    private mutating func advance() {
        next += 1
        // Moving the rest costs as much as was taken, so all of it costs no more than twice.
        guard next == events.count || next >= 64 && next * 2 >= events.count else { return }
        events.removeFirst(next)
        next = 0
    }

    private static func single(_ event: KernelEvent) -> Single? {
        switch event {
        case .timer(let timer): .timer(timer)
        case .sign(let id, .alive): .alive(id)
        case .sign(let id, .status): .words(id)
        case .overMemory(let id, _): .memory(id)
        case .sign(_, .ready), .recovered, .command, .spawned, .spawnFailed, .exited, .gone, .keeper: nil
        }
    }
}
