/// Whom a command means, as people write it.
public enum Target: Hashable, Sendable {
    case all
    case id(Int)
    /// `api`, `shop/api`; with a number, `api#2`.
    case name(namespace: String?, name: String, instance: Int?)
    /// `/^api/`, matched against names.
    case pattern(String)
    /// The apps that came from a config file: its absolute path. Such a file has a dot in its name, or is a Procfile.
    case file(String)

    /// Reads `all`, `3`, `api`, `shop/api`, `api#2`, `/regex/`, `/srv/shop/opendaemon.config.yaml`.
    public init(_ text: String) throws(Failure) {
        if text == "all" {
            self = .all
        } else if let id = Int(text), id >= 0 {
            self = .id(id)
        } else if text.count > 2, text.hasPrefix("/"), text.hasSuffix("/") {
            self = .pattern(String(text.dropFirst().dropLast()))
        } else if text.hasPrefix("/"), !text.hasSuffix("/"), let name = text.split(separator: "/").last,
            name.contains(".") || name == "Procfile"
        {
            self = .file(text)
        } else {
            self = try Self.named(text)
        }
    }

    private static func named(_ text: String) throws(Failure) -> Target {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let last = (parts.last ?? "").split(separator: "#", omittingEmptySubsequences: false)
        let number = last.count == 2 ? Int(last[1]) : nil
        guard (1...2).contains(parts.count), last.count == 1 || number.map({ $0 >= 0 }) == true,
            AppName.isValid(String(last[0])), parts.count == 1 || AppName.isValid(String(parts[0]))
        else {
            throw Failure(
                .noSuchTarget, "‘\(text)’ names no process",
                why:
                    "a target is a name, namespace/name, name#instance, an id, a namespace, a config file, /regex/ or all",
                next: "od list shows the names")
        }
        return .name(namespace: parts.count == 2 ? String(parts[0]) : nil, name: String(last[0]), instance: number)
    }
}

/// The rules for names of apps and namespaces.
public enum AppName {
    public static let maxLength = 128

    /// `[A-Za-z][A-Za-z0-9._-]*`, not `all`, at most `maxLength` bytes.
    public static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first), name != "all", name.utf8.count <= maxLength else {
            return false
        }
        return name.utf8.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
