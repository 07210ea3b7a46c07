/// Which variables are shown as stars: those whose name says that they are secret, and addresses with a password.
public enum SecretVariable {
    /// Anywhere in a name, in any case.
    private static let parts = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "privatekey", "accesskey",
    ]
    /// A whole word of a name: `DB_PASS`, `API_KEY`, but not `KEYBOARD` and not `PWD`.
    private static let words: Set = [
        "pass", "key", "keys", "auth", "creds", "cookie", "salt", "dsn", "jwt", "bearer", "private", "pin", "otp",
        "signature", "webhook", "pw", "sk",
    ]
    /// How keys of well-known services and private keys begin.
    private static let beginnings = [
        "sk_", "rk_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xox", "-----BEGIN",
    ]

    /// Whether the value of `name` is not to be shown.
    public static func isSecret(_ name: String, _ value: String) -> Bool {
        let lower = name.lowercased()
        let named = lower.split(whereSeparator: { !$0.isLetter })
        return parts.contains(where: lower.contains)
            || named.contains { words.contains(String($0)) }
            // `MYSQL_PWD`, but neither `PWD` nor `OLDPWD`: those are folders.
            || named.count > 1 && named.last == "pwd"
            || beginnings.contains(where: value.hasPrefix)
            || hasPassword(value)
    }

    /// The words of a command line, secret ones as stars: what follows `--password`, `--token=x`, `env.TOKEN` (a word of
    /// `od set`), and addresses with a password. What stands alone and looks like any word is shown.
    public static func shown(_ words: [String]) -> [String] {
        zip([""] + words, words).map { shown($1, after: $0) }
    }

    private static func shown(_ word: String, after previous: String) -> String {
        if let prefix = ["--", "-", "env."].first(where: previous.hasPrefix), !previous.contains("="),
            !word.hasPrefix("-"), isSecret(String(previous.dropFirst(prefix.count)), "")
        {
            return FieldChange.stars
        }
        guard let equals = word.firstIndex(of: "=") else { return isSecret("", word) ? FieldChange.stars : word }
        // In a script that is one word, what is in front of the first `=` may be anything.
        let name = word[..<equals]
        let isHidden = !name.contains(" ") && isSecret(String(name), String(word[word.index(after: equals)...]))
        return isHidden ? "\(name)=\(FieldChange.stars)" : word
    }

    /// `scheme://user:password@host`, RFC 3986 §3.2.1, or the `Password=…;` of a connection string.
    private static func hasPassword(_ value: String) -> Bool {
        let entries = value.lowercased().split(separator: ";").map { $0.drop { $0 == " " } }
        if entries.count > 1, entries.contains(where: { $0.hasPrefix("password=") || $0.hasPrefix("pwd=") }) {
            return true
        }
        let text = Array(value.utf8)
        guard let scheme = text.indices.first(where: { text[$0...].starts(with: Array("://".utf8)) }) else {
            return false
        }
        let authority = text[(scheme + 3)...].prefix { $0 != UInt8(ascii: "/") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return authority[..<at].contains(UInt8(ascii: ":"))
    }
}
