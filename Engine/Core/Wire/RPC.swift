// JSON-RPC 2.0 envelopes (https://www.jsonrpc.org/specification). The engine decodes `RPCHead` first and the typed
// request after it has found the method.

/// What every request has: enough to route it.
public struct RPCHead: Hashable, Sendable, Codable {
    public var jsonrpc: String
    /// nil in a notification.
    public var id: UInt64?
    public var method: String
    /// Milliseconds that the client waits from now on; nil: as long as it takes. Ours, since version 2.
    public var deadline: Int?
    /// Names the wish of a request that changes something: the engine does it once, however often it is sent. At most
    /// `maxKey` bytes. Ours, since version 2.
    public var key: String?

    /// Longest `key`, bytes.
    public static let maxKey = 64

    public init(id: UInt64?, method: String, deadline: Int? = nil, key: String? = nil) {
        jsonrpc = "2.0"
        self.id = id
        self.method = method
        self.deadline = deadline
        self.key = key
    }
}

/// A request of JSON-RPC 2.0, or a notification: that has no id, and no answer.
public struct RPCRequest<Params: Codable & Sendable>: Sendable, Codable {
    public var jsonrpc = "2.0"
    public var id: UInt64?
    public var method: String
    public var params: Params
    /// See `RPCHead`.
    public var deadline: Int?
    /// See `RPCHead`.
    public var key: String?

    public init(id: UInt64?, method: String, params: Params, deadline: Int? = nil, key: String? = nil) {
        self.id = id
        self.method = method
        self.params = params
        self.deadline = deadline
        self.key = key
    }
}

/// Exactly one of `result` and `error` is set.
public struct RPCResponse<Result: Codable & Sendable>: Sendable, Codable {
    public var jsonrpc = "2.0"
    public var id: UInt64?
    public var result: Result?
    public var error: RPCError?

    public init(id: UInt64?, result: Result) {
        self.id = id
        self.result = result
    }

    public init(id: UInt64?, error: RPCError) {
        self.id = id
        self.error = error
    }
}

/// An error of JSON-RPC 2.0; `data` says it for people.
public struct RPCError: Hashable, Sendable, Codable {
    /// -32700 parse error, -32601 no such method, -32602 bad params, -32000 a `Failure`.
    public var code: Int
    public var message: String
    public var data: Failure?

    public init(code: Int, message: String, data: Failure?) {
        self.code = code
        self.message = message
        self.data = data
    }

    public init(_ failure: Failure) {
        self.init(code: -32000, message: failure.what, data: failure)
    }
}

/// Params or result of a method that has none.
public struct Nothing: Hashable, Sendable, Codable {
    public init() {}
}
