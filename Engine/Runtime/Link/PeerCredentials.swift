import Core
import Glibc
import NIOCore

/// Who is at the other end of a unix socket: `struct ucred` of unix(7).
struct PeerCredentials: Sendable {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32

    /// nil for a client of our own user or root; else what it is told.
    static func refusal(of channel: any Channel) -> Failure? {
        guard let peer = of(channel), peer.uid == geteuid() || peer.uid == 0 else { return .strangeUser }
        return nil
    }

    /// To be asked on the channel's own event loop. nil for what is no unix socket.
    static func of(_ channel: any Channel) -> PeerCredentials? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        var peer: PeerCredentials?
        let level = NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET)
        let answer: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
            level: level, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        // The answer is there at once: this runs on the channel's own event loop.
        answer.assumeIsolated().whenSuccess { peer = $0 }
        return peer
    }
}

/// Who asks, for those who want to know later who did it.
package struct Requester: Hashable, Sendable {
    package var uid: UInt32
    /// The command line as the client told it, else what it calls itself.
    package var command: String

    /// Bytes of a command line that are kept.
    private static let most = 512

    init(_ peer: PeerCredentials?, _ hello: HelloRequest) {
        uid = peer?.uid ?? geteuid()
        command = String(decoding: (hello.command ?? hello.client).utf8.prefix(Self.most), as: UTF8.self)
    }
}
