package import Core
import Crypto
import Glibc

/// The server's side of the token: reads it, asks for it, checks what comes.
enum AuthToken {
    /// Reads the token of a home. Blocks.
    ///
    /// - Returns: nil when the home has none.
    /// - Throws: OD5012 for a file that others can use, or that is no token: nobody is let in then.
    static func read(home: String) throws(Failure) -> Token? {
        let path = home + "/" + Token.fileName
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .tokenFile(path, errno == ELOOP ? "it is a link" : Errno(errno).description)
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw .tokenFile(path, Errno(errno).description) }
        let trouble = Token.trouble(
            isRegular: status.st_mode & S_IFMT == S_IFREG, isOurs: status.st_uid == geteuid(),
            mode: status.st_mode & 0o777)
        if let trouble { throw .tokenFile(path, trouble) }
        var bytes = [UInt8](repeating: 0, count: Token.lengths.upperBound + 64)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count >= 0 else { throw .tokenFile(path, Errno(errno).description) }
        guard let token = Token(file: Array(bytes.prefix(count))) else {
            throw .tokenFile(path, "it must have \(Token.lengths.lowerBound) to \(Token.lengths.upperBound) bytes")
        }
        return token
    }

    static func nonce() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<Token.nonceLength).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    /// Compares in constant time.
    static func isProof(_ proof: [UInt8], of token: Token, nonce: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            proof, authenticating: Token.message(nonce), using: SymmetricKey(data: token.bytes))
    }
}

extension Server {
    /// The token of a home; see `Gate`. Blocks.
    package static func token(home: String) throws(Failure) -> Token? { try AuthToken.read(home: home) }

    /// The response to a challenge, by who knows the token; nil when that is none.
    package static func proof(of token: String, nonce: [UInt8]) -> [UInt8]? {
        Token(file: Array(token.utf8)).map { token in
            Array(
                HMAC<SHA256>.authenticationCode(
                    for: Token.message(nonce), using: SymmetricKey(data: token.bytes)))
        }
    }
}
