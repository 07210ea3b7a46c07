internal import Core

/// Whom a verb means.
enum Targets {
    static let note = """
        A target is a name (api), a name in a project (shop/api), an instance (api#2), an id (3), a project (shop), \
        /regex/ over names, or all.
        """

    /// Targets that must be given: no verb touches everything because nothing was said.
    static func named(_ targets: [String], for verb: String) throws(Failure) -> [String] {
        guard !targets.isEmpty else {
            throw Failure(
                .usage, "no target was given", why: "od \(verb) acts only on what you name",
                next: "od \(verb) NAME, or od \(verb) all; od list shows the names")
        }
        for target in targets { _ = try Target(target) }
        return targets
    }
}
