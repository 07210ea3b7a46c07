import Core
import NIOCore

/// Notifications as frames, encoded once for all who get them; nil for what JSON cannot say (a number that is none).
enum Notice {
    static func event(_ event: FleetEvent) -> ByteBuffer? { frame(Notifications.event, event) }

    static func item(_ item: EventItem) -> ByteBuffer? { frame(Notifications.item, item) }

    static func metrics(_ metrics: FleetMetrics) -> ByteBuffer? { frame(Notifications.metric, metrics) }

    private static func frame<P: Codable & Sendable>(_ name: String, _ params: P) -> ByteBuffer? {
        try? Answer.frame(.notification, RPCRequest(id: nil, method: name, params: params))
    }
}
