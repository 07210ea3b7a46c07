import Core
import Interface
import Testing
import Themes
import Widgets

/// Colours that change while the dashboard is open.
struct LookTests {
    private func theme(_ name: String, _ color: UInt32) -> Theme {
        Theme(name: name, foreground: RGB(0xFFFFFF), background: RGB(0)) { _ in Colors(.rgb(RGB(color))) }
    }

    @Test func aThemeThatIsWrittenIsSeen() {
        var settings = Settings()
        settings.theme = "mine"
        var state = State(
            size: Size(width: 80, height: 24), isOwner: false,
            look: Look(themes: Theme.builtIns + [theme("mine", 0x010203)]), settings: settings)
        let now = Instant(nanoseconds: 1)
        #expect(state.look.theme[.text].foreground == .rgb(RGB(0x010203)))
        _ = state.update(.themes(Theme.builtIns + [theme("mine", 0x040506)], mistakes: []), at: now)
        #expect(state.look.theme[.text].foreground == .rgb(RGB(0x040506)))
        #expect(state.toasts.isEmpty)
        // A file that is gone leaves the colours that suit the terminal, and the choice as it was.
        let commands = state.update(.themes(Theme.builtIns, mistakes: ["themes/mine.toml:1: no"]), at: now)
        #expect(state.look.theme == .dark && state.look.chosen == "mine")
        #expect(state.toasts.map(\.text) == ["themes/mine.toml:1: no"])
        #expect(commands.isEmpty, "nothing new is to be kept")
    }

    /// A theme that cannot be had is in the list all the same, and says why.
    @Test func aBrokenThemeSaysWhatIsWrong() {
        var scene = Scene.showing(shop)
        scene.send(.themes(Theme.builtIns, mistakes: [], broken: ["mine": "themes/mine.toml:2: no"]))
        scene.press("C")
        scene.type("mine")
        #expect(scene.screen().contains("mine") && scene.screen().contains("broken"))
        scene.press(.enter)
        #expect(
            scene.state.look.chosen == Look.automatic && scene.state.toasts.map(\.text) == ["themes/mine.toml:2: no"])
        scene.press("C")
        scene.type("zzz")
        #expect(scene.screen().contains("nothing is called so "))
        scene.press(.escape)
        scene.send(.themes(Theme.builtIns + [theme("mine", 1)], mistakes: []))
        scene.press("C")
        scene.type("mine")
        #expect(!scene.screen().contains("broken"))
    }

    @Test func thePickerGoesOn() {
        var scene = Scene.showing(shop)
        scene.press("C")
        scene.type("nor")
        #expect(scene.state.look.theme.name == "nord")
        scene.send(.themes(Theme.builtIns + [theme("norway", 0x010203)], mistakes: []))
        #expect(scene.state.chooser?.choices.map(\.title).contains("norway") == true)
        #expect(scene.state.look.theme.name == "nord")
        scene.press(.escape)
        scene.send(.themes([theme("only", 1)], mistakes: []))
        scene.press("C", .down, .enter)
        #expect(scene.state.look.theme.name == "only")
    }
}
