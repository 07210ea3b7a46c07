internal import Core
internal import Engine

/// What was typed, for those who ask later who did it.
enum TypedLine {
    /// The words of a command line, secret values as stars: of `--env TOKEN=x`, `set api env.TOKEN x`, `--password x`
    /// and addresses with a password, and all that `od send` writes to an app.
    static func shown(_ words: [String]) -> String {
        var line = SecretVariable.shown(words)
        if let program = words.first { line[0] = FilePath.name(of: program) }
        if words.dropFirst().first == "send" {
            for index in line.indices.dropFirst(3) { line[index] = FieldChange.stars }
        }
        if line.isEmpty { line = ["od"] }
        return line.joined(separator: " ")
    }
}
