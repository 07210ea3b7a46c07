package import Core

/// `od migrate`: a config of another program as one of ours.
package enum Migration {
    /// The text of an `opendaemon.config.yaml` for the folder of the file, with a comment for what has no counterpart.
    ///
    /// - Parameter path: as the user named it, absolute or relative to `directory`.
    /// - Throws: what the file's own mistakes are, as `ConfigFile.load` does.
    package static func yaml(of path: String, in directory: String) throws(Failure) -> String {
        let (file, shown) = try ConfigFile.locate(path, in: directory)
        let tree = try ConfigFile.tree(file, shown: shown)
        // It is to be good before it is rewritten.
        let config = try ConfigDraft.read(tree, file: file, shown: shown)
        let (root, warning) = PM2File.inOurKeys(tree, file: file)
        var text = "# Made by od migrate from \(FilePath.name(of: config.file)).\n"
        if ConfigScript.isOne(config.file) {
            text += "# That is a program: these are its values on this machine, now.\n"
        }
        if let warning { text += "# \(warning.replacing("\n", with: " "))\n" }
        return text + ConfigYAML.text(root)
    }
}
