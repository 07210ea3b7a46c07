/// The old log files of all apps together (`daemon.status`), and the limit for them.
public struct OldLogs: Hashable, Sendable, Codable {
    /// Bytes that they may have; 0: any number.
    public var limit: Int
    /// Bytes that they have; nil before the first look.
    public var bytes: Int?
    /// Files that were removed because of the limit since the engine started, and their bytes.
    public var removedFiles: Int
    public var removedBytes: Int

    public init(limit: Int, bytes: Int? = nil, removedFiles: Int = 0, removedBytes: Int = 0) {
        self.limit = limit
        self.bytes = bytes
        self.removedFiles = removedFiles
        self.removedBytes = removedBytes
    }
}
