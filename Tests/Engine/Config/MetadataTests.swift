import Core
@testable import Engine
import Testing

/// Version, commit and branch of an app, from the files around it.
struct MetadataTests {
    private let folder: ConfigFolder

    init() throws { folder = try ConfigFolder() }

    private static let commit = "4f2a9c1" + String(repeating: "0", count: 33)

    private func found(_ directory: String = "app/src") -> AppMetadata? {
        AppMetadata.found(near: folder.path + "/" + directory)
    }

    @Test func ofAPackageInARepository() {
        folder.write("app/src/x.js")
        folder.write("app/package.json", #"{"name": "app", "version": "1.2.3"}"#)
        folder.write("package.json", #"{"version": "9"}"#)
        folder.write(".git/HEAD", "ref: refs/heads/main\n")
        folder.write(".git/refs/heads/main", Self.commit + "\n")
        #expect(found()?.text == "1.2.3 (main 4f2a9c1)", "the nearest package counts")
        folder.write(".git/HEAD", Self.commit + "\n")
        #expect(found()?.text == "1.2.3 (4f2a9c1)", "a detached head has no branch")
    }

    @Test func ofPackedBranchesAndWorktrees() {
        folder.write("app/src/x.js")
        folder.write("main/.git/packed-refs", "# pack-refs\n\(Self.commit) refs/heads/main\n")
        folder.write("main/.git/worktrees/app/HEAD", "ref: refs/heads/main\n")
        folder.write("main/.git/worktrees/app/commondir", "../..\n")
        folder.write("app/.git", "gitdir: \(folder.path)/main/.git/worktrees/app\n")
        #expect(found()?.text == "main 4f2a9c1")
    }

    @Test(arguments: ["", "ref: refs/../../x", "no commit", "ref: "])
    func aBrokenRepositoryIsNone(_ head: String) {
        folder.write("app/src/x.js")
        folder.write("app/package.json", "no json")
        folder.write("app/.git/HEAD", head)
        #expect(found()?.commit == nil)
    }

    @Test func theConfigComesFirst() throws {
        folder.write("app.js", "")
        folder.write("package.json", #"{"version": "1"}"#)
        var app = AppConfig()
        app.script = "node app.js"
        #expect(AppMetadata(app, in: [folder.path])?.version == "1")
        app.version = "2"
        app.description = "serves"
        let metadata = try #require(AppMetadata(app, in: [folder.path]))
        #expect(metadata.version == "2" && metadata.description == "serves")
    }
}
