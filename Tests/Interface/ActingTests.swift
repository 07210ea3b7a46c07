import Core
import Interface
import Testing
import Widgets

/// Signals, scaling, variables, reload, flush, reset, ranges of marks, saving, and where only reading is allowed.
struct ActingTests {
    private let api = AppName(named("api"))

    // MARK: signals

    @Test func aSignalIsChosenAndAskedFor() {
        var scene = Scene.showing(shop)
        scene.press("x")
        #expect(scene.screen().contains("Signal to api#0"))
        #expect(scene.screen().contains("od signal SIGTERM api#0"))
        scene.type("hup")
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.screen().contains("Send SIGHUP to api#0?"))
        #expect(scene.press(.enter).isEmpty, "Enter alone sends nothing")
        scene.press("x")
        scene.type("kill")
        #expect(scene.press(.enter, "y") == [.call(1, .signal(9, [named("api")]))])
        scene.send(.answered(call: 1, .processes([])))
        #expect(scene.screen().contains("✔ sent SIGKILL to api#0    od signal SIGKILL api#0"))
    }

    @Test func markedProcessesAreNamed() {
        var scene = Scene.showing(shop)
        scene.press(" ", " ", "x", .enter)
        #expect(scene.screen().contains("Send SIGTERM to 2 processes?"))
        #expect(scene.screen().contains("od signal SIGTERM api#0 api#1"))
    }

    // MARK: scale

    @Test func scalingSaysWhatHappens() {
        var scene = Scene.showing(shop)
        scene.press("A")
        #expect(scene.screen().contains("api has 3"))
        scene.type("+2")
        #expect(scene.screen().contains("api from 3 to 5: 2 more"))
        #expect(scene.screen().contains("od scale api +2"))
        scene.press(.control("u"))
        scene.type("1")
        #expect(scene.screen().contains("the last 2 are stopped and forgotten"))
        let before = [api: 3]
        #expect(scene.press(.enter) == [.call(1, .scale([api], .exactly(1), before: before))])
        #expect(scene.screen().contains("scaling api"))
        scene.send(.answered(call: 1, .failures([])))
        #expect(scene.screen().contains("od scale api 1    U takes it back"))
        for instance in 1...2 { scene.event(.deleted, .sample(1 + instance, "api", instance)) }
        #expect(scene.state.isAvailable(.undo))
        #expect(scene.press("U") == [.call(2, .scale([api], .exactly(3), before: [:]))])
        scene.send(.answered(call: 2, .failures([])))
        #expect(!scene.state.isAvailable(.undo))
    }

    @Test(arguments: ["", "x", "0", "-3", "1025", "9999999", "+"])
    func whatIsNoNumberOfInstancesIsMended(text: String) {
        var scene = Scene.showing(shop)
        scene.press("A")
        scene.type(text)
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.state.form?.mistake != nil)
        scene.press(.backspace)
        #expect(scene.state.form?.mistake == nil)
        scene.press(.escape)
        #expect(scene.state.form == nil)
    }

    @Test func theSameNumberChangesNothing() {
        var scene = Scene.showing(shop)
        scene.press("A")
        scene.type("3")
        #expect(scene.screen().contains("api from 3 to 3: as it is"))
    }

    @Test func manyAppsAreCounted() {
        var scene = Scene.showing((0..<12).map { .sample($0, "app\($0)") })
        scene.press("*", "A")
        #expect(scene.screen().contains("Scale 12 apps"))
        #expect(scene.screen().contains("and 2 more"))
    }

    // MARK: environment

    @Test func aVariableIsSet() {
        var scene = Scene.showing(shop)
        scene.press("E")
        scene.type("LOG_LEVEL=debug")
        #expect(scene.screen().contains("3 processes are restarted."))
        #expect(scene.screen().contains("od set api env.LOG_LEVEL=debug"))
        #expect(scene.press(.enter) == [.call(1, .set([api], name: "LOG_LEVEL", value: "debug"))])
        scene.send(.answered(call: 1, .failures([])))
        #expect(scene.screen().contains("✔ changed api in"))
    }

    @Test func secretsAreNotShownAgain() {
        var scene = Scene.showing(shop)
        scene.press("E")
        scene.type("API_TOKEN=hunter2")
        #expect(scene.screen().contains("od set api env.API_TOKEN=********"))
        scene.press(.enter)
        scene.send(.answered(call: 1, .failures([])))
        #expect(!scene.screen().contains("hunter2"))
        #expect(!scene.state.said.contains { "\($0)".contains("hunter2") })
    }

    @Test(arguments: ["", "NAME", "=x", "1A=x", "A B=x", "ä=x"])
    func whatSetsNothingIsMended(text: String) {
        var scene = Scene.showing(shop)
        scene.press("E")
        scene.type(text)
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.state.form?.mistake == "a name and a value are needed: LOG_LEVEL=debug")
    }

    @Test func whatDoesNotRunIsNotRestarted() {
        var scene = Scene.showing([.sample(1, "cron", 0, .stopped)])
        scene.press("E")
        #expect(scene.screen().contains("it holds from the next start on"))
        var alone = Scene.showing([.sample(1, "web")])
        alone.press("E")
        #expect(alone.screen().contains("1 process is restarted."))
    }

    @Test func aFormIsEdited() {
        var scene = Scene.showing(shop)
        scene.press("E")
        scene.type("AB=x")
        scene.press(.left, .left, .left, .right, .delete, .home)
        scene.type("N")
        scene.press(.end)
        scene.send(.paste("y\n"))
        #expect(scene.state.form?.field.text == "NABxy")
        scene.press(.control("w"))
        #expect(scene.state.form?.field.text == "")
        #expect(scene.press(.up, .pageDown).isEmpty)
        #expect(scene.press(.control("l")) == [.redraw])
        scene.send(.mouse(Mouse(.press, x: 5, y: 5)))
        #expect(scene.state.form != nil)
    }

    // MARK: reload, flush, reset

    @Test func reloadActsAtOnceOnOneAndAsksForMany() {
        var scene = Scene.showing(shop)
        #expect(scene.press("c") == [.call(1, .reload([named("api")]))])
        #expect(scene.screen().contains("reloading api#0"))
        scene.send(.answered(call: 1, .failures([])))
        #expect(scene.screen().contains("✔ reloaded api#0 in"))
        scene.press(" ", " ", "c")
        #expect(scene.screen().contains("Reload 2 processes?"))
        #expect(scene.press("y") == [.call(2, .reload([named("api"), named("api", 1)]))])
    }

    @Test func flushAsks() {
        var scene = Scene.showing(shop)
        #expect(scene.press("F").isEmpty)
        #expect(scene.screen().contains("Empty the log of api#0?"))
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.press("F", "y") == [.call(1, .flush([named("api")]))])
        scene.log("emptied soon\n")
        scene.send(.answered(call: 1, .done))
        #expect(scene.screen().contains("✔ emptied the log of api#0    od flush api#0"))
        #expect(scene.state.log.buffer.count == 0 && !scene.screen().contains("emptied soon"))
        scene.log("what comes\n")
        #expect(scene.screen().contains("what comes"))
        scene.press(" ", " ", "F")
        #expect(scene.screen().contains("Empty the logs of 2 processes?"))
    }

    @Test func resetIsInThePalette() {
        var scene = Scene.showing(shop)
        scene.press(":")
        scene.type("from zero")
        #expect(scene.press(.enter) == [.call(1, .reset([named("api")]))])
        scene.send(.answered(call: 1, .processes([])))
        #expect(scene.screen().contains("✔ restarts of api#0 count from zero    od reset api#0"))
        scene.press(":")
        scene.type("worker reset")
        #expect(scene.press(.enter) == [.call(2, .reset([named("worker")]))])
        scene.press(":")
        scene.type("worker reload")
        #expect(scene.press(.enter) == [.call(3, .reload([named("worker")]))])
    }

    @Test func thePaletteHasTheCommandLineOfEachAction() {
        var scene = Scene.showing(shop)
        scene.press(":")
        let lines = scene.state.chooser?.choices.map(\.command) ?? []
        for line in [
            "od reload api#0", "od signal SIGNAL api#0", "od scale api N", "od set api env.NAME=VALUE",
            "od flush api#0", "od why api#0", "od env api#0", "od events api", "od graph", "od reset api#0",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    // MARK: ranges

    @Test func aRangeGrowsAndIsGivenUp() {
        var scene = Scene.showing(shop)
        scene.press(.down, "V", .down, .down)
        #expect(scene.state.list.marks == [named("api", 1), named("api", 2), named("cache")])
        #expect(scene.screen().contains("3 marked · V ends the range"))
        scene.press(.up, .up, .up)
        #expect(scene.state.list.marks == [named("api"), named("api", 1)])
        scene.press(.escape)
        #expect(scene.state.list.marks.isEmpty && scene.state.list.range == nil)
    }

    @Test func aRangeEndsAndItsMarksStay() {
        var scene = Scene.showing(shop)
        scene.press(" ", .down, "V", .down, "V", .down, .down)
        #expect(scene.state.list.marks == [named("api"), named("api", 2), named("cache")])
        scene.press("V", "u")
        #expect(scene.state.list.marks.isEmpty && scene.state.list.range == nil)
    }

    @Test func aRangeWhoseBeginningIsGoneEnds() {
        var scene = Scene.showing(shop)
        scene.press("V", .down)
        scene.event(.deleted, shop[0])
        #expect(scene.state.list.range == nil)
        #expect(scene.state.list.marks == [named("api", 1)])
    }

    // MARK: saving a log

    @Test func theLinesOfTheLogAreSaved() {
        var scene = Scene.showing(shop)
        #expect(!scene.state.isAvailable(.saveLog))
        scene.log("one\n\u{1B}[31mtwo\u{1B}[0m\n[WARN] three\n")
        scene.press("S")
        #expect(scene.screen().contains("3 lines are written"))
        #expect(scene.press(.enter) == [.write(path: "api-0.log", text: "one\ntwo\n[WARN] three\n")])
        scene.send(.wrote(path: "api-0.log", bytes: 21))
        #expect(scene.screen().contains("✔ saved 21 to api-0.log"))
        scene.press("S", .enter)
        scene.send(.notWritten(Failure(.fileNotWritten, "api-0.log was not written", why: "there is one", next: "S")))
        #expect(scene.screen().contains("✖ OD1024 api-0.log was not written: there is one"))
    }

    @Test func onlyWhatIsShownIsSaved() {
        var scene = Scene.showing([.sample(1, "web")])
        scene.log("one\n[WARN] two\n")
        scene.press("l", "T", "L", "L", "S")
        guard case .write(let path, let text)? = scene.press(.enter).first else {
            Issue.record("nothing is written")
            return
        }
        #expect(path == "web.log")
        #expect(text == String(repeating: " ", count: 13) + "[WARN] two\n")
    }

    @Test(arguments: ["", "/tmp/"]) func aFileNeedsAName(name: String) {
        var scene = Scene.showing(shop)
        scene.log("one\n")
        scene.press("S", .control("u"))
        scene.type(name)
        #expect(scene.press(.enter).isEmpty)
        #expect(scene.state.form?.mistake == "a name of a file is needed")
    }

    // MARK: only reading

    @Test func readOnlyHasNoKeysThatChange() {
        var scene = Scene(120, 40)
        scene.state = State(size: Size(width: 120, height: 40), isOwner: false, isReadOnly: true)
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)))
        scene.send(.snapshot(FleetSnapshot(seq: 10, processes: shop, host: .sample)))
        #expect(scene.screen().contains("read-only"))
        #expect(!scene.screen().contains("r restart"))
        for key: Key in ["r", "s", "R", "X", "x", "A", "E", "F", "c"] {
            #expect(scene.press(key).isEmpty)
            #expect(scene.state.question == nil && scene.state.form == nil && scene.state.chooser == nil)
            #expect(scene.screen().contains("read-only: nothing can be changed from here"))
        }
        scene.press("?")
        #expect(!scene.screen().contains("restarts the selected process"))
        scene.press(.escape, ":")
        scene.type("worker")
        let titles = scene.state.chooser?.choices.map(\.title) ?? []
        #expect(titles.contains("worker: log") && titles.contains("worker: why"))
        #expect(!titles.contains { $0.hasSuffix("restart") || $0.hasSuffix("stop") || $0.hasSuffix("reset") })
        #expect(scene.press(.escape, "W").last == .ask(1, .why(named("api"))))
    }
}
