internal import Core
internal import Interface
internal import OpenDaemon
internal import Themes
internal import Widgets

/// `od info` and `od daemon status`: a name and a value a line.
enum DetailListing {
    private typealias Row = (name: String, value: String, style: Style)

    static func text(_ detail: ProcessDetail, colour: Bool) -> String {
        let process = detail.process
        var rows: [Row] = [
            (
                "status", process.word + (process.note.isEmpty ? "" : " (\(process.note))"),
                Style(process.status.role)
            ),
            ("id", "\(process.id)", .text), ("instance", "\(process.instance)", .text), ("mode", process.mode, .text),
            ("project", process.namespace, .text), ("script", process.script, .text),
            ("interpreter", process.interpreter ?? "none", .text),
        ]
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { rows.append((name, value, .text)) }
        }
        let command = process.command
        if command.count > 1 { add("command", command.map(quoted).joined(separator: " ")) }
        add("version", process.version)
        add("description", detail.metadata?.description)
        add("directory", process.cwd)
        add("says", process.message)
        add("pid", process.pid.map(String.init))
        add("processes", process.processes.map(String.init))
        add("uptime", process.uptime.map { Format.duration(milliseconds: $0) })
        add("started", process.startedAt?.description)
        add("cpu", process.cpu.map { Format.percent($0) + " % of one core" })
        add("memory", process.memory.map(Format.bytes))
        add("restarts", "\(process.restarts)")
        add("last exit", process.exit.map { "\($0)" + (process.exitedAt.map { " at \($0)" } ?? "") })
        add(process.status == .starting ? "ready by" : "next start", process.waitsUntil?.description)
        for (name, value) in RestartListing.rows(detail.restart) { add(name, value) }
        add("ready", detail.ready.map { "\($0.description), in \(Format.elapsed(milliseconds: $0.timeout))" })
        add("watchdog", detail.ready?.watchdog.map { "WATCHDOG=1 every \(Format.elapsed(milliseconds: $0))" })
        let asks = detail.shutdownWithMessage == true ? "the message shutdown, else " : ""
        add(
            "stop",
            "\(asks)\(Signal.name(detail.killSignal)), SIGKILL after \(Format.elapsed(milliseconds: detail.killTimeout))"
        )
        for (name, value) in AttributeListing.rows(detail) { add(name, value) }
        for (name, value) in OrderListing.rows(detail.order) { add(name, value) }
        add("variables", detail.env.sorted().joined(separator: " "))
        add("stdin", detail.stdin == .pipe ? "pipe: od send and od attach write to it" : nil)
        add("stdout", process.outFile)
        add("stderr", process.errorFile)
        for trouble in detail.logTroubles ?? [] { rows.append(("lost", trouble, Style(.warning))) }
        // Another project may have an app of that name.
        let isPlain = process.namespace == Defaults.namespace
        let label = Text.sanitize(isPlain ? process.label : "\(process.namespace)/\(process.label)")
        let hints = "  od logs \(label) -f   od restart \(label)   od stop \(label)\n"
        return Paint.text(label, Style(.heading, .bold), colour) + "\n" + lines(rows, colour)
            + Paint.text(hints, Style(.dim), colour)
    }

    static func text(_ status: DaemonStatus, colour: Bool) -> String {
        let counts = status.instances.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return lines(
            [
                ("daemon", status.halted ? "running, halted" : "running", Style(status.halted ? .waiting : .online)),
                ("lives", status.embedded ? "as long as its dashboard" : "in the background", .text),
                ("engine", "pid \(status.pid), version \(status.version), start \(status.engineStarts)", .text),
                ("keeper", keeper(status), .text),
                ("home", status.home, .text),
                ("uptime", "\(Format.duration(milliseconds: status.uptime)), since \(status.startedAt)", .text),
                ("clients", "\(status.clients)", .text),
                ("apps", "\(status.apps)" + (counts.isEmpty ? "" : "; instances: " + counts), .text),
            ], colour)
    }

    private static func keeper(_ status: DaemonStatus) -> String {
        var text = "pid \(status.keeperPid)"
        if let spare = status.sparePid { text += ", spare \(spare)" }
        if let version = status.keeperVersion { text += ", version \(version)" }
        if let keepers = status.keepers { text += ", start \(keepers)" }
        return text
    }

    private static func lines(_ rows: [Row], _ colour: Bool) -> String {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let name = row.name + String(repeating: " ", count: width - row.name.count)
            let value = Text.sanitize(row.value)
            return "  " + Paint.text(name, Style(.dim), colour) + "  "
                + (row.style == .text ? value : Paint.text(value, row.style, colour)) + "\n"
        }.joined()
    }

    private static func quoted(_ argument: String) -> String {
        let plain = !argument.isEmpty && !argument.contains { $0.isWhitespace || "'\"\\$`|&;<>()*?[]#~".contains($0) }
        return plain
            ? argument
            : "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
