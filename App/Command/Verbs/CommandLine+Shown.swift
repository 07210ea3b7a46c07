internal import Core
internal import Engine

/// What was typed, for those who ask later who did it.
enum TypedLine {
    /// The words of a command line, secret values as stars: of `--env TOKEN=x`, `set api env.TOKEN x`, `--password x`
    /// and addresses with a password, and all that `od send` writes to an app.
    static func shown(_ words: [String]) -> String {
        var line = words.indices.map { index in
            index == 0 ? FilePath.name(of: words[0]) : masked(words[index], after: words[index - 1])
        }
        if words.dropFirst().first == "send" {
            for index in line.indices.dropFirst(3) { line[index] = FieldChange.stars }
        }
        if line.isEmpty { line = ["od"] }
        return line.joined(separator: " ")
    }

    private static func masked(_ word: String, after previous: String) -> String {
        let names = ["--", "-", "env."]
        if let prefix = names.first(where: previous.hasPrefix), !previous.contains("="), !word.hasPrefix("-"),
            SecretVariable.isSecret(String(previous.dropFirst(prefix.count)), "")
        {
            return FieldChange.stars
        }
        guard let equals = word.firstIndex(of: "=") else {
            return SecretVariable.isSecret("", word) ? FieldChange.stars : word
        }
        let name = word[..<equals]
        let isSecret = SecretVariable.isSecret(String(name), String(word[word.index(after: equals)...]))
        return isSecret ? "\(name)=\(FieldChange.stars)" : word
    }
}
