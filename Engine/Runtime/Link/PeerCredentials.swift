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
        guard let options = channel as? any SocketOptionProvider else { return .strangeUser }
        var peer: PeerCredentials?
        let level = NIOBSDSocket.OptionLevel(rawValue: SOL_SOCKET)
        let answer: EventLoopFuture<PeerCredentials> = options.unsafeGetSocketOption(
            level: level, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        // The answer is there at once: this runs on the channel's own event loop.
        answer.assumeIsolated().whenSuccess { peer = $0 }
        guard let peer, peer.uid == geteuid() || peer.uid == 0 else { return .strangeUser }
        return nil
    }
}
