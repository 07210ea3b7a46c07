/// What the processes of an instance have open (`process.files`), as far as the engine may look.
public struct ProcessFiles: Hashable, Sendable, Codable {
    /// A socket that waits for others.
    public struct Port: Hashable, Sendable, Codable {
        /// `tcp`, `tcp6`, `udp`, `udp6`
        public var transport: String
        /// `0.0.0.0`, `127.0.0.1`, `::1`
        public var address: String
        public var port: Int

        public init(transport: String, address: String, port: Int) {
            self.transport = transport
            self.address = address
            self.port = port
        }
    }

    /// The instance's id.
    public var id: Int
    public var name: String
    public var instance: Int
    public var namespace: String
    /// Processes of its tree; 0 when it does not run.
    public var processes: Int
    /// Those of another user, into which the engine cannot look.
    public var hidden: Int
    /// Descriptors of all of them: files, sockets, pipes.
    public var open: Int
    /// Descriptors that its main process may have at most; nil when that is not known.
    public var limit: Int?
    /// By port; at most `mostPorts`.
    public var ports: [Port]
    /// Paths of files, each once, in their order; at most `mostFiles`.
    public var files: [String]
    /// There are more ports, files or descriptors than were looked at.
    public var isCut: Bool

    public static let mostPorts = 64
    public static let mostFiles = 200

    public init(
        id: Int, name: String, instance: Int, namespace: String, processes: Int = 0, hidden: Int = 0, open: Int = 0,
        limit: Int? = nil, ports: [Port] = [], files: [String] = [], isCut: Bool = false
    ) {
        self.id = id
        self.name = name
        self.instance = instance
        self.namespace = namespace
        self.processes = processes
        self.hidden = hidden
        self.open = open
        self.limit = limit
        self.ports = ports
        self.files = files
        self.isCut = isCut
    }
}

/// How busy the machine is (`daemon.machine`). Figures of a time are since somebody asked last; nil the first time.
public struct MachineInfo: Hashable, Sendable, Codable {
    /// A file system on a disk.
    public struct Disk: Hashable, Sendable, Codable {
        /// Where it is mounted.
        public var path: String
        /// Bytes.
        public var used: UInt64
        public var total: UInt64
        /// What users can still write: the rest may be kept for root. Nil from a daemon that does not say.
        public var available: UInt64?
        /// Bytes a second; nil also where the kernel does not count.
        public var read: Double?
        public var written: Double?

        public init(
            path: String, used: UInt64, total: UInt64, available: UInt64? = nil, read: Double? = nil,
            written: Double? = nil
        ) {
            self.path = path
            self.used = used
            self.total = total
            self.available = available
            self.read = read
            self.written = written
        }
    }

    /// A network interface.
    public struct Interface: Hashable, Sendable, Codable {
        public var name: String
        /// Bytes since boot.
        public var received: UInt64
        public var sent: UInt64
        /// Bytes a second.
        public var receiving: Double?
        public var sending: Double?

        public init(
            name: String, received: UInt64, sent: UInt64, receiving: Double? = nil, sending: Double? = nil
        ) {
            self.name = name
            self.received = received
            self.sent = sent
            self.receiving = receiving
            self.sending = sending
        }
    }

    /// Percent of each core; empty the first time. At most `mostCores`.
    public var cores: [Double]
    /// Bytes.
    public var swapUsed: UInt64
    public var swapTotal: UInt64
    /// Bytes of files that the kernel keeps in memory and can let go.
    public var cached: UInt64
    /// By path; at most `mostDisks`, none of the network.
    public var disks: [Disk]
    /// By name, without the loopback; at most `mostInterfaces`.
    public var interfaces: [Interface]

    public static let mostCores = 256
    public static let mostDisks = 16
    public static let mostInterfaces = 16

    public init(
        cores: [Double] = [], swapUsed: UInt64 = 0, swapTotal: UInt64 = 0, cached: UInt64 = 0, disks: [Disk] = [],
        interfaces: [Interface] = []
    ) {
        self.cores = cores
        self.swapUsed = swapUsed
        self.swapTotal = swapTotal
        self.cached = cached
        self.disks = disks
        self.interfaces = interfaces
    }
}
