import Core

// What the server says to clients that ask for what cannot be.

extension RPCError {
    /// JSON-RPC's own codes.
    private static let notJSON = -32700
    private static let noRequest = -32600
    private static let noMethod = -32601
    private static let badParams = -32602

    static func notJSON(_ why: some Error) -> RPCError {
        refusal(notJSON, "the message is no JSON-RPC request", why: String(describing: why))
    }

    static func unknownMethod(_ name: String) -> RPCError {
        refusal(
            noMethod, "the engine does not know \(name)", why: "it is older than the client, or another program's word")
    }

    static func badParams(_ why: some Error) -> RPCError {
        refusal(badParams, "the params do not fit the method", why: String(describing: why))
    }

    static var helloFirst: RPCError {
        refusal(noRequest, "the first call of a connection is daemon.hello", why: "another one came first")
    }

    static var helloAgain: RPCError {
        refusal(noRequest, "daemon.hello is the first call of a connection", why: "it was said already")
    }

    static func malformed(_ why: some Error) -> RPCError {
        refusal(noRequest, "the bytes are no frame", why: String(describing: why))
    }

    static func unexpected(_ kind: Frame.Kind) -> RPCError {
        refusal(noRequest, "the frame is not for an engine", why: "clients send requests and heartbeats, not \(kind)s")
    }

    private static func refusal(_ code: Int, _ what: String, why: String) -> RPCError {
        let next = "check that client and engine have the same version: od daemon status"
        return RPCError(code: code, message: what, data: Failure(.protocolError, what, why: why, next: next))
    }
}

extension RPCError {
    static func badBatch(_ why: Batch.Refusal) -> RPCError {
        switch why {
        case .notAnArray: refusal(notJSON, "the message is no JSON-RPC request", why: "its array does not end")
        case .empty: refusal(noRequest, "the batch was not begun", why: "it is empty")
        case .tooLong(let limit):
            refusal(noRequest, "the batch was not begun", why: "it has more than \(limit) requests")
        }
    }

    static var keyTooLong: RPCError {
        refusal(badParams, "the request was not begun", why: "its key has more than \(RPCHead.maxKey) bytes")
    }
}

extension Failure {
    static func tooFast(again milliseconds: Int) -> Failure {
        Failure(
            .tooBusy, "the request was not begun",
            why: "this client asks more than \(Defaults.requestRate) times a second",
            next: "try again in \(max(1, milliseconds)) ms")
    }

    static func tooMuchWaits(_ bytes: Int) -> Failure {
        Failure(
            .tooBusy, "the answer was not sent", why: "\(bytes) bytes of answers wait to be read",
            next: "read them first, then ask again, or ask for less at a time")
    }

    static var crowded: Failure {
        Failure(
            .tooBusy, "the request was not taken", why: "the engine has its fill of large requests",
            next: "try again in a moment")
    }

    static var tooManyCommands: Failure {
        Failure(
            .tooBusy, "the command was not taken", why: "\(Defaults.waitingCommands) others wait",
            next: "try again in a moment; when it stays so, look for a hanging disk")
    }

    static var madeRoom: Failure {
        Failure(
            .tooBusy, "the connection was closed to make room", why: "it had not said hello, and others wait",
            next: "connect again")
    }

    static func deadline(_ method: String, begun: Bool) -> Failure {
        Failure(
            .engineSilent, "no answer to \(method) within its deadline",
            why: begun ? "it takes longer" : "it was not begun: others came before it",
            next: "allow more time, or look at the engine with: od daemon status")
    }

    static var lateFrame: Failure {
        Failure(
            .protocolError, "the message was not taken",
            why: "it was not whole after \(Defaults.frameDeadline) ms", next: "connect again")
    }

    static var tokenMissing: Failure {
        Failure(
            .tokenRefused, "this daemon asks for a token", why: "the client has not answered its challenge",
            next: "use od of this version as the daemon's own user, or set OD_AUTH_TOKEN_FILE")
    }

    static var tokenWrong: Failure {
        Failure(
            .tokenRefused, "the daemon did not accept the token", why: "it is another one",
            next: "set OD_AUTH_TOKEN_FILE to a copy of the home's auth-token")
    }

    static func tokenTries(again milliseconds: Int) -> Failure {
        Failure(
            .tokenRefused, "the token was not looked at", why: "there were too many wrong ones",
            next: "try again in \(max(1, milliseconds)) ms")
    }

    static func unexpected(_ error: some Error) -> Failure {
        error as? Failure
            ?? Failure(
                .bug, "the engine made a mistake", why: String(describing: error),
                next: "report it with this message; the apps go on running")
    }

    static func answerTooLong(_ bytes: Int) -> Failure {
        Failure(
            .protocolError, "the answer was not sent",
            why: "it has \(bytes) bytes, and a message at most \(Frame.maxPayload)",
            next: "ask for less at a time")
    }

    static func clientVersion(_ theirs: Int, newest: Int?) -> Failure {
        Failure(
            .versionMismatch, "client and engine do not fit",
            why: "the client speaks versions \(theirs) to \(newest ?? theirs) of the protocol, the engine "
                + "\(Versions.oldest) to \(Versions.newest)",
            next: "use an od of the engine's version, or replace the engine by yours: od daemon restart")
    }

    static var notAClient: Failure {
        Failure(
            .protocolError, "this is a socket of OpenDaemon", why: "the hello did not have its magic word",
            next: "use od, or the protocol that its documentation describes")
    }

    static func tooManyClients(_ count: Int) -> Failure {
        Failure(
            .connectionLost, "the engine takes no more clients", why: "\(count) are connected",
            next: "close some of them, then try again")
    }

    static var strangeUser: Failure {
        Failure(
            .foreignSocket, "this daemon belongs to another user", why: "only its own user and root may connect",
            next: "use a home of your own: od --home DIR")
    }

    static func tooManySubscriptions(_ count: Int) -> Failure {
        Failure(
            .protocolError, "the subscription was not made", why: "this client has \(count)",
            next: "end some of them first")
    }

    static func tooManyStreams(_ count: Int) -> Failure {
        Failure(
            .protocolError, "the log stream was not opened", why: "this client has \(count) open",
            next: "end some of them first")
    }
}
