package import Core

/// `od migrate`: a config of another program as one of ours.
package enum Migration {
    /// The text of an `opendaemon.config.yaml` for the folder of the file, with a comment for what has no counterpart.
    ///
    /// - Parameter path: as the user named it, absolute or relative to `directory`.
    /// - Throws: what the file's own mistakes are, as `ConfigFile.load` does.
    package static func yaml(of path: String, in directory: String) throws(Failure) -> String {
        try migrated(path, in: directory).yaml
    }

    /// The same, with one line for each thing that people should know of what was not taken over.
    package static func migrated(
        _ path: String, in directory: String
    ) throws(Failure) -> (yaml: String, warnings: [String]) {
        let (file, shown) = try ConfigFile.locate(path, in: directory)
        if isVariables(file) { return (try yaml(ofVariables: file, shown: shown), []) }
        let tree = try ConfigFile.tree(file, shown: shown)
        // It is to be good before it is rewritten.
        let config = try ConfigDraft.read(tree, file: file, shown: shown)
        let (root, warning) = PM2File.inOurKeys(tree, file: file)
        var text = "# Made by od migrate from \(FilePath.name(of: config.file)).\n"
        if ConfigScript.isOne(config.file) {
            text += "# That is a program: these are its values on this machine, now.\n"
        }
        if let warning { text += "# \(warning.replacing("\n", with: " "))\n" }
        return (text + ConfigYAML.text(root), config.warnings)
    }

    /// `.env`, `.env.local`
    private static func isVariables(_ file: String) -> Bool {
        let name = FilePath.name(of: file)
        return name == ".env" || name.hasPrefix(".env.")
    }

    /// Variables alone start nothing: the programs are those that the other files of the folder tell of.
    private static func yaml(ofVariables file: String, shown: String) throws(Failure) -> String {
        let folder = FilePath.directory(of: file)
        let name = FilePath.name(of: file)
        // Its own mistakes come first.
        _ = try EnvFile.load(EnvFileReference(path: name), in: folder)
        let guess = ProjectGuess(of: folder)
        guard !guess.apps.isEmpty else {
            throw Failure(
                .configAbsent, "‘\(shown)’ has variables, and nothing here looks like a program",
                why: "looked for Procfile, package.json, manage.py, app.py, pyproject.toml, compose.yaml in \(folder)",
                next: "od start FILE --set envFile=\(name) starts a program with them")
        }
        let text =
            "# Made by od migrate from \(name) and from what lies beside it.\n" + guess.yaml
            + "defaults:\n  envFile: \(name)\n"
        _ = try ConfigDraft.decode(text, file: "\(folder)/opendaemon.config.yaml", shown: shown)
        return text
    }
}
