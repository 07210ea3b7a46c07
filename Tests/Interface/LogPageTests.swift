import Core
import Interface
import Testing
import Widgets

/// What the log pane asks of the files, beyond the lines that it has.
struct LogPageTests {
    /// So many lines of 10 bytes each, from a position on.
    private func chunk(_ from: Int, _ count: Int, time: Int64 = 0) -> LogChunk {
        let text = (from..<from + count).map { "line " + String(10_000 + $0).suffix(4) + "\n" }.joined()
        return LogChunk(
            stream: 1, process: 1, channel: .out, offset: UInt64(from * 10), time: WallTime(milliseconds: time),
            bytes: Array(text.utf8))
    }

    private func scene() -> Scene {
        var scene = Scene.showing(shop, 80, 24)
        scene.send(.logChunk(stream: scene.state.log.stream, chunk(5000, 100)))
        scene.press(.tab)
        return scene
    }

    private func shown(_ scene: Scene) -> [String] {
        scene.state.view(glyphs: .unicode).rows.compactMap { row in
            row.firstMatch(of: /line (\d+)/).map { String($0.output.1) }
        }
    }

    /// What was asked for last.
    private func request(_ scene: Scene) -> LogRequest? {
        for case .readLogs(_, let request) in scene.commands { return request }
        return nil
    }

    @Test func aboveTheFirstLineThePageBeforeComes() {
        var scene = scene()
        for _ in 0..<100 where request(scene) == nil { scene.press(.up) }
        #expect(shown(scene).first == "5000")
        let asked = request(scene)
        #expect(asked?.before == [LogRequest.Position(process: 1, channel: .out, offset: 50_000)])
        #expect(asked?.last == 1000 && asked?.merged == true && asked?.targets == ["shop/api#0"])
        // Nothing is asked twice.
        scene.press(.up)
        #expect(request(scene) == nil)
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(4000, 1000)]))
        #expect(shown(scene).first == "5000", "what is read stands still")
        scene.press(.up)
        #expect(shown(scene).first == "4999")
        for _ in 0..<1000 where request(scene) == nil { scene.press(.up) }
        #expect(shown(scene).first == "4000")
        #expect(request(scene)?.before?.first?.offset == 40_000)
        scene.send(.logPage(stream: scene.state.log.stream, []))
        #expect(scene.screen().contains("this is the beginning of the log"))
        scene.press("g")
        #expect(request(scene) == nil)
    }

    @Test func theVeryFirstLinesCome() {
        var scene = scene()
        scene.press("g")
        #expect(shown(scene).first == "5000", "until they are here")
        let asked = request(scene)
        #expect(asked?.since == WallTime(milliseconds: 0) && asked?.first == 1000 && asked?.before == nil)
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(0, 1000)]))
        #expect(shown(scene).first == "0000")
        scene.press("g", .up)
        #expect(request(scene) == nil, "there is nothing before")
        for _ in 0..<1000 where request(scene) == nil { scene.press(.down) }
        #expect(request(scene)?.resume.first?.offset == 10_000)
        scene.press("G")
        #expect(scene.commands.contains(.followLogs(stream: scene.state.log.stream, named("api"))))
    }

    @Test func anEmptyLogHasABeginningToo() {
        var scene = scene()
        scene.press("g")
        scene.send(.logPage(stream: scene.state.log.stream, []))
        #expect(scene.screen().contains("this is the beginning of the log"))
    }

    @Test func aPageOfAnotherLogIsNotTaken() {
        var scene = scene()
        scene.press("g")
        scene.send(.logPage(stream: scene.state.log.stream - 1, [chunk(4000, 1000)]))
        #expect(scene.state.log.buffer.count == 100)
    }

    @Test func aSearchGoesOnInTheFiles() {
        var scene = scene()
        scene.press("/")
        scene.type("0123")
        scene.press(.enter)
        scene.press("N")
        let asked = request(scene)
        #expect(asked?.filter == LogFilter(pattern: "0123", isLiteral: true, ignoresCase: true))
        #expect(asked?.last == 1)
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(123, 1, time: 77)]))
        let window = request(scene)
        #expect(window?.resume == [LogRequest.Position(process: 1, channel: .out, offset: 1230)])
        #expect(window?.since == WallTime(milliseconds: 77) && window?.first == 1000)
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(123, 1000)]))
        #expect(shown(scene).first == "0123")
        // Down from there the next lines come, and at the end it follows again.
        scene.press("G")
        #expect(scene.commands.contains(.followLogs(stream: scene.state.log.stream, named("api"))))
    }

    @Test func behindTheLastLineOfAWindowThePageBehindComes() {
        var scene = scene()
        scene.press("/")
        scene.type("0123")
        scene.press(.enter, "N")
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(123, 1, time: 77)]))
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(123, 20)]))
        for _ in 0..<20 where request(scene) == nil { scene.press(.down) }
        #expect(request(scene)?.resume.first?.offset == 1430)
        scene.send(.logPage(stream: scene.state.log.stream, [chunk(143, 1000)]))
        scene.press(.pageDown)
        #expect(shown(scene).contains("0143"))
    }

    @Test func timesInstancesAndFieldsAreShown() {
        var scene = Scene.showing(shop, 80, 24)
        scene.send(
            .logChunk(
                stream: scene.state.log.stream,
                LogChunk(
                    stream: 1, process: 2, channel: .out, offset: 0, time: WallTime(milliseconds: 3_723_004),
                    bytes: Array("{\"level\":50,\"msg\":\"lost\",\"id\":7,\"a\":[1,{\"b\":\"}\"}]}\n".utf8))))
        #expect(scene.screen().contains("{\"level\":50"))
        scene.press(.tab, "T", "p")
        #expect(scene.screen().contains("01:02:03.004 E lost  id=7  a=[1,{\"b\":\"}\"}]"))
        scene.press("a")
        #expect(scene.commands.contains(.followApp(stream: scene.state.log.stream, named("api"))))
        scene.send(.logChunk(stream: scene.state.log.stream, chunk(1, 1)))
        #expect(scene.screen().contains("Log api ·"))
        #expect(scene.screen().contains("#0"))
        scene.press("a")
        #expect(scene.commands.contains(.followLogs(stream: scene.state.log.stream, named("api"))))
    }
}
