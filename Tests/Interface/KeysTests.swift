import Core
import Interface
import Testing
import Widgets

/// Keys that the user has changed.
struct KeysTests {
    private func read(_ changes: (String, [String])...) -> (keys: Keys, mistakes: [String]) {
        var mistakes: [Keys.Mistake] = []
        let lines = changes.enumerated().map { Keys.Change($1.0, $1.1, line: $0 + 1) }
        let keys = Keys(lines, mistakes: &mistakes)
        return (keys, mistakes.map { "\($0.line): \($0.text)" })
    }

    @Test func anActionGetsOtherKeys() {
        let (keys, mistakes) = read(("restart", ["F5"]), ("down", ["j", "ctrl-n", "j"]))
        #expect(mistakes.isEmpty)
        #expect(keys.action(for: .function(5), at: .panes) == .restart)
        #expect(keys.action(for: "r", at: .panes) == nil)
        #expect(keys.action(for: .control("n"), at: .panes) == .down)
        #expect(keys.action(for: .down, at: .panes) == nil)
        #expect(keys.name(of: .restart) == "F5" && keys.name(of: .down) == "j")
        #expect(keys.action(for: .control("n"), at: .choosing) == .down, "other places are as they were")
    }

    /// Who is given a key has it, whoever had it before.
    @Test func aKeyIsTakenFromItsAction() {
        let (keys, mistakes) = read(("restart", ["j"]))
        #expect(mistakes.isEmpty)
        #expect(keys.action(for: "j", at: .panes) == .restart)
        #expect(keys.action(for: .down, at: .panes) == .down)
    }

    @Test func anActionMayHaveNone() {
        let (keys, mistakes) = read(("delete", []))
        #expect(mistakes.isEmpty && keys.action(for: "X", at: .panes) == nil)
        #expect(!keys.bindings(at: .panes).contains { $0.action == .delete })
        #expect(keys.everything.contains { $0.action == .delete })
        #expect(keys.name(of: .delete) == ":")
    }

    @Test func mistakes() {
        let (keys, mistakes) = read(
            ("restrat", ["F5"]), ("open", ["Entr", "F6"]), ("log", ["F6"]), ("zoom", ["nokey"]), ("quit", []),
            ("tree", ["X"]), ("find", [":"]))
        #expect(
            mistakes == [
                "1: there is no action ‘restrat’, but ‘restart’: od help keys lists them",
                "2: ‘Entr’ is no key: od help keys tells how they are called", "3: F6 is given to ‘open’ already",
                "4: ‘nokey’ is no key: od help keys tells how they are called", "5: ‘quit’ must have a key",
                "6: X is the only key of ‘delete’: give it another",
                "7: : is the only key of ‘palette’: give it another",
            ])
        #expect(keys.action(for: .function(6), at: .panes) == .open)
        #expect(keys.action(for: "l", at: .panes) == .log && keys.action(for: "z", at: .panes) == .zoom)
        #expect(keys.action(for: "q", at: .panes) == .quit)
        #expect(keys.action(for: "X", at: .panes) == .tree)
        #expect(keys.action(for: ":", at: .panes) == .palette, "what must have a key keeps it")
    }

    /// Every key of the table can be written in a file.
    @Test func namesAreReadBack() {
        for key in Keymap.bindings.flatMap(\.keys) { #expect(Key(name: key.name) == key, "\(key.name)") }
        let others: [(String, Key)] = [
            ("ctrl-A", .control("a")), ("C-z", .control("z")), ("space", " "), (" ", " "), ("ENTER", .enter),
            ("é", "é"),
            ("^i", .tab), ("^M", .enter), ("F12", .function(12)), ("f", "f"), ("^", "^"), ("PageUp", .pageUp),
        ]
        for (name, key) in others { #expect(Key(name: name) == key, "\(name)") }
        for name in ["", "F0", "F13", "^1", "^", "ctrl-", "ctrl-ab", "e\u{301}x", "\u{1B}", "\u{7}"] where name != "^" {
            #expect(Key(name: name) == nil, "\(name)")
        }
    }

    /// Footer, help and palette say what is in force.
    @Test func theScreenNamesThem() {
        var mistakes: [Keys.Mistake] = []
        let keys = Keys(
            [.init("zoom", ["F8"], line: 1), .init("tree", ["ctrl-t"], line: 2), .init("undo", [], line: 3)],
            mistakes: &mistakes)
        var state = State(size: .init(width: 120, height: 40), isOwner: false, keys: keys)
        let now = Instant(nanoseconds: 1)
        _ = state.update(.snapshot(FleetSnapshot(seq: 1, processes: shop, host: .sample)), at: now)
        func screen() -> String { state.view(glyphs: .unicode).rows.joined(separator: "\n") }
        #expect(screen().contains("F8 zoom"))
        _ = state.update(.key("z"), at: now)
        #expect(state.arrangement == .panes)
        _ = state.update(.key(.function(8)), at: now)
        #expect(state.arrangement == .zoomed(.list))
        _ = state.update(.key("?"), at: now)
        #expect(screen().contains("^T") && screen().contains("F8"))
        _ = state.update(.key(.escape), at: now)
        _ = state.update(.key(":"), at: now)
        for scalar in "gives the pane".unicodeScalars { _ = state.update(.key(.character(scalar)), at: now) }
        #expect(screen().contains("F8"))
    }
}
