import Core
import Glibc
import Interface
import Themes
import Widgets

/// The thread of the screen: waits for keys, signals and messages, updates the state and draws what changed.
///
/// It alone touches the terminal. A terminal that does not read holds up this thread and nothing else.
struct ScreenLoop {
    /// How it ended.
    struct End {
        var status: Int32
        /// To be printed now that the terminal is as it was.
        var farewell: String?
    }

    /// Milliseconds between two frames on average: at most 30 a second.
    private static let frame = 33
    /// Bytes for each millisecond on average, as far as that is no reason to wait longer than `longest`: of a log that
    /// floods nobody reads more.
    private static let rate = 18
    private static let longest = 100
    /// So many frames may come at once after a pause: a key is not held up by the figures drawn just before it.
    private static let burst = 3
    /// What the engine tells within so many milliseconds after a frame is drawn together: the answers to what a new
    /// picture has asked for would else take a frame each, and the last of them wait for its turn.
    private static let gap = 5
    /// Before the first frame the fleet is waited for this long, so that no empty screen flashes by; milliseconds.
    private static let firstFrame = 150
    /// While anything is drawn, the user's themes are looked at so often, milliseconds.
    private static let look = 1000
    /// The dashboard has run in when it was drawn after so long; milliseconds.
    private static let start = 3000
    /// The terminal says that there is input and has none, so often in a row: it is gone.
    private static let maxEmptyReads = 100

    private let screen: Screen
    private let mailbox: Mailbox
    private let executor: ScreenExecutor
    private let send: (Hosts.Wish) -> Void
    private var keyboard = Keyboard()
    private var hosts: Hosts
    private var isDirty = true
    /// When the next frame would come if all had kept their distance.
    private var schedule: Instant
    /// When what somebody tells is drawn; what a hand does is drawn at once.
    private var gathersUntil = Instant(nanoseconds: 0)
    private var isPressed = false
    private var emptyReads = 0
    private var pace = Pace()
    private var painted: Theme
    private var userThemes: UserThemes
    /// When the files of themes are looked at again, if anything is drawn then.
    private var looksAgain: Instant
    /// What only starting up has needed is still held; until when.
    private var settlesAt: Instant?
    private var end: End?

    /// `send` gets what the state wants of the client; it must not block.
    init(
        screen: Screen, mailbox: Mailbox, executor: ScreenExecutor, _ opening: Opening, preferences: Preferences,
        send: @escaping (Hosts.Wish) -> Void
    ) {
        self.screen = screen
        self.mailbox = mailbox
        self.executor = executor
        self.send = send
        let state = State(
            size: screen.size, isOwner: opening.isOwner,
            look: Look(themes: preferences.themes, broken: preferences.brokenThemes),
            keys: preferences.keys, settings: preferences.settings, notes: opening.notes + preferences.notes,
            utcOffset: Self.utcOffset(),
            isReadOnly: opening.isReadOnly, project: opening.project, remote: opening.remote)
        hosts = opening.hosts.isEmpty ? Hosts(state) : Hosts(opening.hosts, each: state)
        painted = state.look.theme
        screen.use(painted)
        userThemes = preferences.userThemes
        looksAgain = Self.now().advanced(byMilliseconds: Self.look)
        settlesAt = Self.now().advanced(byMilliseconds: Self.start)
        schedule = Self.now().advanced(byMilliseconds: Self.firstFrame + (Self.burst - 1) * Self.frame)
    }

    /// Seconds by which the clock of this place is ahead of UTC, now.
    private static func utcOffset() -> Int {
        var (seconds, local) = (time(nil), tm())
        return localtime_r(&seconds, &local) == nil ? 0 : local.tm_gmtoff
    }

    /// Runs until the user leaves, a signal ends it or the terminal is closed. The terminal is given back.
    mutating func run() -> End {
        defer { screen.close() }
        Events.ask()
        screen.setMouse(hosts.shown.hasMouse)
        // What came before anybody could be woken.
        executor.run()
        while true {
            let ready = Events.wait(milliseconds: patience())
            if ready.contains(.keys) { readKeys() } else { emptyReads = 0 }
            if ready.contains(.signals) { takeSignals() }
            executor.run()
            for letter in mailbox.take() { handle(letter.message, from: letter.host) }
            if ready.contains(.gone) || emptyReads > Self.maxEmptyReads { end = End(status: 128 + SIGHUP) }
            if let due = hosts.wakesAt, due <= Self.now() { handle(.tick) }
            if let end { return end }
            draw()
        }
    }

    /// CLOCK_BOOTTIME, as everywhere.
    private static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// How long to wait: until the next frame may be drawn, or the state changes by itself.
    private func patience() -> Int? {
        let now = Self.now()
        let frame = max(pace.holdsUntil(now) ?? nextFrame, isPressed ? now : gathersUntil)
        let moments = [isDirty ? frame : nil, hosts.wakesAt].compactMap { $0 }
        // A moment that is a fraction of a millisecond away is not here yet.
        return moments.min().map { $0 <= now ? 0 : $0.milliseconds(since: now) + 1 }
    }

    private mutating func readKeys() {
        let inputs = keyboard.read(at: Self.now().milliseconds(since: Instant(nanoseconds: 0)))
        emptyReads = inputs.isEmpty ? emptyReads + 1 : 0
        for input in inputs {
            switch input {
            case .key(let key):
                isPressed = true
                handle(.key(key))
            case .paste(let text): handle(.paste(text))
            case .sync(let on): Events.setSync(on)
            case .here:
                Events.answered()
                pace.answered()
            case .mouse(let mouse): handle(.mouse(mouse))
            case .ground(let answer): if let color = RGB(answer: answer) { handle(.ground(color)) }
            }
        }
    }

    private mutating func takeSignals() {
        for signal in Events.signals() {
            switch signal {
            case .resize: resize()
            case .stop: suspend(group: false)
            case .continued:
                screen.retake()
                pace.forget()
                resize()
            case .end(let number): end = End(status: 128 + number)
            }
        }
    }

    private mutating func resize() {
        screen.resize()
        // The terminal shows what is no longer true of it: as when it was first drawn, nothing is waited for.
        schedule = min(schedule, Self.now())
        handle(.resized(width: screen.size.width, height: screen.size.height))
    }

    private mutating func suspend(group: Bool) {
        screen.suspend(group: group)
        pace.forget()
        resize()
    }

    private mutating func handle(_ message: Message, from host: Int? = nil) {
        isDirty = true
        for wish in hosts.update(message, of: host, at: Self.now()) {
            switch wish.command {
            case .redraw: screen.forget()
            case .copy(let text): screen.copy(text)
            case .mouse(let on): screen.setMouse(on)
            case .suspend: suspend(group: true)
            case .quit(let farewell): end = End(status: 0, farewell: farewell)
            case .call, .inspect, .ask, .write, .followLogs, .followApp, .readLogs, .lookBack, .lookAtMinute,
                .resubscribe, .save:
                send(wish)
            case .turn: break  // done already
            }
        }
        // The first picture need not be waited for any longer.
        if case .snapshot = message { schedule = min(schedule, Self.now()) }
    }

    /// When a frame may be drawn.
    private var nextFrame: Instant { schedule.advanced(byMilliseconds: -(Self.burst - 1) * Self.frame) }

    private mutating func draw() {
        guard isDirty, nextFrame <= Self.now(), pace.holdsUntil(Self.now()) == nil,
            isPressed || gathersUntil <= Self.now()
        else { return }
        lookAtThemes()
        (isDirty, isPressed) = (false, false)
        let theme = hosts.shown.look.theme
        if theme != painted {
            painted = theme
            screen.use(theme)
        }
        let isWhole = !screen.isKnown
        let bytes = screen.show(hosts.view(glyphs: screen.glyphs))
        // A terminal that reads slowly holds up `show`: what was missed meanwhile is not made up for.
        let now = Self.now()
        // A whole screen is what somebody has asked for, and is followed at once by what the new one has to show.
        let distance = isWhole ? Self.frame : max(Self.frame, min(bytes / Self.rate, Self.longest))
        schedule = max(schedule, now).advanced(byMilliseconds: distance)
        gathersUntil = now.advanced(byMilliseconds: Self.gap)
        if pace.wrote(bytes, at: now) { Events.probe() }
        if let due = settlesAt, due <= now {
            settlesAt = nil
            Screen.settle()
        }
    }

    /// A theme that is being written is seen as it is saved. It costs no waking up: a screen at rest is left alone.
    private mutating func lookAtThemes() {
        let now = Self.now()
        guard looksAgain <= now else { return }
        looksAgain = now.advanced(byMilliseconds: Self.look)
        guard userThemes.haveChanged else { return }
        let (themes, mistakes) = userThemes.load()
        handle(.themes(Theme.builtIns + themes, mistakes: mistakes, broken: userThemes.broken))
    }
}
