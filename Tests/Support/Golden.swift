import Glibc
package import Testing

/// Compares `text` with the golden file `Snapshots/<name>`; with `OD_RECORD=1` in the environment writes it instead.
/// A file that is missing is a failure: nothing is recorded by accident.
package func golden(_ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let problem = Snapshots.here.check(name, text, recording: getenv("OD_RECORD").map { String(cString: $0) } == "1")
    if let problem { Issue.record(Comment(rawValue: problem), sourceLocation: sourceLocation) }
}

/// The text of `Snapshots/<name>`, for files that are an input; nil when there is none.
package func goldenText(_ name: String) -> String? { Snapshots.here.text(name) }

/// A folder of golden files.
package struct Snapshots: Sendable {
    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// The `Snapshots` beside the `Tests` in which this file lies.
    package static let here = Snapshots(
        folder: #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Snapshots")

    /// Nil when the file says what `text` does, or was written; else what is wrong.
    package func check(_ name: String, _ text: String, recording: Bool) -> String? {
        let path = folder + "/" + name
        if recording { return write(text, to: path) ? nil : "cannot write golden file \(name)" }
        guard let wanted = read(path) else { return "no golden file \(name); OD_RECORD=1 writes it" }
        return wanted == text ? nil : "\(name) differs\n\(Self.difference(from: wanted, to: text))"
    }

    /// The lines that differ, with their numbers: `-` as recorded, `+` as seen.
    package static func difference(from wanted: String, to seen: String) -> String {
        let (old, new) = (lines(wanted), lines(seen))
        return (0..<max(old.count, new.count)).flatMap { index in
            let before = index < old.count ? old[index] : nil
            let after = index < new.count ? new[index] : nil
            guard before != after else { return [String]() }
            return [before.map { "\(index + 1) -\($0)" }, after.map { "\(index + 1) +\($0)" }].compactMap { $0 }
        }.joined(separator: "\n")
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The text of a file in the folder; nil when there is none.
    package func text(_ name: String) -> String? { read(folder + "/" + name) }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ text: String, to path: String) -> Bool {
        for (index, character) in path.enumerated().dropFirst() where character == "/" {
            mkdir(String(path.prefix(index)), 0o755)
        }
        guard let file = fopen(path, "w") else { return false }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        return fclose(file) == 0 && written == bytes.count
    }
}
