import Glibc
import Testing
import Themes

@testable import Command

/// Themes that users write, and what becomes of mistakes in them.
@Suite struct UserThemeTests {
    private let folder: UserFolder
    private var themes: UserThemes

    init() throws {
        folder = try UserFolder()
        themes = UserThemes(folders: [folder.path])
    }

    private func write(_ name: String, _ text: String) throws { try folder.write("themes/" + name, text) }

    @Test mutating func oneInheritsFromAnother() throws {
        try write("a.toml", "inherits = \"light\"\nonline = \"#010203\"\n")
        try write("b.toml", "inherits = \"a\"\nerror = \"red bold\"\n")
        let (found, mistakes) = themes.load()
        #expect(mistakes.isEmpty)
        #expect(found.map(\.name) == ["a", "b"])
        #expect(found.last?[.online].foreground == .rgb(RGB(0x010203)))
        #expect(found.last?[.accent] == Theme.light[.accent])
        let isSame = themes.haveChanged
        #expect(!isSame)
    }

    @Test(arguments: [
        ("accent = \n", "themes/x.toml:1: "), ("\naccent = 3\n", "themes/x.toml:2: ‘accent’ is no text in quotes"),
        ("# c\naccent = \"blu\"\n", "themes/x.toml:2: accent: ‘blu’ is no colour"),
        ("acent = \"red\"", "themes/x.toml:1: acent: there is no role ‘acent’"),
        ("inherits = \"nord2\"", "themes/x.toml:1: inherits: there is no theme ‘nord2’"),
        ("background = \"red\"", "themes/x.toml:1: background: ‘red’ is not of the form"),
        // What made another reader abort.
        ("a = 1\na.b = 2\n[a\n", "themes/x.toml:2: "), ("\u{0}", "themes/x.toml:1: "), ("[[[", "themes/x.toml:1: "),
        (String(repeating: "[", count: 5000), "themes/x.toml:1: "), ("k = '''", "themes/x.toml:1: "),
    ])
    mutating func mistakesHaveALine(text: String, mistake: String) throws {
        try write("x.toml", text)
        let (found, mistakes) = themes.load()
        #expect(found.isEmpty && mistakes.count == 1)
        #expect(mistakes.first?.hasPrefix(mistake) == true, "\(mistakes)")
    }

    @Test mutating func theFirstOfSeveralMistakesIsTold() throws {
        try write("x.toml", "online = \"#010203\"\ndim = \"gray\"\naccent = \"blu\"\nmatch = 3\n")
        let mistakes = themes.load().mistakes
        #expect(mistakes.first?.hasPrefix("themes/x.toml:2: dim: ‘gray’ is no colour") == true, "\(mistakes)")
        #expect(mistakes.first?.hasSuffix("attribute; also lines 3, 4") == true)
        let broken = themes.broken
        #expect(broken == ["x": mistakes[0]])
        try write("x.toml", "")
        _ = themes.load()
        let mended = themes.broken
        try write("x.toml", "accent = 3")
        _ = themes.load()
        let again = themes.broken
        #expect(mended.isEmpty && again.isEmpty, "what it was is kept")
    }

    /// While somebody edits his theme, it is broken now and then; the dashboard keeps its colours.
    @Test mutating func aBrokenFileLeavesTheThemeAsItWas() throws {
        try write("mine.toml", "online = \"#010203\"")
        let before = themes.load().themes
        try write("mine.toml", "online = \"#01")
        let hasChanged = themes.haveChanged
        #expect(hasChanged)
        let (found, mistakes) = themes.load()
        #expect(found == before && mistakes.count == 1)
        unlink(folder.path + "/themes/mine.toml")
        let isGone = themes.haveChanged
        #expect(isGone)
        #expect(themes.load().themes.isEmpty)
    }

    @Test mutating func namesAreTakenOnce() throws {
        for name in ["auto", "dark"] { try write(name + ".toml", "online = \"#010203\"") }
        let (found, mistakes) = themes.load()
        #expect(found.isEmpty)
        #expect(mistakes == ["auto", "dark"].map { "themes/\($0).toml: there is a theme of that name already" })
    }

    @Test mutating func manyFilesAreNotRead() throws {
        for number in 0...UserThemes.maxFiles { try write("t\(number).toml", "") }
        let (found, mistakes) = themes.load()
        #expect(found.count == UserThemes.maxFiles && mistakes == ["only 64 themes are read"])
    }

    @Test(arguments: [
        (["XDG_CONFIG_HOME": "/c", "HOME": "/h"], ["/c/od", "/home"]), (["HOME": "/h"], ["/h/.config/od", "/home"]),
        (["XDG_CONFIG_HOME": "c", "HOME": "h"], ["/home"]), ([:], ["/home"]),
    ])
    func folders(variables: [String: String], paths: [String]) {
        #expect(UserFolders(home: "/home") { variables[$0] }.paths == paths)
    }
}

/// A folder of a user's own, removed with its owner.
final class UserFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/od-user-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
        mkdir(path + "/themes", 0o700)
    }

    func write(_ name: String, _ text: String) throws {
        let file = try #require(fopen("\(path)/\(name)", "w"))
        let bytes = Array(text.utf8)
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    deinit {
        for name in UserFolders.names(in: path + "/themes", endingIn: ".toml") { unlink("\(path)/themes/\(name)") }
        for name in UserFolders.names(in: path, endingIn: ".toml") { unlink("\(path)/\(name)") }
        rmdir(path + "/themes")
        rmdir(path)
    }
}
