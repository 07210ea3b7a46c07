@testable import Command
import Core
import OpenDaemon
import Testing

/// What variables make of a terminal.
struct ConsoleTests {
    @Test(arguments: [
        (["TERM": "xterm"], true, false), (["TERM": "xterm", "NO_COLOR": "1"], false, false),
        (["TERM": "xterm", "NO_COLOR": ""], true, false), (["TERM": "dumb"], false, false), ([:], false, false),
        (["TERM": "xterm", "CLICOLOR": "0"], false, false), (["CLICOLOR_FORCE": "1"], false, true),
        (["TERM": "dumb", "CLICOLOR_FORCE": "1"], false, true), (["CLICOLOR_FORCE": "0"], false, false),
        (["CLICOLOR_FORCE": "1", "NO_COLOR": "1", "TERM": "xterm"], false, false),
    ])
    func colours(_ environment: [String: String], _ onTerminals: Bool, _ everywhere: Bool) {
        var console = Console(environment: environment)
        #expect(console.outputColour == everywhere)
        console.outputIsTerminal = true
        console.errorIsTerminal = true
        #expect(console.outputColour == (onTerminals || everywhere))
        #expect(console.errorColour == (onTerminals || everywhere))
    }

    @Test(arguments: [
        ([:], false), (["LANG": "C.UTF-8"], true), (["LANG": "en_US.utf8"], true),
        (["LANG": "C.UTF-8", "LC_ALL": "C"], false), (["LANG": "C", "LC_CTYPE": "C.UTF-8"], true),
        (["LC_ALL": "", "LANG": "de_DE.UTF-8"], true), (["LC_ALL": "POSIX", "LC_CTYPE": "C.UTF-8"], false),
    ])
    func signs(_ environment: [String: String], _ unicode: Bool) {
        #expect(Console(environment: environment).unicode == unicode)
    }

    @Test func ourSignsHaveNamesInASCII() {
        #expect(PlainText.of("‘api’ … “x” → ↺", strict: true) == "'api' ... \"x\" -> restarts")
        #expect(PlainText.of("by 2 ± 10 %", strict: true) == "by 2 +/- 10 %")
        #expect(PlainText.of("/srv/müll", strict: true) == "/srv/m?ll")
        #expect(PlainText.of("/srv/müll", strict: false) == "/srv/müll")
    }

    @Test func theTableInTheCLocaleIsASCII() {
        let text = ProcessTable.text(PrinterTests.fleet, width: 60, colour: false, unicode: false)
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        #expect(ProcessTable.text(PrinterTests.fleet, width: nil, colour: false, unicode: false).contains("restarts"))
    }

    @Test func aLineThatMovesSaysWhatIsLeft() {
        let progress = Progress(doing: .stopping, unicode: true)
        #expect(progress.line(picture: 0, elapsed: 300, left: nil) == "⠋ stopping")
        #expect(progress.line(picture: 11, elapsed: 3200, left: 12) == "⠙ stopping, 12 left (3 s)")
        #expect(Progress(doing: .starting, unicode: false).line(picture: 1, elapsed: 0, left: 0) == "/ starting")
    }

    @Test func whatIsLeftIsInTheMiddleOfSomething() {
        func processes(_ statuses: ProcessStatus...) -> [InstanceInfo] {
            statuses.map { InstanceInfo(id: 0, name: "a", instance: 0, namespace: "x", status: $0) }
        }
        let some = processes(.online, .starting, .stopping, .killing, .stopped, .errored, .created, .reloading)
        #expect(Doing.starting.left(some) == 2)
        #expect(Doing.of("stopped").left(some) == 2)
        #expect(Doing.of("deleted") == .stopping)
        #expect(Doing.of("restarted").left(some) == 5)
        #expect(Doing.of("started") == .starting)
    }

    @Test func onlyATerminalIsDrawnOn() {
        var console = Console(errorIsTerminal: true)
        #expect(Printer(json: false, console: console).showsProgress)
        #expect(!Printer(json: true, console: console).showsProgress)
        #expect(!Printer(json: false, console: console, quiet: true).showsProgress)
        console.isDumb = true
        #expect(!Printer(json: false, console: console).showsProgress)
        #expect(!Printer(json: false, console: Console()).showsProgress)
    }
}
