internal import Core
import Glibc

/// Which node runs which process: each node is asked once.
package struct NodeVersions: Sendable {
    /// By program; nil for one that does not say.
    private var known: [String: String?] = [:]
    /// Milliseconds for an answer, and its bytes.
    private static let patience = 2000
    private static let limit = 64

    package init() {}

    /// `22.4.1`; nil for what is no node, and for a process that cannot be looked at. Blocks.
    ///
    /// - Parameter interpreter: what runs the script of the process.
    package mutating func version(of pid: Int32, _ interpreter: String?) -> String? {
        guard interpreter == "node" || interpreter == "nodejs", let program = Self.program(of: pid),
            FilePath.name(of: program).hasPrefix("node")
        else { return nil }
        if let version = known[program] { return version }
        let version = Self.ask(program)
        known[program] = version
        return version
    }

    private static func program(of pid: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/\(pid)/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return FilePath.isExecutable(path) ? path : nil
    }

    private static func ask(_ program: String) -> String? {
        let script = "require('fs').writeSync(3, process.versions.node)"
        let run = ScriptRun(words: [program, "-e", script], patience: patience, limit: limit)
        guard case .ended(let bytes, .code(0)) = run.run() else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let isVersion = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-+".contains($0)) }
        return isVersion && !text.isEmpty ? text : nil
    }
}
