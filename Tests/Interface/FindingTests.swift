import Core
import Testing
import Widgets

@testable import Interface

/// What somebody means who types a few letters, or a key that has no effect now.
struct FindingTests {
    @Test func thePaletteMeansWhatIsSelected() {
        var scene = Scene.showing(shop)
        scene.press("G")
        #expect(scene.state.list.selected == named("worker"))
        for (letters, deed) in [
            ("rel", Chooser.Deed.reload(named("worker"))), ("reset", .reset([named("worker")])),
            ("restart", .restart(named("worker"))), ("sto", .toggle(named("worker"))),
            // A name that is said counts more.
            ("gat rel", .reload(named("gateway"))), ("cron sta", .toggle(named("cron"))),
        ] {
            scene.press(":")
            scene.type(letters)
            #expect(scene.state.chooser?.choice?.deed == deed, "\(letters)")
            scene.press(.escape)
        }
        // Marks come before what is selected.
        scene.press(" ", "g", " ", ":")
        scene.type("rel")
        #expect(scene.state.chooser?.choice?.title == "2 processes: reload")
        scene.press(.enter)
        #expect(scene.state.question?.subject == .reload([named("api"), named("worker")]))
        scene.press(.escape, ":")
        scene.type("reset")
        #expect(scene.state.chooser?.choice?.deed == .reset([named("api"), named("worker")]))
    }

    @Test func aReloadThatWasARestartSaysSo() {
        var scene = Scene.showing(shop)
        scene.press("G", "c")
        scene.wait(1500)
        scene.send(.answered(call: 1, .reloaded([], restarted: ["worker"])))
        #expect(scene.screen().contains("restarted worker in 1.5s: it has no second instance"))
        scene.press("c")
        scene.send(.answered(call: 2, .reloaded([], restarted: [])))
        #expect(scene.screen().contains("reloaded worker"))
        scene.press("c")
        let failure = Failure(.reloadFailed, "worker#0 was not reloaded", why: "it ended", next: "od logs worker")
        scene.send(.answered(call: 3, .reloaded([failure], restarted: [])))
        #expect(scene.screen().contains("was not reloaded"))
        scene.press(.escape, "g", " ", "G", " ", "c", "y")
        scene.send(.answered(call: 4, .reloaded([], restarted: ["worker"])))
        #expect(scene.screen().contains("reloaded 2 processes, but restarted worker in"))
    }

    @Test func aFilterThatCannotFitSaysWhy() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("cpu>>1")
        #expect(scene.screen().contains("‘cpu>>1’ compares with no number"))
        scene.press(.backspace, .backspace)
        scene.type("1")
        #expect(!scene.screen().contains("compares with no number"))
        #expect(Query("cpu>1").mistake == nil && Query("mem>1q").mistake != nil && Query("cpu>").mistake == nil)
    }

    @Test func aTabThatIsNotThereSaysWhy() {
        var scene = Scene.showing([.sample(1, "cron", 0, .stopped)])
        scene.wait(400)
        scene.press("4")
        #expect(scene.screen().contains("cron does not run: it has no open files"))
        scene.press("5")
        #expect(scene.screen().contains("cron does not run: it has no figures"))
        scene.press("1")
        #expect(scene.state.toasts.count == 2, "the tab that is shown is no mistake")
    }

    @Test func linesOfAnInstanceThatWentKeepItsNumber() {
        var scene = Scene.showing(shop)
        scene.wait(400)
        scene.press("l", "a")
        scene.send(
            .logChunk(
                stream: scene.state.log.stream,
                LogChunk(stream: 1, process: 3, channel: .out, offset: 0, bytes: Array("from two\n".utf8))))
        #expect(scene.screen().contains("#2 from two"))
        scene.event(.deleted, shop[2])
        #expect(scene.state.live.rows[named("api", 2)] == nil)
        #expect(scene.screen().contains("#2 from two"))
    }

    @Test func theCursorMovesInALineThatIsTyped() {
        var scene = Scene.showing(shop)
        scene.press("/")
        scene.type("aip")
        scene.press(.left, .left, .delete)
        scene.type("p")
        scene.press(.end)
        scene.type("i")
        scene.press(.left, .left, .control("k"))
        #expect(scene.state.prompt?.text == "ap")
        scene.press(.home)
        scene.type("x ")
        #expect(scene.state.list.filter == "x ap")
        scene.press(.right, .control("w"), .control("e"), .control("u"))
        #expect(scene.state.prompt?.text == "")
        scene.type(String(repeating: "y", count: 300))
        #expect(scene.state.prompt?.text.count == State.Prompt.maxLength)
    }
}
