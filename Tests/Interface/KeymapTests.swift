import Interface
import Support
import Testing

struct KeymapTests {
    @Test(arguments: [Binding.Place.panes, .typing, .help, .dialog, .choosing, .filling])
    func aKeyMeansOneThingAtAPlace(place: Binding.Place) {
        let keys = Keymap.bindings(at: place).flatMap(\.keys)
        #expect(Set(keys).count == keys.count)
        for binding in Keymap.bindings(at: place) {
            for key in binding.keys { #expect(Keymap.action(for: key, at: place) == binding.action) }
        }
    }

    @Test func everyActionHasAKey() {
        #expect(Set(Keymap.bindings.map(\.action)) == Set(Action.allCases))
    }

    /// F-keys are taken by multiplexers and laptops, so each action has another key as well.
    @Test func noActionIsOnAFunctionKeyAlone() {
        for binding in Keymap.bindings {
            #expect(binding.keys.contains { if case .function = $0 { false } else { true } })
        }
    }

    @Test func nameOfKeys() {
        let keys: [Key] = ["q", " ", .control("c"), .enter, .escape, .backTab, .pageDown, .function(10), .backspace]
        #expect(keys.map(\.name) == ["q", "Space", "^C", "Enter", "Esc", "S-Tab", "PgDn", "F10", "Bksp"])
    }

    @Test func theTableForTheReadme() {
        golden("Screens/keys.md", Keymap.markdown)
    }
}
