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
        listed[method] ?? CallRule(retry: .again, waitsForProcesses: false)
    }

    /// Rules by the method's name: of all that change something, and of what must not be asked twice.
    static let listed: [String: CallRule] = [
        Methods.start.name: waits(.again),
        Methods.apply.name: waits(.again),
        Methods.stop.name: waits(.again),
        Methods.resume.name: waits(.again),
        Methods.resurrect.name: waits(.again),
        Methods.delete.name: waits(.byKey),
        Methods.restart.name: waits(.byKey),
        Methods.reload.name: waits(.byKey),
        Methods.scale.name: waits(.byKey),
        Methods.change.name: waits(.byKey),
        Methods.shutdown.name: waits(.untilGone),
        Methods.detach.name: answers(.again),
        Methods.reset.name: answers(.again),
        Methods.save.name: answers(.again),
        Methods.enablePlugin.name: answers(.again),
        Methods.disablePlugin.name: answers(.again),
        Methods.logFlush.name: answers(.again),
        Methods.signal.name: answers(.never),
        Methods.send.name: answers(.never),
        Methods.restartDaemon.name: answers(.never),
        Methods.hello.name: answers(.never),
    ]

    private static func waits(_ retry: Retry) -> CallRule { CallRule(retry: retry, waitsForProcesses: true) }
    private static func answers(_ retry: Retry) -> CallRule { CallRule(retry: retry, waitsForProcesses: false) }
}
