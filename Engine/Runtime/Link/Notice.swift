import Core
import NIOCore

/// A notification as a frame, encoded once for all who get it.
struct Notice: Sendable {
    enum Kind: Hashable, Sendable {
        /// Numbered: a client sees when one is missing.
        case event
        /// Only the latest counts.
        case metrics
    }

    let kind: Kind
    let frame: ByteBuffer

    /// nil for what JSON cannot say (a number that is none).
    init?(_ event: FleetEvent) {
        self.init(.event, Notifications.event, event)
    }

    init?(_ metrics: FleetMetrics) {
        self.init(.metrics, Notifications.metric, metrics)
    }

    private init?<P: Codable & Sendable>(_ kind: Kind, _ name: String, _ params: P) {
        guard let frame = try? Answer.frame(.notification, RPCRequest(id: nil, method: name, params: params)) else {
            return nil
        }
        self.kind = kind
        self.frame = frame
    }
}
