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

    /// `scheme://user:password@host`, RFC 3986 §3.2.1.
    private static func hasPassword(_ value: String) -> Bool {
        let text = Array(value.utf8)
        guard let scheme = text.indices.first(where: { text[$0...].starts(with: Array("://".utf8)) }) else {
            return false
        }
        let authority = text[(scheme + 3)...].prefix { $0 != UInt8(ascii: "/") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return authority[..<at].contains(UInt8(ascii: ":"))
    }
}
