internal import Core
internal import Widgets

/// `od help defaults`: the whole table of `Defaults`.
enum HelpDefaults {
    private typealias Row = (name: String, value: String)

    static func text() -> String {
        let groups = [
            ("AN APP", app), ("AN APP THAT ENDS", ends), ("LOGS", logs), ("EVENTS", events),
            ("THE ENGINE AND ITS CLIENTS", link),
        ]
        let width = groups.flatMap { $0.1 }.map(\.name.count).max() ?? 0
        let blocks = groups.map { title, rows in
            title + "\n"
                + rows.map { row in
                    "  " + row.name + String(repeating: " ", count: width - row.name.count + 2) + row.value + "\n"
                }.joined()
        }
        return "What holds when nothing else is said.\n\n" + blocks.joined(separator: "\n")
    }

    private static func size(_ bytes: Int) -> String { Format.bytes(UInt64(bytes)) }

    private static func seconds(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    private static var app: [Row] {
        [
            ("instances", "\(Defaults.instances), at most \(Defaults.maxInstances)"),
            ("namespace", "\(Defaults.namespace), for apps without a config"),
            ("environment", Defaults.inheritedVariables.joined(separator: ", ")),
            ("", "and LC_* of the shell, then env, then --env"),
            ("od save", "the last \(Defaults.dumps) dumps are kept"),
            (
                "a config",
                "\(size(Defaults.configBytes)), \(Defaults.configDepth) levels, \(Defaults.configValues) values; "
                    + "durations to \(Defaults.longestDuration / 86_400_000) days"
            ),
            (
                "",
                "\(seconds(Defaults.configPatience)) when it is a program, and \(size(Defaults.configOutput)) of what it prints"
            ),
            (
                "od update",
                "\(seconds(Defaults.releasePatience)) and \(size(Defaults.releaseOutput)) for each program to say what it is"
            ),
            ("ioNice", "level \(Defaults.ioLevel) where only a class is said"),
        ]
    }

    private static var ends: [Row] {
        let strategy = Defaults.restartStrategy.rawValue
        return [
            ("restart", Defaults.restart.rawValue),
            ("restartStrategy", "\(strategy), factor \(Defaults.restartFactor), \(Defaults.restartJitter) % jitter"),
            (
                "restartDelay",
                "at once, then \(seconds(Defaults.restartDelay)), to \(seconds(Defaults.restartMaxDelay))"
            ),
            ("", "anew after \(seconds(Defaults.restartReset)) up"),
            ("minUptime", "\(seconds(Defaults.minUptime)): an earlier exit is quick"),
            ("maxRestarts", "\(Defaults.maxRestarts) quick exits in \(seconds(Defaults.restartWindow)), then errored"),
            (
                "", "(above \(Defaults.countedRestarts): never errored)"
            ),
            (
                "coolDown",
                Defaults.coolDown == 0
                    ? "none: what gave up stays errored; at least \(seconds(Defaults.shortestCoolDown))"
                    : seconds(Defaults.coolDown)
            ),
            (
                "listenTimeout",
                "\(seconds(Defaults.listenTimeout)) to become ready; a port is looked at every "
                    + seconds(Defaults.portInterval)
            ),
            (
                "ready",
                "fd: descriptor \(Defaults.notifyDescriptor); signs of life count every \(seconds(Defaults.signInterval)),"
            ),
            (
                "",
                "without them \(Signal.name(Defaults.watchdogSignal)); \(Defaults.statusLength) bytes of STATUS are shown"
            ),
            ("port", "up to \(Defaults.portBacklog) connections wait while an instance restarts;"),
            ("", "node instances share \(Defaults.spareSockets) more that were not named"),
            ("od send", "\(size(Defaults.sendBytes)) at once"),
            (
                "a Procfile",
                "PORT \(Defaults.firstPort) for its first app, \(Defaults.portStep) more for each later one"
            ),
            ("killSignal", Signal.name(Defaults.killSignal)),
            ("killTimeout", "\(seconds(Defaults.killTimeout)), then SIGKILL to the whole tree"),
        ]
    }

    private static var logs: [Row] {
        [
            ("outFile, errorFile", "logs/PROJECT/APP-INSTANCE.out.log and .err.log below the home"),
            ("mergeLogs", "\(Defaults.mergeLogs)"),
            ("logType, logFlush", "raw, batch: written within 20 ms, on the disk within 1 s"),
            (
                "crashLogs",
                "\(Defaults.crashLogLines) lines, at most \(Defaults.maxCrashLogLines); "
                    + "\(Defaults.crashLogFiles) crashes of each instance"
            ),
            (
                "logRotation",
                "at \(size(Defaults.logMaxSize)); \(Defaults.logMaxFiles) old files of each log, "
                    + "\(Defaults.logMaxAge / 86_400_000) days,"
            ),
            (
                "",
                "\(size(Defaults.logMaxTotal)) an app; compressed: \(Defaults.logCompress); "
                    + "looked at every \(seconds(Defaults.logSweep))"
            ),
            (
                "logsMaxTotal",
                "\(size(Defaults.allLogsMaxTotal)) of old files of all apps (config.yaml of the home)"
            ),
            (
                "od logs",
                "the last \(Defaults.logLines) lines, within \(size(Defaults.logTail)); "
                    + "at most \(Defaults.logContext) around a match"
            ),
            ("od logs -f", "on a terminal lines are left out, and counted, when \(size(Defaults.followLag)) wait"),
            ("after the end", "a run's output is read \(seconds(Defaults.streamGrace)) longer than its processes live"),
            ("engine.log", "\(size(Defaults.engineLogSize)), and one before it"),
        ]
    }

    private static var link: [Row] {
        [
            ("to connect", "\(seconds(Defaults.connectDeadline)), the start of an engine included"),
            (
                "for an answer",
                "\(seconds(Defaults.answerDeadline)); every \(seconds(Defaults.pulse)) it is asked whether it is there"
            ),
            (
                "figures",
                "every \(seconds(Defaults.sampleInterval)) while somebody looks, else every "
                    + "\(seconds(Defaults.restInterval)) to \(seconds(Defaults.longestRestInterval)),"
            ),
            ("", "so that measuring takes 1/\(Defaults.restShare) of a processor"),
            (
                "figures of before",
                "by the second \(Defaults.historySeconds / 60) min while somebody looks, by 10 s "
                    + "\(Defaults.historyTens / 360) h, by the minute \(Defaults.storedMinutes / 86_400_000) d and "
                    + "\(size(Defaults.storedMinuteBytes))"
            ),
            ("", "\(Defaults.historyPoints) points of one, \(Defaults.historyAnswer) in an answer"),
            (
                "--system",
                "\(Defaults.systemHome); the group \(Defaults.systemGroup) through \(Defaults.systemDoor)/od.sock"
            ),
            (
                "ssh",
                "\(Defaults.remotePatience) s to connect, \(seconds(Defaults.loginDeadline)) where it may ask; again after "
                    + "\(seconds(Defaults.firstRemotePause)) to \(seconds(Defaults.longestRemotePause))"
            ),
            (
                "clients",
                "\(Defaults.clients), \(Defaults.doorClients) through the door; \(Defaults.clientBacklog) wait; hello within "
                    + seconds(Defaults.helloDeadline)
            ),
            (
                "",
                "each \(Defaults.requestRate) requests a second, \(Defaults.requestBurst) at once,"
            ),
            (
                "",
                "then \(Defaults.refusalBurst) refusals and \(seconds(Defaults.refusalPause)) of silence; \(Defaults.clientRequests) unanswered, "
                    + "\(Defaults.clientStreams) log streams,"
            ),
            (
                "",
                "\(Defaults.batchLength) in a batch, \(size(Defaults.clientEvents)) of events and "
                    + "\(size(Defaults.clientAnswers)) of answers unread, "
                    + "\(size(Defaults.allAnswers)) of all"
            ),
            ("od.sock", "looked for every \(seconds(Defaults.socketLook)), and made anew when it was removed"),
            ("keeper", "looked at every \(seconds(Defaults.keeperLook)); one that hangs is replaced"),
            ("large requests", "\(size(Defaults.allRequests)) in work, of all clients"),
            (
                "a frame",
                "whole within \(seconds(Defaults.frameDeadline)); a client reads within "
                    + seconds(Defaults.readDeadline)
            ),
            ("wrong tokens", "\(Defaults.tokenTries) a second"),
            (
                "commands",
                "\(Defaults.waitingCommands) may wait; the last \(Defaults.receipts) are remembered, so that none is done "
                    + "twice"
            ),
        ]
    }

    private static var events: [Row] {
        [
            ("kept", "\(Defaults.storedEvents) in state.db, \(Defaults.keptEvents) for clients that come back;"),
            ("", "\(Defaults.storedExits) exits of an instance, \(Defaults.storedExitsInAll) of all"),
            ("od events", "the last \(Defaults.eventLines); \(Defaults.maxEventsInAnswer) in one answer"),
            (
                "od why",
                "\(Defaults.crashReports) crash reports an app, \(Defaults.crashLines) lines or "
                    + "\(Defaults.crashBytes) bytes of stderr in each"
            ),
            (
                "subscriptions",
                "\(Defaults.subscriptions) of a connection, \(Defaults.unreadEvents) unread events, "
                    + "\(Defaults.unreadUpdates) updates"
            ),
            (
                "a capability",
                "rests after \(Defaults.breakerFailures) failures in \(seconds(Defaults.breakerWindow)), "
                    + "\(seconds(Defaults.breakerRest)) to \(seconds(Defaults.breakerMaxRest))"
            ),
        ]
    }
}
