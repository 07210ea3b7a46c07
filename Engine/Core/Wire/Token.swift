/// The token of a home: who knows it may connect. Frames 0x06 and 0x07 carry the challenge and its response:
/// `HMAC-SHA256(token, context + nonce)` (RFC 2104), so that the token itself never travels.
package struct Token: Hashable, Sendable, CustomStringConvertible {
    /// The file in the home.
    package static let fileName = "auth-token"
    /// Bytes of a challenge's nonce.
    package static let nonceLength = 32
    /// Bytes of a response.
    package static let proofLength = 32
    /// Bytes that a token may have: shorter ones can be guessed.
    package static let lengths = 16...1024
    /// What is proved: a response to one protocol is none to another.
    package static let context = Array("opendaemon client protocol: token".utf8)

    package let bytes: [UInt8]

    /// nil when what is left without the white space around it is too short or too long.
    package init?(file: [UInt8]) {
        let isSpace = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        guard let first = file.firstIndex(where: { !isSpace($0) }), let last = file.lastIndex(where: { !isSpace($0) }),
            Self.lengths.contains(last - first + 1)
        else { return nil }
        bytes = Array(file[first...last])
    }

    /// Never the token itself: it must not get into a log.
    package var description: String { "Token" }

    /// What a response is made of.
    package static func message(_ nonce: [UInt8]) -> [UInt8] { context + nonce }

    /// What is wrong with a token's file; nil when nothing is.
    ///
    /// - Parameters:
    ///   - isRegular: a plain file, no link and no pipe.
    ///   - mode: the lower nine bits of `st_mode`.
    package static func trouble(isRegular: Bool, isOurs: Bool, mode: UInt32) -> String? {
        if !isRegular { return "it is no plain file" }
        if !isOurs { return "it belongs to another user" }
        if mode & 0o177 != 0 { return "others may use it (mode \(String(mode, radix: 8)))" }
        return nil
    }
}

extension Failure {
    /// A token's file that cannot be used.
    package static func tokenFile(_ path: String, _ why: String) -> Failure {
        Failure(
            .tokenRefused, "the token in \(path) cannot be used", why: why,
            next: "make it anew: (umask 077; head -c 32 /dev/urandom | base64 > \(path))")
    }
}
