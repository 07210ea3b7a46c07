internal import Core

/// A table of TOML that people write for the dashboard: a theme, their keys.
package enum UserTable {
    /// The entries of a text in its order, each with its place. Throws what is not well-formed (OD2001), with its place.
    package static func entries(of text: String) throws(ConfigProblem) -> [ConfigPair] {
        guard case .map(let pairs) = try TOMLDocument.parse(text).value else { return [] }
        return pairs
    }
}
