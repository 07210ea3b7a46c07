import Core

/// What the link may do with a call whose connection broke before the answer came.
struct CallRule: Hashable, Sendable {
    enum Retry: Hashable, Sendable {
        /// Asking twice does what asking once does: questions, and wishes about a state (`stop` of what is stopped).
        case again
        /// It would happen twice but for its key: it is sent again to engines that know keys, from one that did too.
        case byKey
        /// It may have happened already, and would happen twice.
        case never
        /// As `again`; and when no daemon is left, that is what was asked for.
        case untilGone
    }

    var retry: Retry
    /// The answer waits for processes to start or end: it may take as long as they do, while the engine lives.
    var waitsForProcesses: Bool

    /// Milliseconds after which a call without a deadline of its own fails; nil: it waits while the engine lives.
    var usualLimit: Int? { waitsForProcesses ? nil : Defaults.answerDeadline }

    /// The rule of a method, by name. A method that is not listed is a question.
    static func of(_ method: String) -> CallRule {
        rules[method] ?? CallRule(retry: .again, waitsForProcesses: false)
    }

    private static let rules: [String: CallRule] = [
        Methods.start.name: CallRule(retry: .again, waitsForProcesses: true),
        Methods.apply.name: CallRule(retry: .again, waitsForProcesses: true),
        Methods.stop.name: CallRule(retry: .again, waitsForProcesses: true),
        Methods.delete.name: CallRule(retry: .byKey, waitsForProcesses: true),
        Methods.resume.name: CallRule(retry: .again, waitsForProcesses: true),
        Methods.restart.name: CallRule(retry: .byKey, waitsForProcesses: true),
        Methods.shutdown.name: CallRule(retry: .untilGone, waitsForProcesses: true),
        Methods.restartDaemon.name: CallRule(retry: .never, waitsForProcesses: false),
        Methods.hello.name: CallRule(retry: .never, waitsForProcesses: false),
    ]
}
