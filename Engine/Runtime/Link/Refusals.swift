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
        refusal(noMethod, "there is no method \(name)", why: "this engine does not have it; its version may be older")
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

extension Failure {
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

    static func clientVersion(_ theirs: Int) -> Failure {
        Failure(
            .versionMismatch, "client and engine do not fit",
            why: "the client speaks version \(theirs) of the protocol, the engine version \(HelloRequest.version)",
            next: "use an od of the engine's version, or restart the engine: od daemon stop, then od daemon start")
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

    static func tooManyStreams(_ count: Int) -> Failure {
        Failure(
            .protocolError, "the log stream was not opened", why: "this client has \(count) open",
            next: "end some of them first")
    }
}
