package import Core

/// One mistake in a config file.
package struct ConfigProblem: Error, Hashable, Sendable {
    package var code: ErrorCode
    package var mark: ConfigMark
    /// `apps[0].instances`; empty for the file as a whole.
    package var path: String
    /// What is wrong and what was expected.
    package var message: String

    package init(_ code: ErrorCode, at mark: ConfigMark, path: String = "", _ message: String) {
        self.code = code
        self.mark = mark
        self.path = path
        self.message = message
    }

    /// `FILE:LINE:COLUMN: KEY: MESSAGE`, as editors and terminals make it clickable.
    package func line(file: String) -> String {
        (mark == .none ? "\(file): " : "\(file):\(mark): ") + (path.isEmpty ? message : "\(path): \(message)")
    }
}

extension Failure {
    /// Mistakes of one file that are told; more are counted.
    static let toldProblems = 100

    /// All mistakes of a file in one failure, in the order of the file; the code is that of the first.
    package init(_ problems: [ConfigProblem], file: String) {
        let sorted = problems.sorted { ($0.mark.line, $0.mark.column) < ($1.mark.line, $1.mark.column) }
        self.init(
            sorted.first?.code ?? .bug,
            sorted.count == 1 ? "‘\(file)’ has a mistake" : "‘\(file)’ has \(sorted.count) mistakes",
            why: sorted.prefix(Self.toldProblems).map { $0.line(file: file) }.joined(separator: "\n")
                + (sorted.count > Self.toldProblems ? "\nand \(sorted.count - Self.toldProblems) more" : ""),
            next: "correct the file; nothing was changed (od help config lists the keys)")
    }
}
