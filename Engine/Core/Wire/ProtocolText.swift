/// The documentation of the client protocol, made from what server and SDK are made from: `od help protocol`.
package enum ProtocolText {
    /// Markdown.
    ///
    /// - Throws: when a type of a method cannot be described.
    package static func markdown() throws -> String {
        var types = try Schema(of: FleetEvent.self).named
        for schema in [
            try Schema(of: FleetMetrics.self), try Schema(of: EventItem.self), try Schema(of: RPCError.self),
        ] {
            types.merge(schema.named) { first, _ in first }
        }
        var methods: [String] = []
        for method in Methods.all {
            let (params, result) = (try method.params(), try method.result())
            for schema in [params, result] { types.merge(schema.named) { first, _ in first } }
            methods.append(text(method, params, result))
        }
        return [
            head, frames, versions, requests, limits, "## Methods", methods.joined(separator: "\n\n"), notifications,
            "## Types\n\nA field with `?` may be absent.",
            types.sorted { $0.key < $1.key }.map { "### \($0.key)\n\n\($0.value.markdown)" }.joined(separator: "\n\n"),
        ].joined(separator: "\n\n") + "\n"
    }

    private static let head = """
        # The client protocol

        Clients connect to the unix socket `od.sock` in the home (`$OD_HOME`, else `~/.opendaemon`). Only its own user \
        and root may. Over ssh, `od bridge` at the far end copies the same bytes between stdio and the socket.
        """

    private static let frames = """
        ## Frames

        type (1 byte), length of the payload (4 bytes, big endian), payload of at most \(Frame.maxPayload) bytes; \
        before `daemon.hello` is answered \(Frame.maxFirstPayload).

        | type | payload | from |
        |---|---|---|
        | 0x01 request | JSON-RPC 2.0, one request or a batch | client |
        | 0x02 response | JSON-RPC 2.0 | engine |
        | 0x03 notification | JSON-RPC 2.0 | engine |
        | 0x04 log | stream (4), process id (4), channel (1: stdout, 2: stderr), flags (1: 1 caught up, 2 last, \
        4 with a time, 8 words of od, 16 other files), offset in the log (8), with flag 4 milliseconds since 1970 (8), \
        all big endian, then bytes of the log | engine |
        | 0x05 heartbeat | empty, answered by an empty one; after hello | both |
        | 0x06 challenge | \(Token.nonceLength) random bytes | engine |
        | 0x07 challenge response | HMAC-SHA256(token, `\(String(decoding: Token.context, as: UTF8.self))` + the \
        challenge) | client |

        A challenge comes first when the home has a file `\(Token.fileName)` (mode 0600); at most one frame, the hello, \
        may be sent before it is answered. The token is the file without white space around it, \
        \(Token.lengths.lowerBound) to \(Token.lengths.upperBound) bytes.
        """

    private static let versions = """
        ## Versions

        This is version \(Versions.newest); version \(Versions.oldest) is understood too. The first call is \
        `daemon.hello`: the client says the oldest (`version`) and the newest version that it speaks, the engine \
        answers with the one that both speak from then on. Fields that are not known are ignored; a method that is not \
        known is answered with -32601.
        """

    private static let requests = """
        ## Requests

        Beside `jsonrpc`, `id` (a number), `method` and `params`, a request may have `deadline`, the milliseconds that \
        the client waits: later the engine answers with an error, and stops what only reads. A request that changes \
        something may have `key`, a text of at most \(RPCHead.maxKey) bytes that names the wish: one with a key that \
        the engine knows is not done again but answered, also by an engine that was started since. The last \
        \(Defaults.receipts) are known.

        Requests of one connection that change something are taken in the order in which they were sent; others may \
        overtake them. A batch is an array of at most \(Defaults.batchLength) requests, answered by one array when all \
        are done.

        Errors are JSON-RPC's: -32700 no JSON, -32600 no request, -32601 no such method, -32602 params that do not fit; \
        -32000 is a `Failure` of the engine. `data` always is a `Failure`.
        """

    private static let limits = """
        ## Limits

        | what | how much | then |
        |---|---|---|
        | connections | \(Defaults.clients) | the oldest that has not said hello goes, else the new one is refused |
        | of these through the door | \(Defaults.doorClients) | the same, among them |
        | hello | \(Defaults.helloDeadline / 1000) s | closed |
        | requests a second | \(Defaults.requestRate), \(Defaults.requestBurst) at once | OD5011 says when to try \
        again; after \(Defaults.refusalBurst) of these the client is not read from for a second |
        | unanswered requests of a client | \(Defaults.clientRequests) | it is not read from |
        | log streams of a client | \(Defaults.clientStreams) | an error |
        | answers that wait for a client, for all | \(Defaults.clientAnswers) bytes, \(Defaults.allAnswers) bytes | \
        OD5011 instead of the answer |
        | requests above 64 KB, of all clients | \(Defaults.allRequests) bytes | OD5011, closed |
        | a frame that has begun | \(Defaults.frameDeadline / 1000) s | closed |
        | a client that does not read | \(Defaults.readDeadline / 1000) s | closed, with a line in engine.log |
        | wrong tokens a second, of all | \(Defaults.tokenTries) | OD5012 without looking |
        """

    private static let notifications = """
        ## Notifications

        | name | params |
        |---|---|
        | `\(Notifications.event)` | `FleetEvent`; numbers rise by one, a gap means: subscribe again |
        | `\(Notifications.metric)` | `FleetMetrics` |
        | `\(Notifications.item)` | `EventItem`; to connections that subscribed with a number |
        """

    private static func text(_ method: any DescribedMethod, _ params: Schema, _ result: Schema) -> String {
        let order = method.changes ? "\n\nChanges something." : ""
        return """
            ### \(method.name)

            \(method.summary)

            Params: \(params.label). Result: \(result.label).\(order)
            """
    }
}
