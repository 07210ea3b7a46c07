import Core
import Testing
import Widgets

@testable import Interface

/// Pages that name no process: nothing is done to one from there.
struct SilentPageTests {
    /// A dashboard with one of them open.
    private func scene(_ key: Key) -> Scene {
        var scene = Scene.showing(shop)
        scene.press("*", .control("c"), key)
        #expect(scene.state.showsNoProcess)
        return scene
    }

    @Test(arguments: [Key.character("o"), "v", "m"])
    func keysOfProcessesOnlySayThatThereIsNone(page: Key) {
        for binding in Keymap.bindings(at: .panes) where binding.action.isOfProcesses {
            var scene = scene(page)
            let before = scene.state.list
            let commands = scene.press(binding.keys[0])
            #expect(commands.isEmpty, "\(binding.action)")
            #expect(scene.state.question == nil && scene.state.form == nil && scene.state.chooser == nil)
            #expect(scene.state.list.marks == before.marks && scene.state.list.cursor == before.cursor)
            #expect(scene.state.showsNoProcess, "\(binding.action) leaves the page")
            #expect(scene.screen().contains("no process is shown here: Esc goes back"), "\(binding.action)")
        }
    }

    @Test(arguments: [Key.character("o"), "v", "m"])
    func theFooterIsOfThePage(page: Key) {
        let footer = scene(page).state.view(glyphs: .unicode).rows.last ?? ""
        #expect(footer.hasPrefix(" Esc back") && !footer.contains("restart") && !footer.contains("open"), "\(footer)")
    }

    /// The page that tells why names its process.
    @Test func whyIsOfOneProcess() {
        var scene = Scene.showing(shop)
        scene.press("W")
        #expect(!scene.state.showsNoProcess)
        #expect(scene.press("r").contains(.call(2, .restart([named("api")]))))
    }
}
