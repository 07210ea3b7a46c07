internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// What verbs print: text for people, or JSON with `--json`. Results go to stdout, remarks and errors to stderr.
struct Printer: Sendable {
    let json: Bool
    let console: Console
    /// Say nothing about what went well; what was asked for is printed all the same.
    var quiet = false
    /// Say on stderr what is done and how long it takes.
    var verbose = false
    var output = Output(descriptor: 1)
    var errors = Output(descriptor: 2)

    init(json: Bool, console: Console, quiet: Bool = false, verbose: Bool = false) {
        self.json = json
        self.console = console
        self.quiet = quiet
        self.verbose = verbose
        output = Output(descriptor: 1, unicode: console.unicode, isTerminal: console.outputIsTerminal)
        errors = Output(descriptor: 2, unicode: console.unicode, isTerminal: console.errorIsTerminal)
    }

    init(json: Bool, console: Console, output: Output, errors: Output) {
        self.init(json: json, console: console)
        self.output = output
        self.errors = errors
    }

    /// Whether a line may be drawn over and over while a request goes on.
    var showsProgress: Bool { console.errorIsTerminal && !console.isDumb && !json && !quiet }

    /// Instances as a table, after a line that says what was done with them.
    func processes(_ processes: [InstanceInfo], did: String? = nil) {
        if json { return value(processes) }
        if quiet, did != nil { return }
        if let did { say(Summary.line(did, processes)) }
        // What is gone has no place in a table of what is there.
        if did != Self.deleted { table(processes) }
    }

    /// - Parameter within: how long the request took; what is up longer ran before it.
    func started(_ result: StartResult, within: Duration) {
        if json { return value(result) }
        if !quiet { say(Summary.started(result.processes, within: within)) }
        for name in result.unchanged {
            warning(
                "‘\(name)’ runs with another definition and was left as it is: od up FILE, or od delete \(name) first")
        }
        result.warnings?.forEach(warning)
        result.failures.forEach(warning)
        if !quiet, !result.processes.isEmpty { table(result.processes) }
    }

    func applied(_ result: ApplyResult) {
        if json { return value(result) }
        if !quiet {
            say(Summary.applied(result.changes))
            output.write(PlanListing.reasons(result.plan ?? [], colour: console.outputColour))
        }
        result.warnings?.forEach(warning)
        result.failures.forEach(warning)
        let there = result.processes.filter { process in
            [process.name, "\(process.namespace)/\(process.name)"].allSatisfy { result.changes[$0] != .removed }
        }
        if !quiet, !there.isEmpty { table(there) }
    }

    /// What is said of apps that are gone.
    static let deleted = "deleted"

    func reloaded(_ result: ReloadResult) {
        if json { return value(result) }
        let failed = Set(result.failures.map(\.what))
        let done = result.processes.filter { process in !failed.contains { $0.hasPrefix(process.label + " ") } }
        if !quiet, result.failures.isEmpty { say(Summary.line("reloaded", done)) }
        for name in result.restarted {
            warning("‘\(name)’ was restarted: it has no second instance and no shared port to stand in meanwhile")
        }
        result.failures.forEach(warning)
        if !quiet, !result.processes.isEmpty { table(result.processes) }
    }

    /// - Parameters:
    ///   - before: all instances, before they were scaled.
    ///   - there: ids of all instances now; those that went are in the result too.
    func scaled(_ result: StartResult, before: [InstanceInfo], there: Set<Int>) {
        if json { return value(result) }
        let left = result.processes.filter { there.contains($0.id) }
        if !quiet { say(Summary.scaled(left, before: before)) }
        result.warnings?.forEach(warning)
        result.failures.forEach(warning)
        if !quiet, !left.isEmpty { table(left) }
    }

    /// What a config would change.
    func plan(_ changes: [AppChange]) {
        if json { return value(changes) }
        output.write(PlanListing.text(changes, colour: console.outputColour))
    }

    func details(_ details: [ProcessDetail]) {
        if json { return value(details) }
        let listings = details.map { DetailListing.text($0, colour: console.outputColour) }
        output.write(listings.joined(separator: "\n"))
    }

    func daemon(_ status: DaemonStatus) {
        if json { return value(status) }
        output.write(DetailListing.text(status, colour: console.outputColour))
    }

    /// Lines of logs: bytes as they are for programs, what it can show for a terminal.
    func log(_ bytes: [UInt8]) {
        if console.unicode || json || !console.outputIsTerminal { return output.write(bytes: bytes) }
        output.write(String(decoding: bytes, as: UTF8.self))
    }

    func version() {
        if json { return value(["version": Product.version]) }
        output.write(Product.client + "\n")
    }

    func help(_ text: String) {
        if json { return value(["help": text]) }
        output.write(text.hasSuffix("\n") ? text : text + "\n")
    }

    /// The end of a command that has nothing else to show.
    func done(_ text: String) {
        if json { return value(["done": text]) }
        if !quiet { say(text) }
    }

    /// Plain lines which name things that another machine may have named: whatever they are, only glyphs are shown.
    func say(_ text: String) {
        output.write(text.split(separator: "\n").map { Text.sanitize($0, limit: .max) + "\n" }.joined())
    }

    /// A remark that does not end the command; never on stdout, which may be read by a program.
    func warning(_ text: String) {
        if quiet { return }
        let text = Text.lines(text).joined(separator: "\n")
        errors.write(Paint.text("od: ", Style(.warning), console.errorColour) + text + "\n")
    }

    /// A remark that only `--verbose` wants.
    func note(_ text: @autoclosure () -> String) {
        guard verbose else { return }
        errors.write(
            Paint.text("od: " + Text.lines(text()).joined(separator: " "), Style(.dim), console.errorColour) + "\n")
    }

    /// A failure that does not end the command.
    func warning(_ failure: Failure) {
        if !json { errors.write(FailureText.text(failure, colour: console.errorColour)) }
    }

    /// A failure that ends the command.
    func failure(_ failure: Failure) {
        if json { return value(["error": failure]) }
        errors.write(FailureText.text(failure, colour: console.errorColour))
    }

    private func table(_ processes: [InstanceInfo]) {
        output.write(
            ProcessTable.text(
                processes, width: console.width, colour: console.outputColour, unicode: console.unicode))
    }

    func environments(_ environments: [ProcessEnvironment]) {
        if json { return value(environments) }
        output.write(EnvironmentListing.text(environments, colour: console.outputColour))
    }

    /// One JSON value: in one line for programs, indented for people.
    func value(_ value: some Encodable) {
        output.write(bytes: Array((JSONText.of(value, indented: console.outputIsTerminal) + "\n").utf8))
    }
}

enum FailureText {
    /// ```
    /// od: ‘api’ names no process (OD3001)
    ///   why:  the apps are web, worker
    ///   next: od list shows the names
    /// ```
    static func text(_ failure: Failure, colour: Bool) -> String {
        let code = Paint.text("(\(failure.code.rawValue))", Style(.dim), colour)
        var text =
            Paint.text("od:", Style(.error), colour) + " \(Text.lines(failure.what).joined(separator: " ")) \(code)\n"
        for (label, part) in [("why: ", failure.why), ("next:", failure.next)] where !part.isEmpty {
            let lines = Text.lines(part).joined(separator: "\n        ")
            text += "  " + Paint.text(label, Style(.dim), colour) + " \(lines)\n"
        }
        return text
    }
}

extension Text {
    /// The lines of a text that may hold names and output of programs, each safe for a terminal.
    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: true).map { sanitize($0) }
    }
}
