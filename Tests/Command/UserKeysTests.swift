import Glibc
import Interface
import Support
import Testing

@testable import Command

/// `keys.toml`, as users write it.
@Suite struct UserKeysTests {
    private let folder: UserFolder

    init() throws { folder = try UserFolder() }

    private func load(_ text: String) throws -> (keys: Keys, mistakes: [String]) {
        try folder.write("keys.toml", text)
        return UserKeys.load(from: ["/nowhere", folder.path])
    }

    @Test func textsAndLists() throws {
        let (keys, mistakes) = try load("# mine\nrestart = \"F5\"\ndown = ['j', \"Down\"]\n")
        #expect(mistakes.isEmpty)
        #expect(keys.name(of: .restart) == "F5")
        #expect(keys.action(for: "j", at: .panes) == .down)
    }

    @Test func withoutAFileTheTableHolds() {
        #expect(UserKeys.load(from: ["/nowhere"]).keys == .standard)
        #expect(UserKeys.load(from: ["/nowhere"]).mistakes.isEmpty)
    }

    @Test(arguments: [
        ("restart = \n", "keys.toml:1:11: "), ("\nrestart = 5\n", "keys.toml:2: ‘restart’ is no key in quotes"),
        ("restart = [1]", "keys.toml:1: ‘restart’ is no key in quotes"),
        ("[restart]\na = 1", "keys.toml:1: ‘restart’ is no key in quotes"),
        ("restrat = 'x'", "keys.toml:1: there is no action ‘restrat’"),
        ("zoom = 'F9'\nopen = ['Enter', 'F9']", "keys.toml:2: F9 is given to ‘zoom’ already"),
    ])
    func mistakesHaveALine(text: String, mistake: String) throws {
        let (keys, mistakes) = try load(text)
        #expect(mistakes.count == 1 && mistakes.first?.hasPrefix(mistake) == true, "\(mistakes)")
        #expect(keys.action(for: "r", at: .panes) == .restart && keys.action(for: .enter, at: .panes) == .open)
    }

    /// No folder and no pipe is read, whoever put it there.
    @Test func onlyAFileIsRead() throws {
        mkdir(folder.path + "/keys.toml", 0o700)
        let (keys, mistakes) = UserKeys.load(from: [folder.path])
        rmdir(folder.path + "/keys.toml")
        #expect(keys == .standard && mistakes == ["keys.toml: it is no regular file"])
    }

    @Test func theDoctorLooksAtThem() throws {
        #expect(DashboardCheckup(folders: [folder.path]).findings().isEmpty)
        try folder.write("keys.toml", "restart = 'F5'\n")
        try folder.write("themes/mine.toml", "online = 'red'\n")
        #expect(DashboardCheckup(folders: [folder.path]).findings() == [.ok("dashboard", "1 own themes, own keys")])
        try folder.write("keys.toml", "restart = 'F55'\n")
        let findings = DashboardCheckup(folders: [folder.path]).findings()
        #expect(findings.map(\.state) == [.warn])
        #expect(findings.first?.what.hasPrefix("keys.toml:1: ‘F55’ is no key") == true)
    }

    @Test func helpNamesTheActions() throws {
        golden("Commands/help-keys.txt", HelpKeys.text(.standard))
        let keys = try load("restart = 'F5'\ndelete = []\n").keys
        #expect(HelpKeys.text(keys).contains("  restart ") && HelpKeys.text(keys).contains("  F5 "))
    }
}
