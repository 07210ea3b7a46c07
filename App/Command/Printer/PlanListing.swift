internal import Core
internal import Themes
internal import Widgets

/// What a config changes, as text.
enum PlanListing {
    /// ```
    /// - shop/old
    /// + shop/mailer
    /// ~ shop/api  restarts
    ///     env.PORT  3000 -> 3001
    ///   shop/web
    /// ```
    static func text(_ changes: [AppChange], colour: Bool) -> String {
        if changes.allSatisfy({ $0.change == .same }) { return "nothing differs\n" }
        return changes.map { change in
            let label = Text.sanitize("\(change.namespace)/\(change.name)")
            let (sign, style): (String, Style) =
                switch change.change {
                case .added: ("+", Style(.success))
                case .removed: ("-", Style(.error))
                case .changed: ("~", Style(.warning))
                case .same: (" ", Style(.dim))
                }
            let effect = change.change == .changed ? "  " + effect(change) : ""
            let head = Paint.text("\(sign) \(label)", style, colour) + Paint.text(effect, Style(.dim), colour) + "\n"
            return head + change.fields.map { "    \(line($0))\n" }.joined()
        }.joined()
    }

    /// One line for each app that was changed: `  api is restarted: env.PORT 3000 -> 3001`.
    static func reasons(_ changes: [AppChange], colour: Bool) -> String {
        changes.filter { $0.change == .changed && !$0.fields.isEmpty }.map { change in
            let shown = change.fields.prefix(most).map(line).joined(separator: ", ")
            let rest = change.fields.count > most ? " and \(change.fields.count - most) more" : ""
            let text = "  \(Text.sanitize(change.name)) \(effect(change)): \(shown)\(rest)\n"
            return Paint.text(text, Style(.dim), colour)
        }.joined()
    }

    /// Keys of which the value is a number of bytes.
    private static let sizes: Set<String> = ["maxMemory", "logRotation.maxSize", "logRotation.maxTotal"]

    /// Fields in one line of reasons.
    private static let most = 4
    /// Characters of a value that are shown.
    private static let longest = 60

    private static func effect(_ change: AppChange) -> String {
        change.restarts ? "restarts" : "goes on"
    }

    private static func line(_ field: FieldChange) -> String {
        let key = Text.sanitize(field.key)
        func value(_ text: String) -> String {
            guard sizes.contains(field.key), let bytes = UInt64(text) else { return Self.value(text) }
            return Format.bytes(bytes)
        }
        switch (field.old, field.new) {
        case (let old?, let new?): return "\(key) \(value(old)) → \(value(new))"
        case (nil, let new?): return "\(key) is new: \(value(new))"
        case (let old?, nil): return "\(key) is gone: \(value(old))"
        case (nil, nil): return key
        }
    }

    private static func value(_ text: String) -> String {
        let clean = Text.sanitize(text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "⏎"))
        if clean.isEmpty { return "(empty)" }
        return clean.count > longest ? clean.prefix(longest) + "…" : clean
    }
}
