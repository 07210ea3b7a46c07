internal import ArgumentParser
internal import Core

/// What the parser says of a command line that it does not understand, with what people can do about it.
enum ParserWords {
    /// - Parameters:
    ///   - message: in the parser's words.
    ///   - verb: nil when there is none.
    static func failure(_ message: String, verb: String?) -> Failure {
        let help = verb.map { "od help \($0)" } ?? "od help"
        let what = verb.map { "‘od \($0)’ cannot be understood" } ?? "this cannot be understood"
        if let option = word(in: message, behind: "Unknown option '"), let verb,
            let known = PM2Words.counterpart(of: option, verb: verb)
        {
            return Failure(.usage, what, why: "\(option) is PM2's: \(known.why)", next: known.next)
        }
        // Only numbers have no words of their own.
        let isNumber =
            message.hasPrefix("The value '") && message.hasSuffix("'") && message.contains("is invalid for '")
        let hint = verb == Start._commandName ? "; options of the program itself stand behind --" : ""
        return Failure(
            .usage, what, why: message + (isNumber ? ": expected a whole number, like 20" : ""), next: help + hint)
    }

    private static func word(in message: String, behind begin: String) -> String? {
        guard message.hasPrefix(begin) else { return nil }
        let word = message.dropFirst(begin.count).prefix { $0 != "'" }
        return word.isEmpty ? nil : String(word)
    }
}

extension PM2Words {
    /// What a flag of PM2 is here, at a verb that does not take it; nil for what is no flag of PM2.
    static func counterpart(of option: String, verb: String) -> (why: String, next: String)? {
        let name = String(option.prefix { $0 != "=" })
        guard let flag = (elsewhere + flags).first(where: { $0.names.contains(name) }) else { return nil }
        let note = flag.note.isEmpty ? "" : ": \(flag.note)"
        return switch flag.meaning {
        case .flag(let ours): ("it is called \(ours) here", "od \(verb) … \(ours), where od help \(verb) has it")
        case .key(let key): ("it sets ‘\(key)’ of an app", "od set NAME \(key)=VALUE, or od start … --set \(key)=VALUE")
        case .sets(let key, let value):
            ("it sets ‘\(key)’ of an app", "od set NAME \(key)=\(value), or od start … --set \(key)=\(value)")
        case .idle, .idleValue: ("od does so anyway\(note)", "leave it out")
        case .absent: (flag.note.isEmpty ? "od does not have it" : flag.note, "od help pm2 shows what is what")
        }
    }
}
