/// Whose figures a series has, as it is called in the store: `shop/api#0`. An app that is deleted and comes back goes
/// on with its own.
package struct MetricName: Hashable, Sendable, Comparable {
    /// The machine, and its load in place of CPU time.
    package static let host = MetricName(text: "host")
    package static let load = MetricName(text: "load")

    package let text: String

    package init(text: String) { self.text = text }

    package init(namespace: String, name: String, instance: Int) {
        text = "\(namespace)/\(name)#\(instance)"
    }

    package init(_ process: InstanceInfo) {
        self.init(namespace: process.namespace, name: process.name, instance: process.instance)
    }

    /// Project, app and number; nil for the machine. Neither names of projects nor of apps have `/` or `#`.
    package var parts: (namespace: String, name: String, instance: Int)? {
        guard let slash = text.firstIndex(of: "/"), let hash = text.lastIndex(of: "#"), slash < hash,
            let number = Int(text[text.index(after: hash)...])
        else { return nil }
        return (String(text[..<slash]), String(text[text.index(after: slash)..<hash]), number)
    }

    /// What is known of an instance of which only figures are left: enough to see whether a target means it.
    package var trace: InstanceInfo? {
        parts.map {
            InstanceInfo(id: -1, name: $0.name, instance: $0.instance, namespace: $0.namespace, status: .stopped)
        }
    }

    package static func < (a: MetricName, b: MetricName) -> Bool { a.text < b.text }
}
