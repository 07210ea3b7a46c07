import Glibc

/// What is wrong, and where.
struct Violation: Equatable, CustomStringConvertible {
    let path: String
    /// 1-based; 0 when it is about the whole file.
    let line: Int
    let what: String

    var description: String { line > 0 ? "\(path):\(line): \(what)" : "\(path): \(what)" }
}

/// The walls that the compiler does not hold, as pure functions over one source file.
enum Rules {
    static let fileLines = 400
    static let functionLines = 70
    static let columns = 120

    /// Rooms by path, the longest first, and what they may import. `Testing` and `XCTest` never leave the tests.
    static let rooms: [(path: String, imports: Set<String>)] = [
        ("Engine/CKernel/", []),
        ("Engine/Core/", []),
        (
            "Engine/Client/",
            [
                "CKernel", "Core", "Crypto", "FoundationEssentials", "Glibc", "NIOCore", "NIOPosix", "Synchronization",
            ]
        ),
        (
            "Engine/Runtime/",
            [
                "CKernel", "CZlib", "Core", "Crypto", "FoundationEssentials", "GRDB", "Glibc", "NIOCore", "NIOPosix",
                "Synchronization",
                "Yams",
            ]
        ),
        ("Engine/Keeper/", ["CKernel"]),
        ("Themes/", []),
        ("Widgets/", ["Themes"]),
        ("App/Interface/", ["Core", "Themes", "Widgets"]),
        ("App/CNcurses/", []),
        ("App/Command/Main/", ["Command", "Glibc"]),
        (
            "App/Command/Terminal/",
            ["CKernel", "CNcurses", "Glibc", "Interface", "Synchronization", "Themes", "Widgets"]
        ),
        (
            "App/Command/",
            [
                "ArgumentParser", "CKernel", "Core", "Engine", "FoundationEssentials", "Glibc", "Interface",
                "OpenDaemon", "Synchronization", "Themes", "Widgets",
            ]
        ),
    ]

    static func imports(_ source: Source) -> [Violation] {
        guard source.language == .swift else { return [] }
        let allowed = rooms.first { source.path.hasPrefix($0.path) }?.imports
        return each(source) { line in
            guard let module = importedModule(line) else { return nil }
            if module == "Foundation" || module == "Dispatch" { return "imports \(module), which no room may" }
            guard let allowed, !allowed.contains(module) else { return nil }
            return "imports \(module), which this room may not"
        }
    }

    /// `NIOCore` of `package import NIOCore` and of `import struct NIOCore.ByteBuffer`.
    static func importedModule(_ line: String) -> String? {
        var words = line.split(separator: " ").drop { $0.hasPrefix("@") }
        if let first = words.first, ["public", "package", "internal", "fileprivate", "private"].contains(first) {
            words = words.dropFirst()
        }
        guard words.first == "import" else { return nil }
        words = words.dropFirst()
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias", "actor"]
        if let kind = words.first, kinds.contains(String(kind)) { words = words.dropFirst() }
        return words.first.map { String($0.prefix { $0 != "." }) }
    }

    static func lengths(_ source: Source) -> [Violation] {
        var result: [Violation] = []
        if source.lines.count > fileLines {
            let what = "\(source.lines.count) lines, more than \(fileLines)"
            result.append(Violation(path: source.path, line: 0, what: what))
        }
        for function in source.functions where function.length > functionLines {
            let what = "a function of \(function.length) lines, more than \(functionLines)"
            result.append(Violation(path: source.path, line: function.line, what: what))
        }
        return result
    }

    static func columns(_ source: Source) -> [Violation] {
        zip(1..., source.lines).filter { $0.1.count > columns }
            .map { Violation(path: source.path, line: $0.0, what: "\($0.1.count) columns, more than \(columns)") }
    }

    /// `public` is a promise to the users of the SDK, and made nowhere else.
    static func accessLevel(_ source: Source) -> [Violation] {
        let open = ["Engine/Core/Model/", "Engine/Core/Wire/", "Engine/Client/"]
        guard source.language == .swift, !open.contains(where: source.path.hasPrefix) else { return [] }
        return each(source) { line in
            Source.words(Array(line.utf8)).contains { $0.0 == "public" } ? "`public` outside of the SDK" : nil
        }
    }

    /// Calls that this house does not make, and why.
    static let calls = [
        ("fork(", "only the keeper starts processes"), ("vfork(", "only the keeper starts processes"),
        ("system(", "only the keeper starts processes"), ("popen(", "only the keeper starts processes"),
        ("DispatchQueue", "threads are named and ours"), ("DispatchSemaphore", "threads are named and ours"),
        ("try!", "an error has a way out"), ("as!", "a cast has a way out"),
    ]

    static func calls(_ source: Source) -> [Violation] {
        guard source.language == .swift else { return [] }
        return each(source) { line in
            calls.first { contains(line, $0.0) }.map { "\($0.0.filter { $0 != "(" }): \($0.1)" }
        }
    }

    /// `text` as a whole word that is no member of something else (but of `Glibc`).
    static func contains(_ line: String, _ text: String) -> Bool {
        // Few lines have it at all, which the C library says soonest.
        guard line.withCString({ strstr($0, text) != nil }) else { return false }
        let bytes = Array(line.utf8)
        let wanted = Array(text.utf8)
        return (0...bytes.count - wanted.count).contains { start in
            guard bytes[start..<start + wanted.count].elementsEqual(wanted) else { return false }
            guard start > 0 else { return true }
            if bytes[start - 1] == UInt8(ascii: ".") {
                return bytes[..<start].suffix(6).elementsEqual("Glibc.".utf8)
            }
            return !Source.isWord(bytes[start - 1])
        }
    }

    /// Where the compiler's checks are switched off: only in files that `AllowList` names, each with its reason beside.
    static func unchecked(_ source: Source, allowed: Set<String> = AllowList.unchecked) -> [Violation] {
        guard source.language == .swift else { return [] }
        return zip(1..., source.code).compactMap { number, line in
            guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") else { return nil }
            let around = source.lines[max(0, number - 6)..<number]
            if !around.contains(where: { $0.contains("//") }) {
                return Violation(path: source.path, line: number, what: "unchecked, and no comment names the lock")
            }
            return allowed.contains(source.path)
                ? nil : Violation(path: source.path, line: number, what: "unchecked, and not in the allow-list")
        }
    }

    private static func each(_ source: Source, _ check: (String) -> String?) -> [Violation] {
        zip(1..., source.code).compactMap { number, line in
            check(line).map { Violation(path: source.path, line: number, what: $0) }
        }
    }
}
