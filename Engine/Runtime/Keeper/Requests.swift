import CKernel
import Core

/// What the engine has asked of the keeper and has no answer to: after the death of a keeper its successor is asked
/// again, in the order of the numbers. All of it may be asked twice: a spawn is known by its run, a stored descriptor
/// by its key.
struct Requests: Sendable {
    /// One request. Its descriptors are ours and stay open until it is answered.
    enum Request: Sendable {
        /// The body of an OD_SPAWN, and what is attached to it.
        case spawn(RunID, body: [UInt8], [Descriptor])
        /// To the tree of a run, which is looked up when it is sent: another keeper has it in another slot.
        /// `first`: to its first process only.
        case signal(RunID, Int32, first: Bool = false)
        case store(key: UInt64, Descriptor)
        /// The body of an OD_ADOPT, and the streams, or none.
        case adopt(RunID, body: [UInt8], [Descriptor])

        /// The run that a spawn or an adoption is about.
        var begins: RunID? {
            switch self {
            case .spawn(let id, _, _), .adopt(let id, _, _): id
            case .signal, .store: nil
            }
        }
    }

    /// More than a keeper can hold of runs and descriptors together; beyond it a spawn fails, and other requests are sent
    /// without being remembered.
    static let most = 4 * Int(OD_SLOTS_MAX)

    private var waiting: [UInt64: Request] = [:]
    private(set) var last: UInt64 = 0

    var isFull: Bool { waiting.count >= Self.most }
    var isEmpty: Bool { waiting.isEmpty }

    /// The number for the next request, which is remembered if there is room.
    mutating func add(_ request: Request) -> UInt64 {
        last += 1
        if !isFull { waiting[last] = request }
        return last
    }

    /// A number for a request that is not to be repeated.
    mutating func number() -> UInt64 {
        last += 1
        return last
    }

    /// The answer to a request has come, or it is not wanted any more.
    @discardableResult mutating func remove(_ number: UInt64) -> Request? { waiting.removeValue(forKey: number) }

    /// A list of the keeper has shown what became of a run: whether somebody waited for its spawn or adoption.
    mutating func remove(beginning id: RunID) -> Bool {
        let numbers = waiting.filter { $0.value.begins == id }.keys
        for number in numbers { waiting[number] = nil }
        return !numbers.isEmpty
    }

    /// Runs whose spawn is not answered.
    var spawns: Set<RunID> {
        Set(
            waiting.values.compactMap { request in
                if case .spawn(let id, _, _) = request { id } else { nil }
            })
    }

    /// What is unanswered up to a number, oldest first.
    func unanswered(upTo number: UInt64) -> [(number: UInt64, request: Request)] {
        waiting.filter { $0.key <= number }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
