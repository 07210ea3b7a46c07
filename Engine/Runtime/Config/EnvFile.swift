package import Core

/// A file of variables that a config names with `envFile`.
package struct EnvFileReference: Hashable, Sendable {
    /// As written: relative paths start at the config's folder.
    package var path: String
    /// Whether it is a mistake when it does not exist.
    package var isRequired: Bool

    package init(path: String, isRequired: Bool = true) {
        self.path = path
        self.isRequired = isRequired
    }

    /// Files that one app may name.
    static let most = 64
}

/// Files of variables as docker, node and ruby agree on them.
///
/// `NAME=value`, one a line; `export ` before it is allowed; `#` begins a comment at the start of a line and after a
/// blank. A value in single quotes is taken as it is; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are read.
/// Both may go over several lines. Nothing is replaced: no `$NAME`, no `$(command)`.
package enum EnvFile {
    /// A variable, and the line where it stands, from 1.
    package struct Variable: Hashable, Sendable {
        package var name: String
        package var value: String
        package var line: Int
    }

    /// The variables of a text; the last of a name holds. Throws all mistakes of the file (OD2007).
    package static func parse(_ text: String, shown: String) throws(Failure) -> [Variable] {
        var parser = EnvParser(text)
        parser.run()
        guard parser.problems.isEmpty else { throw Failure(parser.problems, file: shown) }
        return parser.variables
    }

    /// Reads a file. Throws OD2006 when it is required and cannot be read, OD2007 for what is no file of variables.
    static func load(_ file: EnvFileReference, in directory: String) throws(Failure) -> [Variable] {
        let path = FilePath.absolute(file.path, in: directory)
        guard let kind = FilePath.kind(of: path) else {
            guard file.isRequired else { return [] }
            throw Failure(
                .envFileMissing, "there is no ‘\(file.path)’", why: "‘envFile’ names it: \(path)",
                next: "make it, or write \(file.path)? when it may be missing")
        }
        guard kind == .file, let bytes = FilePath.read(path, limit: ConfigLimits.bytes + 1),
            bytes.count <= ConfigLimits.bytes
        else {
            throw Failure(
                .envFileMissing, "‘\(file.path)’ cannot be read",
                why: kind == .file
                    ? "this user may not read \(path), or it is longer than 1 MB" : "\(path) is no regular file",
                next: "check the name and the permissions")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return try parse(
            text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text, shown: file.path)
    }
}

private struct EnvParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var line = 1
    private var lineStart = 0
    /// As they stand in the file; a name may come more than once.
    private var all: [EnvFile.Variable] = []
    private(set) var problems: [ConfigProblem] = []

    init(_ text: String) {
        scalars = Array(text.unicodeScalars.filter { $0 != "\r" })
    }

    /// The last of each name, in their order.
    var variables: [EnvFile.Variable] {
        var seen: Set<String> = []
        return all.reversed().filter { seen.insert($0.name).inserted }.reversed()
    }

    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    private var mark: ConfigMark { ConfigMark(line: line, column: index - lineStart + 1) }

    private mutating func advance() {
        if scalars[index] == "\n" {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    private mutating func skipBlanks() {
        while peek == " " || peek == "\t" { advance() }
    }

    private mutating func skipLine() {
        while peek != nil, peek != "\n" { advance() }
    }

    mutating func run() {
        while peek != nil {
            skipBlanks()
            if peek == "\n" {
                advance()
            } else if peek == "#" {
                skipLine()
            } else if peek != nil {
                assignment()
            }
        }
    }

    private mutating func assignment() {
        let start = mark
        var name = word()
        if name == "export", peek == " " || peek == "\t" {
            skipBlanks()
            name = word()
        }
        skipBlanks()
        guard peek == "=" else { return fail("expected NAME=VALUE", at: start) }
        guard AppEnvironment.isName(name) else {
            return fail("‘\(name.prefix(40))’ is no name of a variable: letters, digits and ‘_’", at: start)
        }
        advance()
        skipBlanks()
        guard let value = peek == "\"" || peek == "'" ? quoted() : bare() else { return }
        guard !value.utf8.contains(0) else { return fail("a NUL character in the value", at: start) }
        all.append(EnvFile.Variable(name: name, value: value, line: start.line))
    }

    private mutating func word() -> String {
        let first = index
        while let c = peek, !" \t\n=".unicodeScalars.contains(c) { advance() }
        return String(String.UnicodeScalarView(scalars[first..<index]))
    }

    private mutating func fail(_ message: String, at mark: ConfigMark) {
        problems.append(ConfigProblem(.envFileSyntax, at: mark, message))
        skipLine()
    }

    /// Up to the end of the line, or to a comment after a blank.
    private mutating func bare() -> String {
        var text = String.UnicodeScalarView()
        while let c = peek, c != "\n" {
            if c == "#", text.last.map({ $0 == " " || $0 == "\t" }) ?? true { break }
            text.append(c)
            advance()
        }
        skipLine()
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// Between quotes; nothing but a comment may follow them.
    private mutating func quoted() -> String? {
        let start = mark
        let quote = scalars[index]
        advance()
        var text = String.UnicodeScalarView()
        while let c = peek, c != quote {
            advance()
            if c == "\\", quote == "\"", let next = peek, let plain = Self.escapes[next] {
                text.append(plain)
                advance()
            } else {
                text.append(c)
            }
        }
        guard peek == quote else {
            fail("this quote is not closed", at: start)
            return nil
        }
        advance()
        skipBlanks()
        guard peek == nil || peek == "\n" || peek == "#" else {
            fail("expected the end of the line after the closing quote", at: mark)
            return nil
        }
        skipLine()
        return String(text)
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "n": "\n", "r": "\r", "t": "\t", "\"": "\"", "\\": "\\", "$": "$",
    ]
}
