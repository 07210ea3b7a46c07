import Core
import Interface
import Testing
import Themes
import Widgets

struct LogTests {
    /// A log of so many lines that has the focus, at 80 columns and 24 rows: 8 lines are shown.
    private func scene(_ lines: Int) -> Scene {
        var scene = Scene.showing(shop, 80, 24)
        scene.log((0..<lines).map { "line \($0)\n" }.joined())
        scene.press(.tab)
        return scene
    }

    private func shown(_ scene: Scene) -> [String] {
        scene.state.view(glyphs: .unicode).rows.compactMap { row in
            row.firstMatch(of: /│line (\d+)/).map { String($0.output.1) }
        }
    }

    @Test func itFollows() {
        var scene = scene(100)
        let rows = shown(scene).count
        #expect(shown(scene).last == "99")
        scene.log("line 100\n")
        #expect(shown(scene).last == "100")
        #expect(shown(scene).count == rows)
        #expect(scene.screen().contains("Log api#0 · follow ●"))
    }

    @Test func scrollingUpPausesAndTheViewStandsStill() {
        var scene = scene(100)
        scene.press(.up)
        #expect(shown(scene).last == "98")
        let before = shown(scene)
        scene.log((100..<223).map { "line \($0)\n" }.joined())
        #expect(shown(scene) == before)
        #expect(scene.screen().contains("paused, +123 new"))
        scene.press("G")
        #expect(scene.state.log.follows)
        #expect(shown(scene).last == "222")
    }

    @Test func reachingTheEndFollowsAgain() {
        var scene = scene(100)
        scene.press(.up, .up, .down)
        #expect(!scene.state.log.follows)
        scene.press(.down)
        #expect(scene.state.log.follows)
    }

    @Test func theBeginningIsAFullPage() {
        var scene = scene(100)
        let rows = shown(scene).count
        scene.press("g", .up, .up)
        #expect(shown(scene).first == "0")
        #expect(shown(scene).count == rows)
        scene.press(.pageDown)
        #expect(shown(scene).first == "\(rows - 1)")
        scene.press(.pageUp)
        #expect(shown(scene).first == "0")
    }

    @Test func aShortLogDoesNotScroll() {
        var scene = scene(3)
        scene.press(.up, "g", .pageUp)
        #expect(scene.state.log.follows)
        #expect(shown(scene) == ["0", "1", "2"])
    }

    @Test func whatIsReadStaysHoweverMuchComes() {
        var scene = scene(100)
        scene.press("g")
        let before = shown(scene)
        let flood = (0..<1000).map { "line \($0)\n" }.joined()
        for _ in 0..<30 { scene.log(flood) }
        #expect(scene.state.log.buffer.first == 0)
        #expect(shown(scene) == before)
        #expect(scene.screen().contains("paused, +30000 new"))
        // What was not kept is asked for again.
        let stream = scene.state.log.stream
        scene.press("G")
        #expect(scene.commands == [.followLogs(stream: stream + 1, named("api"))])
        #expect(scene.state.log.buffer.count == 0)
        scene.log("line 7\n")
        #expect(shown(scene) == ["7"])
    }

    @Test func longLinesFillTheBufferToo() {
        var scene = scene(100)
        scene.press("g")
        for _ in 0..<300 { scene.log(String(repeating: "x", count: 10_000) + "\n") }
        #expect(scene.state.log.buffer.first == 0)
        #expect(scene.screen().contains("paused, +300 new"))
    }

    @Test func aSearchGoesOnInALogThatIsOpenedAnew() {
        var scene = scene(10)
        scene.press("/")
        scene.type("7")
        scene.press(.enter, "g")
        let flood = (0..<1000).map { "line \($0)\n" }.joined()
        scene.press("f", "f", .up)
        for _ in 0..<21 { scene.log(flood) }
        scene.press("G")
        scene.log("line 7\nline 8\n")
        #expect(scene.state.log.search?.lines == [0])
    }

    @Test func unfinishedLinesAreShownAtTheEnd() {
        var scene = scene(2)
        scene.log("Password: ")
        #expect(scene.screen().contains("│Password: "))
        scene.log("***\n")
        #expect(scene.screen().contains("│Password: ***"))
    }

    @Test func stderrIsMarked() {
        var scene = scene(1)
        scene.log("something broke\n", .error)
        #expect(scene.screen().contains("│err something broke"))
    }

    @Test func searchFindsAsItIsTyped() {
        var scene = scene(100)
        scene.press("/")
        scene.type("line 4")
        // 4 and 40 to 49.
        #expect(scene.state.log.search?.lines.count == 11)
        #expect(scene.screen().contains("11 of 100 lines"))
        #expect(scene.screen().contains("/line 4 11 of 11"))
        #expect(shown(scene).contains("49"))
        scene.press(.enter, "n")
        #expect(scene.screen().contains("/line 4 1 of 11"))
        #expect(shown(scene).contains("4"))
        // Before the first one it goes on in the files; where these have none, with the last.
        scene.press("N")
        scene.send(.logPage(stream: scene.state.log.stream, []))
        #expect(scene.screen().contains("no line before has line 4"))
        scene.press("N", "N")
        #expect(scene.screen().contains("/line 4 10 of 11"))
        #expect(shown(scene).contains("48"))
        scene.press(.escape)
        #expect(scene.state.log.search == nil)
    }

    @Test func newLinesAreSearchedToo() {
        var scene = scene(10)
        scene.press("/")
        scene.type("fresh")
        #expect(scene.screen().contains("/fresh not found"))
        scene.press(.enter, "n")
        #expect(scene.screen().contains("searching the files"))
        scene.send(.logPage(stream: scene.state.log.stream, []))
        #expect(scene.screen().contains("no line before has fresh"))
        scene.press("n")
        #expect(scene.screen().contains("no line has fresh"))
        scene.log("a fresh one\nold\nfresh again\n")
        #expect(scene.state.log.search?.lines == [10, 12])
        scene.press("n")
        #expect(scene.screen().contains("/fresh 2 of 2"))
        scene.press("N")
        #expect(scene.screen().contains("/fresh 1 of 2"))
    }

    @Test func theSearchEndsFromTheListToo() {
        var scene = scene(10)
        scene.press("/")
        scene.type("4")
        scene.press(.enter, .tab)
        #expect(scene.state.focus == .list)
        scene.press(.escape)
        #expect(scene.state.log.search == nil)
    }

    @Test func onlyMatchingLines() {
        var scene = scene(100)
        #expect(!scene.state.isAvailable(.onlyMatches))
        scene.press("/")
        scene.type("9")
        scene.press(.enter, "f")
        #expect(shown(scene) == ["92", "93", "94", "95", "96", "97", "98", "99"])
        scene.log("line 100\nline 109\n")
        #expect(shown(scene).last == "109")
        scene.press("g")
        #expect(shown(scene).first == "9")
        scene.press("f")
        #expect(!scene.state.log.onlyMatches)
        #expect(shown(scene).last == "79")
    }

    @Test func matchesThatLeaveTheBufferAreForgotten() {
        var scene = scene(10)
        scene.press("/")
        scene.type("line 5")
        for _ in 0..<30 { scene.log((0..<1000).map { "other \($0)\n" }.joined()) }
        #expect(scene.state.log.search?.lines == [])
    }

    @Test func longLinesScrollSideways() {
        var scene = Scene.showing(shop, 80, 24)
        scene.log(String(repeating: "0123456789", count: 20) + "\n")
        scene.press(.tab)
        #expect(!scene.state.isAvailable(.left))
        scene.press(.right)
        #expect(scene.screen().contains("│8901234567"))
        #expect(scene.screen().contains("from column 9"))
        scene.press(.left, .left)
        #expect(scene.screen().contains("│0123456789"))
    }

    @Test func longLinesWrap() {
        var scene = Scene.showing(shop, 80, 24)
        scene.log(String(repeating: "0123456789", count: 20) + "end\n")
        #expect(!scene.screen().contains("end"))
        scene.press("w")
        #expect(scene.screen().contains("end"))
        #expect(!scene.state.isAvailable(.right))
    }

    @Test func wrappedLinesCanBeReadToTheFirst() {
        var scene = Scene.showing(shop, 80, 24)
        scene.log((0..<50).map { "line \($0) " + String(repeating: "x", count: 150) + "\n" }.joined())
        scene.press(.tab, "w", "g")
        #expect(shown(scene).first == "0")
        for _ in 0..<60 { scene.press(.down) }
        #expect(scene.state.log.follows)
        #expect(shown(scene).last == "49")
    }

    @Test func chunksOfAStreamThatWasLeftAreDropped() {
        var scene = scene(1)
        let old = scene.state.log.stream
        scene.press(.tab, .down, "l")
        let chunk = LogChunk(stream: 1, process: 1, channel: .out, offset: 0, bytes: Array("late\n".utf8))
        scene.send(.logChunk(stream: old, chunk))
        #expect(scene.state.log.buffer.count == 0)
        #expect(scene.screen().contains("reading the log"))
        scene.send(.logOpened(stream: scene.state.log.stream))
        #expect(scene.screen().contains("reading the log"))
        let end = LogChunk(stream: 1, process: 1, channel: .out, caughtUp: true, offset: 0, bytes: [])
        scene.send(.logChunk(stream: scene.state.log.stream, end))
        #expect(scene.screen().contains("it has written nothing yet"))
    }

    @Test func whatIsSaidOfTheLogIsDim() throws {
        var scene = Scene.showing(shop, 80, 24)
        scene.log("first\ncut o")
        let note = LogChunk(
            stream: 1, process: 1, channel: .out, isNote: true, offset: 900,
            bytes: Array("[od] 7 lines are missing here\n".utf8))
        scene.send(.logChunk(stream: scene.state.log.stream, note))
        scene.log("next\n")
        let buffer = scene.state.log.buffer
        #expect(
            (buffer.first..<buffer.end).map { String(decoding: buffer[$0].bytes, as: UTF8.self) } == [
                "first", "cut o", "[od] 7 lines are missing here", "next",
            ])
        #expect((buffer.first..<buffer.end).map { buffer[$0].isNote } == [false, false, true, false])
        #expect(buffer[2].offset == 900)
        let canvas = scene.state.view(glyphs: .unicode)
        let row = try #require(canvas.rows.firstIndex { $0.contains("[od] 7 lines") })
        let cells = canvas.cells[row * canvas.size.width..<(row + 1) * canvas.size.width]
        let start = try #require(cells.firstIndex { $0.scalar == "[" })
        #expect(cells[start].style == Style(.dim))
    }

    @Test func aLogThatCannotBeReadSaysWhy() {
        var scene = Scene.showing(shop, 80, 24)
        let failure = Failure(.logFailed, "the log cannot be read", why: "permission denied", next: "chmod")
        scene.send(.logFailed(stream: scene.state.log.stream, failure))
        #expect(scene.screen().contains("OD7001 the log cannot be read: permission denied"))
    }

    /// A daemon was stopped and started again: the stream of the first ended with it.
    @Test func theLogGoesOnWithAnotherDaemon() {
        var scene = Scene.showing(shop, 80, 24)
        scene.log("old\n")
        let gone = Failure(.connectionLost, "the daemon has ended", why: "nobody listens", next: "start it again")
        let stream = scene.state.log.stream
        scene.send(.disconnected(gone))
        scene.send(.logFailed(stream: stream, gone))
        #expect(scene.state.log.stream == stream && scene.state.log.buffer.count == 1)
        let commands = scene.send(.connected(HelloResult(build: "0.1.0", pid: 2, embedded: false)))
        #expect(scene.state.log.stream == stream + 1)
        #expect(commands.contains { if case .followLogs(stream + 1, _) = $0 { true } else { false } })
        // The end of the stream may be told late.
        scene.send(.logFailed(stream: stream + 1, gone))
        #expect(scene.state.log.stream == stream + 2)
        // Who reads further up keeps his place, until he goes to the end.
        scene.log((1...200).map { "line \($0)\n" }.joined())
        scene.press(.tab)
        scene.press(.up)
        let count = scene.state.log.buffer.count
        scene.send(.logFailed(stream: stream + 2, gone))
        #expect(scene.state.log.stream == stream + 2 && scene.state.log.buffer.count == count)
        #expect(scene.state.log.failure == nil)
        scene.press("G")
        scene.wait(1000)
        #expect(scene.state.log.stream == stream + 3)
    }

    /// Nothing that a log says acts on the terminal.
    @Test func hostileTextIsHarmless() {
        var scene = Scene.showing(shop, 80, 24)
        scene.log("a\u{1B}]0;title\u{7}b\u{1B}[2Jc\u{9B}31md\u{202E}e\rf\tg\u{1B}[31mred\u{1B}[0m\n")
        let canvas = scene.state.view(glyphs: .unicode)
        let odd = canvas.cells.filter { $0.scalar.value < 0x20 || (0x7F..<0xA0).contains($0.scalar.value) }
        #expect(odd.isEmpty)
        #expect(scene.screen().contains("│abcde"))
        #expect(!scene.screen().contains("title"))
    }
}
