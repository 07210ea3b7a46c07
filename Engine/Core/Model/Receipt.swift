/// What was made of a command that a client had given a name: enough to answer it again without doing it again.
///
/// It is stored in the transaction of the command itself: an engine that comes after a `kill -9` knows it, or nothing
/// of the command happened.
package struct Receipt: Hashable, Sendable, Codable {
    /// The kind of its answer.
    package enum Kind: String, Hashable, Sendable, Codable {
        case processes, start, apply, reload
    }

    /// An instance that was to be restarted: done when it has a later run.
    package struct Promise: Hashable, Sendable, Codable {
        package var instance: UInt64
        package var run: UInt64

        package init(instance: UInt64, run: UInt64) {
            self.instance = instance
            self.run = run
        }
    }

    /// An instance that was to be deleted, as the answer names it afterwards.
    package struct Removed: Hashable, Sendable, Codable {
        package var instance: UInt64
        package var id: Int
        package var name: String
        package var number: Int
        package var namespace: String

        package init(instance: UInt64, id: Int, name: String, number: Int, namespace: String) {
            self.instance = instance
            self.id = id
            self.name = name
            self.number = number
            self.namespace = namespace
        }
    }

    /// The client's name for the command.
    package var key: String
    package var kind: Kind
    /// Keys of the instances that the answer shows.
    package var shown: [UInt64]
    package var promises: [Promise]
    package var removed: [Removed]
    package var unchanged: [String]
    package var changes: [String: ApplyResult.Change]

    package init(
        key: String, kind: Kind, shown: [UInt64], promises: [Promise] = [], removed: [Removed] = [],
        unchanged: [String] = [], changes: [String: ApplyResult.Change] = [:]
    ) {
        self.key = key
        self.kind = kind
        self.shown = shown
        self.promises = promises
        self.removed = removed
        self.unchanged = unchanged
        self.changes = changes
    }
}

/// The last receipts, bounded in number and in what they list: the oldest go first.
package struct Receipts: Hashable, Sendable {
    /// Instances that all of them may list.
    package static let maxListed = 65_536

    private var byKey: [String: Receipt] = [:]
    /// Oldest first.
    private var order: [String] = []
    private var listed = 0

    package init() {}

    /// nil for a command that was never taken, or too long ago.
    package subscript(key: String) -> Receipt? { byKey[key] }

    /// Oldest first.
    package var all: [Receipt] { order.compactMap { byKey[$0] } }

    /// Remembers a receipt; the oldest is forgotten when there are too many. A key that is there stays as it is.
    package mutating func add(_ receipt: Receipt) {
        guard byKey[receipt.key] == nil else { return }
        byKey[receipt.key] = receipt
        order.append(receipt.key)
        listed += receipt.shown.count
        while order.count > Defaults.receipts || (listed > Self.maxListed && order.count > 1) {
            listed -= byKey.removeValue(forKey: order.removeFirst())?.shown.count ?? 0
        }
    }
}
