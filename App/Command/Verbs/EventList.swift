internal import ArgumentParser
internal import Core
internal import Engine
internal import OpenDaemon

// In a space of its own: the events of a terminal are something else.
extension Od {
    struct Events: Verb {
        static let configuration = CommandConfiguration(
            commandName: "events",
            abstract: "Shows what happened, and with -f what happens.",
            usage: "od events [TARGET or PATTERN...] [OPTIONS]",
            discussion: """
                A target is an app, as for other verbs; also one that was deleted. A config means its apps that \
                exist. A pattern is the name of an event (process:exited), all of a kind (process:*), process:crash \
                for apps that ended badly by themselves, or * for all. Without one: all. The daemon keeps the last \
                \(Defaults.storedEvents) events.
                """)

        @OptionGroup var globals: Globals

        @Argument(help: "Of which apps, and which events, like process:exited or process:*.")
        var words: [String] = []

        /// What has a colon or is a star.
        private var patterns: [String] { words.filter(Self.isPattern) }
        private var targets: [String] { words.filter { !Self.isPattern($0) } }

        private static func isPattern(_ word: String) -> Bool {
            word == "*" || word.contains(":") && !word.hasPrefix("/")
        }

        @Flag(name: [.short, .long], help: "Go on with what happens, until ^C.")
        var follow = false

        @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many of the last events.", valueName: "n"))
        var lines: Int?

        @Option(
            help: ArgumentHelp("Only events since then: 10m, 12:30, 2026-05-01T12:00:00Z.", valueName: "when"))
        var since: String?

        func validate() throws {
            guard (0...Defaults.maxEventsInAnswer).contains(lines ?? 0) else {
                throw ValidationError("--lines takes a number from 0 to \(Defaults.maxEventsInAnswer)")
            }
            guard since == nil || Self.moment(since, before: WallTime(milliseconds: 0)) != nil else {
                throw ValidationError("--since takes 10m, a time of day like 12:30, or 2026-11-21T09:24:17Z")
            }
        }

        func run(_ session: Session) async throws {
            let filter = try EventFilter(patterns).patterns.map(\.description)
            var request = EventListRequest(events: filter.isEmpty ? nil : filter)
            // Without a number, everything since a moment is wanted, as far as one answer goes.
            request.limit = lines ?? (since == nil ? Defaults.eventLines : nil)
            request.since = Self.moment(since, before: .now)
            let named = targets.isEmpty ? [] : try Targets.named(targets, for: "events")
            _ = try TargetMatcher(named.filter { !Self.isConfig($0) })
            let client = try await session.connect()
            let targets = try await apps(named, client)
            request.targets = targets.isEmpty ? nil : targets
            let matcher = try TargetMatcher(targets)
            let strangers = try await strangers(among: targets, client)
            if follow {
                // It may come yet.
                for target in strangers { session.printer.warning("‘\(target)’ names no app yet") }
                try await followed(request, matcher, client, session.printer)
            } else {
                if let target = strangers.first { throw Self.unknown(target) }
                // An engine of the version before tells of all.
                session.printer.events(try await client.call(Methods.events, request).filter { matcher.matches($0) })
            }
            await client.close()
        }

        /// Targets of which neither an app is known nor an event is kept.
        private func strangers(among targets: [String], _ client: OpenDaemon) async throws -> [String] {
            guard !targets.isEmpty else { return [] }
            let processes = try await client.call(Methods.list, Nothing())
            var strangers: [String] = []
            for target in targets where target != "all" {
                let matcher = try TargetMatcher([target])
                if processes.contains(where: { matcher.matches($0) }) { continue }
                var request = EventListRequest()
                request.targets = [target]
                // Where no events are kept, nothing is known of those that are gone.
                guard let events = try? await client.call(Methods.events, request) else { continue }
                // An engine of the version before tells of all.
                if !events.contains(where: { matcher.matches($0) }) { strangers.append(target) }
            }
            return strangers
        }

        private static func unknown(_ target: String) -> Failure {
            Failure(
                .noSuchTarget, "‘\(target)’ names no process", why: "there is no such app, and no event of one is kept",
                next: "od list shows the names, od events what happened to all")
        }

        private static func isConfig(_ target: String) -> Bool {
            if case .file? = try? Target(target) { true } else { false }
        }

        /// The targets, each config replaced by its apps: what was noted of an instance says nothing of its config.
        private func apps(_ targets: [String], _ client: OpenDaemon) async throws -> [String] {
            var names: [String] = []
            for target in targets {
                guard Self.isConfig(target) else {
                    names.append(target)
                    continue
                }
                let apps = try await client.call(Methods.info, TargetRequest(targets: [target]))
                names += Set(apps.map { "\($0.process.namespace)/\($0.process.name)" }).sorted()
            }
            return names
        }

        /// The history joins what follows by the numbers of the events, also after a new engine took over.
        private func followed(
            _ request: EventListRequest, _ matcher: TargetMatcher, _ client: OpenDaemon, _ printer: Printer
        ) async throws {
            var last: UInt64?
            for await update in try client.events(matching: patterns) {
                switch update {
                case .started(let seq):
                    if last == nil {
                        let history = try await kept(request, client, printer)
                        history.filter { matcher.matches($0) }.forEach(printer.event)
                        last = max(seq, history.last?.seq ?? 0)
                    } else {
                        last = try await caughtUp(after: last ?? 0, request, matcher, client, printer)
                    }
                case .missed:
                    last = try await caughtUp(after: last ?? 0, request, matcher, client, printer)
                case .event(let event) where event.seq > last ?? 0:
                    last = event.seq
                    if matcher.matches(event) { printer.event(event) }
                case .event, .disconnected:
                    break
                case .failed(let failure):
                    throw failure
                }
            }
        }

        /// Prints all that is kept above a number; returns the number of the last.
        private func caughtUp(
            after seq: UInt64, _ request: EventListRequest, _ matcher: TargetMatcher, _ client: OpenDaemon,
            _ printer: Printer
        ) async throws -> UInt64 {
            var last = seq
            while true {
                var next = EventListRequest(events: request.events, after: last)
                next.targets = request.targets
                let page = try await kept(next, client, printer)
                page.filter { matcher.matches($0) }.forEach(printer.event)
                last = page.last?.seq ?? last
                if page.count < Defaults.maxEventsInAnswer { return last }
            }
        }

        /// Without a history what happens from now on can be followed all the same.
        private func kept(
            _ request: EventListRequest, _ client: OpenDaemon, _ printer: Printer
        ) async throws -> [FleetEvent] {
            do {
                return try await client.call(Methods.events, request)
            } catch let failure as Failure where failure.code == .pluginDisabled {
                printer.warning(failure)
                return []
            }
        }

        /// The moment that `--since` means; nil for nothing and for what cannot be understood.
        static func moment(_ text: String?, before now: WallTime) -> WallTime? {
            guard let text else { return nil }
            if let duration = ConfigDuration(text) {
                return WallTime(milliseconds: now.milliseconds - Int64(duration.milliseconds))
            }
            return Since(text, now: now)?.began
        }
    }
}
