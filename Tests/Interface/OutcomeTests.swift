import Core
@testable import Interface
import Testing

/// What is said of a start, until it is known how it went.
struct OutcomeTests {
    private let api = shop[7]

    /// `worker` was restarted, and is in a state when the answer comes.
    private func restarted(_ status: ProcessStatus) -> Scene {
        var scene = Scene.showing(shop)
        scene.press("G", "r")
        scene.event(.starting, with(status))
        scene.now = scene.now.advanced(byMilliseconds: 63)
        scene.send(.answered(call: 1, .processes([])))
        return scene
    }

    private func with(_ status: ProcessStatus) -> InstanceInfo {
        var process = api
        process.status = status
        if status == .waiting || status == .stopped || status == .errored {
            (process.pid, process.exit) = (nil, .code(status == .stopped ? 0 : 3))
            process.reason = status == .waiting ? "restart 1" : nil
        }
        return process
    }

    private func texts(_ scene: Scene) -> [String] { scene.state.toasts.map(\.text) }

    @Test func whatRunsIsASuccess() {
        let scene = restarted(.online)
        #expect(texts(scene) == ["restarted worker in 63ms"] && scene.state.toasts[0].weight == .success)
    }

    @Test func whatStartsIsNoneUntilItIsOnline() {
        var scene = restarted(.starting)
        #expect(texts(scene) == ["restarted worker in 63ms: it is starting"])
        #expect(scene.state.toasts[0].weight == .info)
        scene.event(.online, with(.online))
        #expect(texts(scene) == ["worker is online"] && scene.state.toasts[0].weight == .success)
    }

    @Test(arguments: [ProcessStatus.starting, .online])
    func whatEndsAgainTakesTheSuccessBack(status: ProcessStatus) {
        var scene = restarted(status)
        scene.event(.waiting, with(.waiting))
        #expect(texts(scene) == ["worker ended again: exit 3, restart 1"])
        #expect(scene.state.toasts[0].weight == .warning && scene.state.toasts[0].command == "od why worker")
        // It is told once.
        scene.event(.waiting, with(.waiting))
        #expect(texts(scene).count == 1)
    }

    @Test func whatIsGivenUpIsToldByItself() {
        var scene = restarted(.online)
        scene.event(.errored, with(.errored))
        #expect(texts(scene) == ["worker errored: exit 3"])
    }

    @Test func whatEndsWellIsNoWarning() {
        var scene = restarted(.online)
        scene.event(.stopped, with(.stopped))
        #expect(texts(scene) == ["worker ended again: exit 0"] && scene.state.toasts[0].weight == .info)
    }

    /// Who stops it, or what it does later, is another story.
    @Test func itIsOverWhenItIsStoppedOrLate() {
        var scene = restarted(.online)
        scene.event(.stopping, with(.stopping))
        scene.event(.stopped, with(.stopped))
        #expect(texts(scene) == ["restarted worker in 63ms"])
        scene = restarted(.online)
        scene.now = scene.now.advanced(byMilliseconds: Outcome.patience)
        scene.event(.waiting, with(.waiting))
        #expect(texts(scene).isEmpty)
    }

    @Test func severalAreOneMessage() {
        var scene = Scene.showing(shop)
        scene.press("*", "r", "y")
        for index in [6, 7] { scene.event(.starting, changed(index, .starting)) }
        scene.send(.answered(call: 1, .processes([])))
        #expect(texts(scene) == ["restarted 8 processes in 0ms: they are starting"])
        for index in [2, 6, 7] { scene.event(.online, changed(index, .online)) }
        #expect(texts(scene) == ["8 processes are online"])
    }

    private func changed(_ index: Int, _ status: ProcessStatus) -> InstanceInfo {
        var process = shop[index]
        process.status = status
        return process
    }
}
