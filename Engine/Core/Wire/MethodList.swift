/// A method without its types, for lists and documentation.
package protocol DescribedMethod: Sendable {
    var name: String { get }
    var summary: String { get }
    var changes: Bool { get }
    /// What JSON its params are.
    func params() throws -> Schema
    /// What JSON its result is.
    func result() throws -> Schema
}

extension Method: DescribedMethod {
    /// Shape of the params and of the result.
    package func params() throws -> Schema { try Schema(of: Params.self) }
    package func result() throws -> Schema { try Schema(of: Result.self) }
}

extension Methods {
    /// All of them, in the order of the documentation. A test holds it against the engine's table and this file's
    /// neighbour.
    package static let all: [any DescribedMethod] = [
        hello, status, ping, shutdown, detach, restartDaemon, resume, start, apply, diff, stop, restart, reload, scale,
        reset, delete, signal, send, list, info, graph, definition, change, save, resurrect, environment, files,
        machine, why, subscribe, unsubscribe, events, fleetAt, metrics, plugins, plugin, enablePlugin, disablePlugin,
        logStream, logStop, logList, logFlush,
    ]
}
