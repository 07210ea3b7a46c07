import Core

/// A dialog. The choice that changes nothing is marked first, so that Enter alone never destroys.
package struct Question: Hashable, Sendable {
    /// What is to be done, and to which instances.
    package enum Subject: Hashable, Sendable {
        case stop([InstanceName])
        /// The marked ones.
        case start([InstanceName])
        /// Several at once.
        case restartAll([InstanceName])
        case delete([InstanceName])
        case reload([InstanceName])
        case signal(Int32, [InstanceName])
        case flush([InstanceName])
        /// Something is to be done while the past is shown, to what is highlighted there.
        case present(Chooser.Deed, Aim)
        /// The engine was started for this dashboard and apps run: what becomes of them?
        case leave
    }

    /// What can be answered.
    package enum Choice: Hashable, Sendable {
        case cancel, confirm, detach, stopAll
    }

    package let subject: Subject
    package var marked = 0

    package init(_ subject: Subject) {
        self.subject = subject
    }

    package var choices: [Choice] {
        switch subject {
        case .stop, .start, .restartAll, .delete, .reload, .signal, .flush, .present: [.cancel, .confirm]
        case .leave: [.cancel, .detach, .stopAll]
        }
    }

    /// The letter that takes a choice at once, and its words.
    package func label(of choice: Choice) -> (key: Character, text: String) {
        switch (choice, subject) {
        case (.cancel, .leave): ("c", "cancel")
        case (.cancel, _): ("n", "no")
        case (.confirm, .stop): ("y", "yes, stop")
        case (.confirm, .start): ("y", "yes, start")
        case (.confirm, .restartAll): ("y", "yes, restart")
        case (.confirm, .reload): ("y", "yes, reload")
        case (.confirm, .signal): ("y", "yes, send")
        case (.confirm, .flush): ("y", "yes, empty")
        case (.confirm, .present): ("y", "yes, now")
        case (.confirm, _): ("y", "yes, delete")
        case (.detach, _): ("d", "detach: they go on")
        case (.stopAll, _): ("s", "stop all")
        }
    }

    /// The choice of a letter; `n` always cancels.
    func choice(for letter: Unicode.Scalar) -> Choice? {
        letter == "n" ? .cancel : choices.first { label(of: $0).key == Character(letter) }
    }

    mutating func mark(next: Bool) {
        marked = (marked + (next ? 1 : choices.count - 1)) % choices.count
    }
}
