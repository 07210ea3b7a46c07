import Core
import Glibc

/// Where the kernel has put the core of a process, by /proc/sys/kernel/core_pattern (core(5)).
struct CoreDump: Sendable {
    /// A process that left a core.
    struct Subject: Hashable, Sendable {
        var pid: Int32
        var signal: Int32
        /// nil when only its name is known.
        var uid: UInt32?
        var cwd: String
        /// Seconds since 1970, at which it ended.
        var at: Int64
    }

    /// The text of core_pattern, and of core_uses_pid.
    let pattern: String
    let usesPid: Bool

    /// Files that are looked at in the folder of cores.
    private static let most = 4096
    /// Seconds that may lie between the end of a process and the last byte of its core.
    private static let patience: Int64 = 60

    init(pattern: String, usesPid: Bool) {
        self.pattern = String(pattern.prefix { $0 != "\n" })
        self.usesPid = usesPid
    }

    /// As this machine is set now; nil where it does not say.
    static var ofThisMachine: CoreDump? {
        guard let pattern = CgroupTree.text("/proc/sys/kernel/core_pattern") else { return nil }
        let usesPid = CgroupTree.text("/proc/sys/kernel/core_uses_pid")?.hasPrefix("1") == true
        return CoreDump(pattern: pattern, usesPid: usesPid)
    }

    /// The file with the core, the command that shows it, or the program that has taken it; nil when none was found.
    /// Blocks.
    func place(_ subject: Subject) -> String? {
        if pattern.hasPrefix("|") {
            let program = pattern.dropFirst().split(separator: " ").first.map(String.init) ?? ""
            return program.hasSuffix("/systemd-coredump") ? "coredumpctl info \(subject.pid)" : "given to \(program)"
        }
        let path = pattern.hasPrefix("/") ? pattern : "\(subject.cwd)/\(pattern)"
        guard let slash = path.lastIndex(of: "/"), !path[..<slash].contains("%") else { return nil }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        let pieces = pieces(path[path.index(after: slash)...], subject)
        return newest(in: folder, pieces, subject)
    }

    /// What is known of a name, between what is not: two pieces have something unknown between them.
    private func pieces(_ name: Substring, _ subject: Subject) -> [String] {
        var pieces = [""]
        var hasPid = false
        var rest = name[...]
        while let character = rest.popFirst() {
            guard character == "%", let kind = rest.popFirst() else {
                pieces[pieces.count - 1].append(character)
                continue
            }
            switch kind {
            case "%": pieces[pieces.count - 1] += "%"
            case "p":
                pieces[pieces.count - 1] += "\(subject.pid)"
                hasPid = true
            case "s": pieces[pieces.count - 1] += "\(subject.signal)"
            case "u" where subject.uid != nil: pieces[pieces.count - 1] += "\(subject.uid ?? 0)"
            default: pieces.append("")
            }
        }
        if usesPid, !hasPid { pieces[pieces.count - 1] += ".\(subject.pid)" }
        return pieces
    }

    /// The newest file that has such a name and was written when the process ended.
    private func newest(in folder: String, _ pieces: [String], _ subject: Subject) -> String? {
        var found: (path: String, at: Int64)?
        for name in (try? FilePath.names(in: folder, most: Self.most)) ?? [] where Self.matches(name, pieces) {
            let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            var facts = stat()
            guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size > 0 else { continue }
            let at = Int64(facts.st_mtim.tv_sec)
            // Its owner may have set any time.
            guard (subject.at - Self.patience...subject.at + Self.patience).contains(at), at >= found?.at ?? at else {
                continue
            }
            found = (path, at)
        }
        return found?.path
    }

    /// Whether a name begins with the first piece, ends with the last and has the others between, in their order.
    static func matches(_ name: String, _ pieces: [String]) -> Bool {
        guard let first = pieces.first, let last = pieces.last, name.hasPrefix(first) else { return false }
        if pieces.count == 1 { return name == first }
        var rest = name.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let range = rest.firstRange(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
