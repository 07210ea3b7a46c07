internal import Core
internal import Engine

/// Whom a verb means.
enum Targets {
    static let note = """
        A target is a name (api), a name in a project (shop/api), an instance (api#2), an id (3), a project (shop), \
        a config file or a folder that has one (./shop.yaml), /regex/ over names, or all.
        """

    /// Targets that must be given: no verb touches everything because nothing was said.
    static func named(_ targets: [String], for verb: String) throws(Failure) -> [String] {
        guard !targets.isEmpty else {
            throw Failure(
                .usage, "no target was given", why: "od \(verb) acts only on what you name",
                next: "od \(verb) NAME, or od \(verb) all; od list shows the names")
        }
        let directory = FilePath.currentDirectory()
        let resolved = targets.map { file(of: $0, in: directory) ?? $0 }
        for target in resolved { _ = try Target(target) }
        return resolved
    }

    /// The config that a word names: a file, or a folder that has one; absolute. nil for what is no config.
    static func file(of word: String, in directory: String) -> String? {
        let path = FilePath.absolute(word, in: directory)
        switch FilePath.kind(of: path) {
        case .file: return ConfigFile.isConfig(word) ? path : nil
        case .directory:
            // A word alone is a name, also when a folder is called so.
            let isPath = word.hasPrefix(".") || word.hasPrefix("/") && !word.hasSuffix("/")
            return isPath ? ConfigFile.find(in: path) : nil
        case .other, nil: return nil
        }
    }
}
