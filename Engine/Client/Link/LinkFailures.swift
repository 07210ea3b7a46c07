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

    static func versions(theirs: Int, build: String) -> Failure {
        let isNewer = theirs > Versions.newest
        return Failure(
            .versionMismatch, "client and engine do not fit",
            why: "the engine, \(build.prefix(40)), is \(isNewer ? "newer" : "older"): the client speaks versions "
                + "\(Versions.oldest) to \(Versions.newest) of the protocol, the engine version \(theirs)",
            next: isNewer
                ? "use the od that it came with, or install that version here: od update FILE"
                : "replace the engine by one of this version, the apps go on: od daemon restart")
    }

    static func unknownMethod(_ what: String) -> Failure {
        Failure(
            .protocolError, what, why: "the engine is older than this client",
            next: "replace it by one of this version, the apps go on: od daemon restart")
    }

    static func tokenAbsent(_ path: String) -> Failure {
        Failure(
            .tokenRefused, "the daemon asks for a token", why: "there is none in \(path)",
            next: "set OD_AUTH_TOKEN_FILE to a copy of its home's \(Token.fileName)")
    }

    static func badDestination(_ text: String) -> Failure {
        Failure(
            .usage, "‘\(text)’ is no host", why: "a host does not begin with - and has no spaces",
            next: "od --host user@server VERB")
    }

    static func noShell(_ program: String, _ error: SystemError) -> Failure {
        Failure(
            .remoteFailed, "ssh cannot be started", why: "\(program): \(error)",
            next: "install ssh, or set OD_SSH to a program that takes its arguments")
    }

    static func remoteSilent(_ host: String) -> Failure {
        Failure(
            .remoteFailed, "\(host) closed the connection", why: "od bridge ended there without a word",
            next: "try there: ssh \(host) od daemon status")
    }

    /// ssh itself failed (it exits with 255), or what it ran at the other end.
    static func remote(_ host: String, _ exit: Exit, says text: String) -> Failure {
        let last = text.split(whereSeparator: \.isNewline).last.map(String.init) ?? "it ended with \(exit)"
        if exit == .code(255) {
            // Beside a screen, or to connect again, ssh may not ask.
            let isAsked = ["Permission denied", "Host key verification failed"].contains { last.contains($0) }
            let next = "try by hand: ssh \(host) true"
            return Failure(
                .remoteFailed, "\(host) cannot be reached", why: last,
                next: isAsked ? next + "; if it asks for something there, use ssh-add, or one --host alone" : next)
        }
        if exit == .code(127) || text.contains("od: bridge:") {
            return Failure(
                .remoteFailed, "there is no OpenDaemon on \(host)", why: last,
                next: "install it there, so that this works: ssh \(host) od version")
        }
        if text.contains("OD1001") {
            return Failure(
                .versionMismatch, "od on \(host) is too old", why: last, next: "install this version there")
        }
        return Failure(
            .remoteFailed, "od bridge failed on \(host)", why: last, next: "try there: ssh \(host) od daemon status")
    }
}
