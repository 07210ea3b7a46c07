import Testing
import Themes

/// Themes as users write them, and what a terminal says of itself.
@Suite struct ThemeTextTests {
    @Test func whatIsLeftOutIsInherited() throws {
        let theme = try Theme(
            name: "mine",
            values: [
                "inherits": "light", "background": "#FFFFFF", "foreground": "#101010",
                "errored": "bright-red on 17 bold",
                "match": "default on yellow underline reverse dim", "online": "#00ff00",
            ], known: Theme.builtIns)
        #expect(theme.name == "mine")
        #expect(theme.background == RGB(0xFFFFFF))
        #expect(theme.foreground == RGB(0x101010))
        #expect(theme[.errored] == Colors(.palette(9), on: .palette(17), .bold))
        #expect(theme[.match] == Colors(.standard, on: .palette(3), [.underline, .reverse, .dim]))
        #expect(theme[.online] == Colors(.rgb(RGB(0x00FF00))))
        #expect(theme[.dim] == Theme.light[.dim])
        #expect(try Theme(name: "x", values: [:], known: [])[.key] == Theme.dark[.key])
    }

    @Test(arguments: [
        ("inherits", "nobody", "there is no theme ‘nobody’"), ("background", "red", "‘red’ is not of the form #rrggbb"),
        ("nonsense", "red", "there is no role ‘nonsense’"),
        ("dim", "reddish", "‘reddish’ is no colour (#rrggbb, 0-255, red, bright-red, default) and no attribute"),
        ("dim", "#12345", "‘#12345’ is no colour (#rrggbb, 0-255, red, bright-red, default) and no attribute"),
        (
            "dim", "bright-pink",
            "‘bright-pink’ is no colour (#rrggbb, 0-255, red, bright-red, default) and no attribute"
        ),
        ("dim", "256", "‘256’ is no colour (#rrggbb, 0-255, red, bright-red, default) and no attribute"),
    ])
    func mistakes(key: String, text: String, why: String) {
        #expect(throws: Theme.Mistake(key: key, why: why)) {
            try Theme(name: "x", values: [key: text], known: Theme.builtIns)
        }
    }

    @Test(
        arguments: [
            ("rgb:1e1e/2020/ffff", 0x1E20FF), ("rgb:1e/20/ff", 0x1E20FF), ("rgb:f/0/8", 0xFF0088),
            ("rgb:fff/000/800", 0xFF007F),
        ] as [(String, UInt32)])
    func answers(text: String, color: UInt32) {
        #expect(RGB(answer: text) == RGB(color))
    }

    @Test(arguments: ["", "rgb:", "rgba:1/2/3/4", "rgb:1/2", "rgb:1/2/3/4", "rgb:12345/1/1", "rgb:x/1/1", "rgb:-1/1/1"])
    func noAnswers(text: String) {
        #expect(RGB(answer: text) == nil)
    }

    @Test func lightAndDarkAreTold() {
        #expect(Theme.builtIns.filter(\.isLight).map(\.name) == ["light", "solarized-light"])
    }
}
