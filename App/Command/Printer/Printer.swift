internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// What verbs print: text for people, or JSON with `--json`. Results go to stdout, remarks and errors to stderr.
struct Printer: Sendable {
    let json: Bool
    let console: Console
    var output = Output(descriptor: 1)
    var errors = Output(descriptor: 2)

    /// Instances as a table, after a line that says what was done with them.
    func processes(_ processes: [InstanceInfo], did: String? = nil) {
        if json { return value(processes) }
        if let did { output.write(Summary.line(did, processes)) }
        table(processes)
    }

    /// - Parameter within: how long the request took; what is up longer ran before it.
    func started(_ result: StartResult, within: Duration) {
        if json { return value(result) }
        output.write(Summary.started(result.processes, within: within))
        for name in result.unchanged {
            warning(
                "‘\(name)’ runs with another definition and was left as it is: od up FILE, or od delete \(name) first")
        }
        result.failures.forEach(warning)
        if !result.processes.isEmpty { table(result.processes) }
    }

    func applied(_ result: ApplyResult) {
        if json { return value(result) }
        output.write(Summary.applied(result.changes))
        result.failures.forEach(warning)
        if !result.processes.isEmpty { table(result.processes) }
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
        output.write(text + "\n")
    }

    /// A remark that does not end the command; never on stdout, which may be read by a program.
    func warning(_ text: String) {
        errors.write(Paint.text("od: ", Style(.warning), console.errorColour) + text + "\n")
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
        output.write(ProcessTable.text(processes, width: console.width, colour: console.outputColour))
    }

    /// One JSON value: in one line for programs, indented for people.
    private func value(_ value: some Encodable) {
        output.write(JSONText.of(value, indented: console.outputIsTerminal) + "\n")
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
