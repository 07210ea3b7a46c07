/// Params of `process.env`.
public struct EnvironmentRequest: Hashable, Sendable, Codable {
    public var targets: [String]
    /// Send secret values too; else they stay with the engine.
    public var show: Bool

    public init(targets: [String], show: Bool = false) {
        self.targets = targets
        self.show = show
    }
}

/// The environment that a run of an instance has, or the next one will have.
public struct ProcessEnvironment: Hashable, Sendable, Codable {
    /// One variable, and where it comes from.
    public struct Variable: Hashable, Sendable, Codable {
        public var name: String
        /// nil: it is secret, and was not asked for.
        public var value: String?
        public var source: VariableSource
        /// Where it stands: `shop.yaml:12`, `.env:3`; nil when the source has no lines.
        public var place: String?
        /// Its name or its value says that it is secret.
        public var secret: Bool

        public init(name: String, value: String?, source: VariableSource, secret: Bool, place: String? = nil) {
            self.name = name
            self.place = place
            self.value = value
            self.source = source
            self.secret = secret
        }
    }

    /// The instance's id.
    public var id: Int
    public var name: String
    public var instance: Int
    public var namespace: String
    /// By name.
    public var variables: [Variable]

    public init(id: Int, name: String, instance: Int, namespace: String, variables: [Variable]) {
        self.id = id
        self.name = name
        self.instance = instance
        self.namespace = namespace
        self.variables = variables
    }
}
