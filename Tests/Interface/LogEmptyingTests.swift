import Core
import Interface
import Testing
import Widgets

/// A log that is emptied while it is shown, by whomever.
struct LogEmptyingTests {
    private func chunk(_ text: String, _ channel: LogChunk.Channel, at offset: UInt64) -> LogChunk {
        LogChunk(stream: 1, process: 1, channel: channel, offset: offset, bytes: Array(text.utf8))
    }

    private func emptied(_ channel: LogChunk.Channel, at offset: UInt64) -> LogChunk {
        LogChunk(stream: 1, process: 1, channel: channel, isEmptied: true, offset: offset, bytes: [])
    }

    private func scene(_ chunks: [LogChunk]) -> Scene {
        var scene = Scene.showing(shop, 80, 24)
        for chunk in chunks { scene.send(.logChunk(stream: scene.state.log.stream, chunk)) }
        scene.press(.tab)
        return scene
    }

    private func lines(_ scene: Scene) -> [String] {
        let buffer = scene.state.log.buffer
        return (buffer.first..<buffer.end).map { String(decoding: buffer[$0].bytes, as: UTF8.self) }
    }

    @Test func itsLinesGoAndThoseOfOtherFilesStay() {
        var scene = scene([chunk("one\ntwo\n", .out, at: 0), chunk("bad\nhalf", .error, at: 0)])
        scene.send(.logChunk(stream: scene.state.log.stream, emptied(.out, at: 8)))
        #expect(lines(scene) == ["bad"])
        #expect(scene.state.log.buffer.partial.map(\.bytes) == [Array("half".utf8)])
        scene.send(.logChunk(stream: scene.state.log.stream, emptied(.error, at: 8)))
        #expect(lines(scene) == [] && scene.state.log.buffer.partial.isEmpty)
        scene.send(.logChunk(stream: scene.state.log.stream, chunk("three\n", .out, at: 8)))
        #expect(lines(scene) == ["three"])
        #expect(scene.screen().contains("three"))
    }

    /// What was written since may come before the word.
    @Test func whatCameSinceStays() {
        var scene = scene([chunk("one\n", .out, at: 0), chunk("two\n", .out, at: 4)])
        scene.send(.logChunk(stream: scene.state.log.stream, emptied(.out, at: 4)))
        #expect(lines(scene) == ["two"])
        scene.send(.logChunk(stream: scene.state.log.stream, emptied(.out, at: 4)))
        #expect(lines(scene) == ["two"])
    }

    @Test func theEndIsFollowedAndTheSearchGoesOn() {
        var scene = scene([
            chunk((0..<100).map { "line \($0)\n" }.joined(), .out, at: 0), chunk("line of another\n", .error, at: 0),
        ])
        scene.press("/", "l", "i", "n", "e", .enter)
        scene.press("g")
        #expect(!scene.state.log.follows)
        scene.send(.logChunk(stream: scene.state.log.stream, emptied(.out, at: 1000)))
        #expect(scene.state.log.follows)
        #expect(lines(scene) == ["line of another"])
        #expect(scene.state.log.search?.lines.count == 1)
    }
}
