import Core

/// What the link itself says went wrong.
extension Failure {
    static var closed: Failure {
        Failure(
            .connectionLost, "the call was not sent", why: "this connection was closed by the program itself",
            next: "connect again")
    }

    static var lost: Failure {
        Failure(
            .connectionLost, "the connection to the engine broke", why: "the engine ended or was replaced",
            next: "wait: the client connects again by itself")
    }

    static var gone: Failure {
        Failure(
            .connectionLost, "the daemon has ended", why: "nobody listens on its socket any more",
            next: "start it again: od daemon start")
    }

    /// For calls that must not be sent twice.
    static func unsure(_ method: String) -> Failure {
        Failure(
            .connectionLost, "the answer to \(method) was lost",
            why: "the engine was replaced before it answered: it may or may not have been done",
            next: "check with: od list")
    }

    static func silent(_ method: String, _ milliseconds: Int) -> Failure {
        Failure(
            .engineSilent, "no answer to \(method)", why: "the engine said nothing for \(milliseconds) ms",
            next: "look at it with: od daemon status")
    }

    static func notOurs(_ why: String) -> Failure {
        Failure(
            .foreignSocket, "what listens on the socket is no engine of OpenDaemon", why: why,
            next: "end that program, or use another home: od --home DIR")
    }

    static func tooLarge(_ method: String, _ bytes: Int) -> Failure {
        Failure(
            .protocolError, "\(method) was not sent",
            why: "it has \(bytes) bytes, and a message at most \(Frame.maxPayload)", next: "ask for less at a time")
    }

    static func notUnderstood(_ why: String) -> Failure {
        Failure(
            .protocolError, "the engine's answer was not understood", why: why,
            next: "check that client and engine have the same version: od daemon status")
    }

    static func tooMany(_ calls: Int) -> Failure {
        Failure(
            .protocolError, "the call was not sent", why: "\(calls) calls are waiting for their answers",
            next: "wait for some of them first")
    }

    static func versions(ours: Int, theirs: Int) -> Failure {
        Failure(
            .versionMismatch, "client and engine do not fit",
            why: "the client speaks version \(ours) of the protocol, the engine version \(theirs)",
            next: "start the engine of this version: od daemon stop, then od daemon start")
    }
}
