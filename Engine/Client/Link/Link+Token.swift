import Core
import Crypto
import Glibc
import NIOCore

// The client's side of the token: it proves that it knows it, and never sends it.
extension Link {
    func challenged(_ nonce: [UInt8], on connection: Int, from channel: any Channel) {
        guard case .greeting = phase else { return }
        let options = options
        Task {
            do {
                let token = try await Blocking.run { try TokenFile.read(options) }
                let proof = HMAC<SHA256>.authenticationCode(
                    for: Token.message(nonce), using: SymmetricKey(data: token.bytes))
                let frame = Frame.header(.challengeResponse, length: Token.proofLength) + Array(proof)
                channel.writeAndFlush(ByteBuffer(bytes: frame), promise: nil)
            } catch {
                ended(connection, error as? Failure ?? .lost)
                channel.close(promise: nil)
            }
        }
    }
}

/// The file that holds the token of a home.
enum TokenFile {
    /// Blocks.
    static func read(_ options: ConnectOptions) throws(Failure) -> Token {
        guard let path = options.tokenFile ?? (options.remote == nil ? standard(options.home) : nil) else {
            throw .tokenAbsent("OD_AUTH_TOKEN_FILE")
        }
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        guard let file = Descriptor(open(path, flags)) else {
            let error = SystemError.last
            throw error.number == ENOENT ? .tokenAbsent(path) : .tokenFile(path, "\(error)")
        }
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw .tokenFile(path, "\(SystemError.last)") }
        let trouble = Token.trouble(
            isRegular: status.st_mode & S_IFMT == S_IFREG, isOurs: status.st_uid == geteuid(),
            mode: status.st_mode & 0o777)
        if let trouble { throw .tokenFile(path, trouble) }
        var bytes = [UInt8](repeating: 0, count: Token.lengths.upperBound + 64)
        let count = Glibc.read(file.number, &bytes, bytes.count)
        guard count >= 0, let token = Token(file: Array(bytes.prefix(count))) else {
            throw .tokenFile(path, "it must have \(Token.lengths.lowerBound) to \(Token.lengths.upperBound) bytes")
        }
        return token
    }

    private static func standard(_ home: String) -> String { Home.absolute(home) + "/" + Token.fileName }
}
