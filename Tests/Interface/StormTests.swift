import Core
import Interface
import Support
import Testing
import Widgets

/// Random lives of a dashboard: whatever happens, it can be drawn, and nothing is destroyed without a yes.
struct StormTests {
    private static let keys: [Key] =
        Array(Set(Keymap.bindings.flatMap(\.keys))).sorted { $0.name < $1.name }
        + ["y", "n", "d", "x", "é", " "]

    @Test(arguments: 1...6) func anythingCanHappen(seed: Int) {
        var random = Seeded(seed: UInt64(seed))
        var scene = Scene.showing(shop, 120, 40, isOwner: seed % 2 == 0)
        var processes = shop
        for _ in 0..<250 {
            let before = scene.state
            let key = Self.keys.randomElement(using: &random) ?? .escape
            let commands: [Command] =
                switch Int.random(in: 0..<20, using: &random) {
                case 0: resize(&scene, &random)
                case 1: fleet(&scene, &processes, &random)
                case 2: logs(&scene, &random)
                case 3: scene.send(.answered(call: .random(in: 0...40, using: &random), .done))
                case 4: scene.wait(.random(in: 0...5000, using: &random))
                case 5: link(&scene, processes, &random)
                case 6: mouse(&scene, &random)
                default: scene.press(key)
                }
            check(scene.state, before, commands, key)
        }
    }

    private func check(_ state: State, _ before: State, _ commands: [Command], _ key: Key) {
        #expect(state.view(glyphs: .unicode).size == state.size)
        let layout = state.layout
        if layout.kind != .tiny { #expect(layout.panes.contains(state.focus)) }
        if let selected = state.list.selected { #expect(state.list.order.contains(selected)) }
        #expect(state.list.order.isEmpty == (state.list.selected == nil))
        for case .call(_, let call) in commands where isDestructive(call) {
            #expect(before.question != nil || before.state(allows: call), "\(call) without a question, by \(key.name)")
            #expect(key != .enter || (before.question?.marked ?? 1) > 0, "Enter alone did \(call)")
        }
        #expect(state.toasts.count <= 8)
    }

    private func isDestructive(_ call: Call) -> Bool {
        switch call {
        case .stop, .delete, .shutdown, .signal, .flush: true
        case .restart(let names), .reload(let names): names.count > 1
        // What is typed says itself what it does.
        case .start, .status, .detach, .reset, .scale, .set: false
        }
    }

    private func resize(_ scene: inout Scene, _ random: inout Seeded) -> [Command] {
        scene.send(.resized(width: .random(in: 0...200, using: &random), height: .random(in: 0...60, using: &random)))
    }

    private func fleet(_ scene: inout Scene, _ processes: inout [InstanceInfo], _ random: inout Seeded) -> [Command] {
        var process = processes.randomElement(using: &random) ?? shop[0]
        process.status = ProcessStatus.allCases.randomElement(using: &random) ?? .online
        let memory = UInt64.random(in: 0...1 << 40, using: &random)
        scene.metrics([process.id: (Double.random(in: 0...400, using: &random), memory)])
        let names: [EventName] = [.online, .deleted, .created, .errored]
        return scene.event(names.randomElement(using: &random) ?? .online, process)
    }

    private func logs(_ scene: inout Scene, _ random: inout Seeded) -> [Command] {
        let bytes = (0..<Int.random(in: 0...3000, using: &random)).map { _ in
            Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : UInt8(0x61)
        }
        let channel = Bool.random(using: &random) ? LogChunk.Channel.out : .error
        let chunk = LogChunk(stream: 1, process: 1, channel: channel, offset: 0, bytes: bytes)
        return scene.send(.logChunk(stream: scene.state.log.stream, chunk))
    }

    private func mouse(_ scene: inout Scene, _ random: inout Seeded) -> [Command] {
        let kinds: [Mouse.Kind] = [.press, .drag, .drag, .release, .wheelUp, .wheelDown]
        return scene.send(
            .mouse(
                Mouse(
                    kinds.randomElement(using: &random) ?? .press, x: .random(in: 0...220, using: &random),
                    y: .random(in: 0...70, using: &random))))
    }

    private func link(_ scene: inout Scene, _ processes: [InstanceInfo], _ random: inout Seeded) -> [Command] {
        if Bool.random(using: &random) {
            return scene.send(.disconnected(Failure(.connectionLost, "lost", why: "it ended", next: "wait")))
        }
        scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: true)))
        return scene.send(.snapshot(FleetSnapshot(seq: 1, processes: processes, host: .sample)))
    }
}

extension State {
    /// An engine that runs nothing ends with its dashboard, unasked.
    fileprivate func state(allows call: Call) -> Bool { call == .shutdown && fleet.activeCount == 0 }
}
