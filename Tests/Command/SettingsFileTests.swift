internal import FoundationEssentials
import Interface
import Support
import Testing

@testable import Command

/// The file of settings: what is written is read, and what others wrote is read as far as it is understood.
struct SettingsFileTests {
    @Test func allIsReadAsItWasWritten() throws {
        var settings = Settings()
        settings.focus = .log
        settings.tab = .events
        settings.opened = .log
        settings.process = "shop/api#1"
        settings.recalls = [.filter: ["api", "cpu>5"], .command: ["api: restart"]]
        let data = try JSONEncoder().encode(settings)
        #expect(try JSONDecoder().decode(Settings.self, from: data) == settings)
    }

    @Test func whatIsOddIsLeftOut() throws {
        let text = """
            {"filter": "a\\u001b[31mb", "focus": "page", "tab": 77, "full": "sky", "process": "x",
             "entered": {"filter": ["ok", "", "a\\nb"], "nothing": ["x"]}}
            """
        let settings = try JSONDecoder().decode(Settings.self, from: Data(text.utf8))
        #expect(settings.focus == .list && settings.tab == .info)
        #expect(settings.opened == nil && settings.recalls == [.filter: ["ok"]])
    }
}
