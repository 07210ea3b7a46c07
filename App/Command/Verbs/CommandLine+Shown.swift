internal import Core
internal import Engine

/// What was typed, for those who ask later who did it.
enum TypedLine {
    /// The words of a command line, secret values as stars: of `--env TOKEN=x` and of addresses with a password.
    static func shown(_ words: [String]) -> String {
        var line = words.enumerated().map { index, word in
            index == 0 ? FilePath.name(of: word) : masked(word)
        }
        if line.isEmpty { line = ["od"] }
        return line.joined(separator: " ")
    }

    private static func masked(_ word: String) -> String {
        guard let equals = word.firstIndex(of: "=") else {
            return SecretVariable.isSecret("", word) ? FieldChange.stars : word
        }
        let name = word[..<equals]
        let isSecret = SecretVariable.isSecret(String(name), String(word[word.index(after: equals)...]))
        return isSecret ? "\(name)=\(FieldChange.stars)" : word
    }
}
