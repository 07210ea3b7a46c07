internal import Core

/// What keeps an app from being started, gathered while it is resolved: everything is looked for, so that all is told
/// at once.
struct AppTroubles: Error, Sendable {
    private let name: String
    private let place: String?
    private let spots: ConfigSpots?
    private(set) var found: [(key: String?, failure: Failure)] = []

    init(of app: AppConfig, name: String) {
        self.name = name
        place = app.place
        spots = app.spots
    }

    var isEmpty: Bool { found.isEmpty }
    /// Of an app that cannot run here and keeps no other from it: its interpreter is not installed.
    var isInterpreterOnly: Bool { found.allSatisfy { $0.failure.code == .interpreterMissing } }

    mutating func add(_ key: String?, _ failure: Failure) {
        let isNamed = failure.code == .interpreterMissing && spots?.keys["interpreter"] != nil
        found.append((isNamed ? "interpreter" : key, failure))
    }

    /// The value, or nil and one more trouble of that key. What hangs on a key that could not be read is not looked for.
    ///
    /// - Parameter needs: the other keys that it hangs on.
    mutating func look<T>(_ key: String?, needs: [String] = [], _ body: () throws(Failure) -> T) -> T? {
        if let spots, !spots.unread.isDisjoint(with: needs + [key].compactMap { $0 }) { return nil }
        do throws(Failure) {
            return try body()
        } catch {
            add(key, error)
            return nil
        }
    }

    /// As mistakes of the file; nil for an app that stands in none.
    var problems: [ConfigProblem]? {
        spots.map { spots in
            found.map { spots.problem($0.failure.code, $0.key, "\($0.failure.what): \($0.failure.why)") }
        }
    }

    /// All of them in one: the only one as it is, with its place.
    var failure: Failure {
        guard found.count == 1, var failure = found.first?.failure else {
            if let spots, let problems { return Failure(problems, file: spots.file) }
            return Failure(
                found.first?.failure.code ?? .bug, "‘\(name)’ cannot be started, for \(found.count) reasons",
                why: found.map { "\($0.failure.what): \($0.failure.why)" }.joined(separator: "\n"),
                next: found.first?.failure.next ?? "")
        }
        let spot = spots.map { $0.problem(failure.code, found[0].key, failure.why).line(file: $0.file) }
        failure.why = spot ?? place.map { "\($0): \(failure.why)" } ?? failure.why
        return failure
    }
}
