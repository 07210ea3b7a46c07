// What is kept in state.db, and the writes that the kernel asks for. Keys are never reused; ids are.

/// An app as stored.
package struct AppRecord: Hashable, Sendable, Codable {
    package var key: UInt64
    package var spec: AppSpec

    package init(key: UInt64, spec: AppSpec) {
        self.key = key
        self.spec = spec
    }
}

/// What people want of an instance.
package enum Wanted: String, Hashable, Sendable, Codable {
    case running, stopped
    /// Forgotten as soon as nothing of it lives.
    case deleted
}

/// What an instance that waits for its dependencies is to be: the first run of a start, or a restart.
package enum Hold: String, Hashable, Sendable, Codable {
    case first, again
}

/// An instance as stored: what is wanted of it, and what is remembered of its runs.
package struct InstanceRecord: Hashable, Sendable, Codable {
    package var key: UInt64
    /// Key of its app.
    package var app: UInt64
    /// 0, 1, … within the app.
    package var number: Int
    /// The small public id.
    package var id: Int
    package var wanted: Wanted
    /// Number of its last run; the first is 1.
    package var run: UInt64
    /// The last run whose end was settled: what followed from it is stored too.
    package var ended: UInt64
    package var restarts: Int
    package var exit: Exit?
    package var exitedAt: WallTime?
    /// Why it is `errored`; nil when it is not.
    package var trouble: String?
    /// What its restart policy remembers; nil when there is nothing.
    package var backoff: RestartMemory?
    /// It waits for what it depends on; nil when it does not.
    package var held: Hold?
    /// It was started without regard to what it depends on, and is restarted so; nil: with regard.
    package var alone: Bool?
    /// Why od itself restarted it last; nil when it ended by itself or people did it.
    package var cause: String?
    /// The last run that said that it was ready; nil when none had to.
    package var ready: UInt64?
    /// What is remembered of its reloads; nil when there is nothing.
    package var reload: ReloadMemory?

    package init(
        key: UInt64, app: UInt64, number: Int, id: Int, wanted: Wanted, run: UInt64 = 0, ended: UInt64 = 0,
        restarts: Int = 0, exit: Exit? = nil, exitedAt: WallTime? = nil, trouble: String? = nil,
        backoff: RestartMemory? = nil, reload: ReloadMemory? = nil
    ) {
        self.key = key
        self.app = app
        self.number = number
        self.id = id
        self.wanted = wanted
        self.run = run
        self.ended = ended
        self.restarts = restarts
        self.exit = exit
        self.exitedAt = exitedAt
        self.trouble = trouble
        self.backoff = backoff
        self.reload = reload
    }
}

/// What is remembered of an instance's restarts, so that a backoff outlives the engine. Its instants are of the boot
/// clock: they mean something as long as the keeper is the same.
package struct RestartMemory: Hashable, Sendable, Codable {
    /// Exits in a row.
    package var row: Int
    /// Quick exits within the window, oldest first, on a clock that stands still while we wait.
    package var quick: [Instant]
    /// Milliseconds that were waited since the first of them; nil: none.
    package var waited: Int?
    /// When its present wait ends, and what it waits for; nil when it does not wait.
    package var until: Instant?
    package var reason: String?
    /// The run after whose end the policy wanted no further one; nil: none.
    package var last: UInt64?

    package init(
        row: Int, quick: [Instant], waited: Int? = nil, until: Instant? = nil, reason: String? = nil
    ) {
        self.row = row
        self.quick = quick
        self.waited = waited
        self.until = until
        self.reason = reason
    }
}

/// The end of one run. (instance, run) is unique: the same exit may be stored twice and counts once.
package struct ExitRecord: Hashable, Sendable, Codable {
    package var instance: UInt64
    package var run: UInt64
    package var pid: Int32
    package var exit: Exit
    package var at: WallTime
    /// Milliseconds.
    package var uptime: Int
    /// Bytes, of the main process.
    package var maxMemory: UInt64
    /// Milliseconds of CPU time, user and system.
    package var cpuTime: Int

    package init(
        instance: UInt64, run: UInt64, pid: Int32, exit: Exit, at: WallTime, uptime: Int, maxMemory: UInt64,
        cpuTime: Int
    ) {
        self.instance = instance
        self.run = run
        self.pid = pid
        self.exit = exit
        self.at = at
        self.uptime = uptime
        self.maxMemory = maxMemory
        self.cpuTime = cpuTime
    }
}

/// Facts about the home that are kept.
package struct HomeRecord: Hashable, Sendable, Codable {
    /// `od daemon stop` was said: nothing is started until somebody asks.
    package var halted: Bool
    /// The engine ends with its dashboard.
    package var embedded: Bool
    /// The next key for an app or an instance.
    package var nextKey: UInt64
    /// The boot and the table of runs of the last engine's keeper. Another table holds none of the runs that were stored.
    package var keeper: String?
    /// Events up to this number may have been published, stored or not: the next engine goes on above it.
    package var events: UInt64

    package init(
        halted: Bool = false, embedded: Bool = false, nextKey: UInt64 = 1, keeper: String? = nil, events: UInt64 = 0
    ) {
        self.halted = halted
        self.embedded = embedded
        self.nextKey = nextKey
        self.keeper = keeper
        self.events = events
    }
}

/// One write to the store. All writes of one `step` are one transaction.
package enum StoreWrite: Hashable, Sendable {
    case putApp(AppRecord)
    /// Its instances go with it; their exits and events stay.
    case removeApp(key: UInt64)
    case putInstance(InstanceRecord)
    case removeInstance(key: UInt64)
    case putHome(HomeRecord)
    case addExit(ExitRecord)
    case addEvent(FleetEvent)
    case addReceipt(Receipt)
}

/// All that the engine reads at its start.
package struct StoredFleet: Hashable, Sendable {
    package var home: HomeRecord
    package var apps: [AppRecord]
    package var instances: [InstanceRecord]
    /// Number of the last event.
    package var lastEvent: UInt64
    /// The last commands, oldest first.
    package var receipts: [Receipt]

    package init(
        home: HomeRecord = HomeRecord(), apps: [AppRecord] = [], instances: [InstanceRecord] = [],
        lastEvent: UInt64 = 0, receipts: [Receipt] = []
    ) {
        self.home = home
        self.apps = apps
        self.instances = instances
        self.lastEvent = lastEvent
        self.receipts = receipts
    }
}
