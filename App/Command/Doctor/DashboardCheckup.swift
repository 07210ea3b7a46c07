/// What the user has written for the dashboard: nothing is said where there is nothing.
struct DashboardCheckup {
    /// Where it may lie.
    var folders: [String]

    func findings() -> [Finding] {
        var themes = UserThemes(folders: folders)
        let (found, mistakes) = themes.load()
        let keys = UserKeys.load(from: folders)
        let hasKeys = folders.contains { FileStamp($0 + "/" + UserKeys.file) != nil }
        let wrong = mistakes + keys.mistakes
        guard wrong.isEmpty else {
            return [
                .warn(
                    "dashboard", wrong.joined(separator: "\n"),
                    mend: "correct the lines; od help keys names the keys, Themes/README.md the colours")
            ]
        }
        let parts = [found.isEmpty ? nil : "\(found.count) own themes", hasKeys ? "own keys" : nil].compactMap { $0 }
        return parts.isEmpty ? [] : [.ok("dashboard", parts.joined(separator: ", "))]
    }
}
