import Core
package import Widgets

/// A dialog with a line to type in.
package struct Form: Hashable, Sendable {
    /// What is asked for.
    package enum Purpose: Hashable, Sendable {
        case scale([AppName])
        case environment([AppName])
        case saveLog
    }

    package let purpose: Purpose
    package internal(set) var field: TextField
    /// Why what is typed was not taken.
    package internal(set) var mistake: String?

    init(_ purpose: Purpose, text: String = "") {
        self.purpose = purpose
        field = TextField(text)
    }
}

/// How many instances an app is to have.
package enum ScaleWish: Hashable, Sendable {
    case exactly(Int)
    /// More than now; fewer when negative.
    case more(Int)

    /// `4`, `+2`, `-1`; nil for what is none of these.
    package init?(_ text: String) {
        let text = text.filter { $0 != " " }
        guard let number = Int(text), number.magnitude <= Self.most else { return nil }
        self = text.hasPrefix("+") || text.hasPrefix("-") ? .more(number) : .exactly(number)
    }

    /// No machine has room for more; the engine's own bound is lower.
    private static let most = 100_000

    /// As `od scale` takes it.
    package var text: String {
        switch self {
        case .exactly(let number): "\(number)"
        case .more(let number): number < 0 ? "\(number)" : "+\(number)"
        }
    }

    /// Out of so many.
    func count(from before: Int) -> Int {
        switch self {
        case .exactly(let number): number
        case .more(let number): before + number
        }
    }
}

/// `NAME=VALUE`
struct Variable: Hashable, Sendable {
    var name: String
    var value: String

    /// nil for what sets nothing: names have letters, digits and underscores, and do not begin with a digit.
    init?(_ text: String) {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        name = String(text[..<sign])
        value = String(text[text.index(after: sign)...])
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first),
            name.unicodeScalars.allSatisfy({
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || ("0"..."9").contains($0))
            })
        else { return nil }
    }

    /// With stars in the place of a secret.
    var shown: String { "\(name)=" + (SecretVariable.isSecret(name, value) ? FieldChange.stars : value) }
}
