internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// Turns the chunks of a log stream into what `od logs` prints. Chunks end anywhere; output is whole lines, but for
/// `raw`, which is the bytes as they come.
struct LogWriter {
    enum Form: Hashable {
        case raw
        /// One object a line: `{"channel":"out","line":"…","process":"api#0"}`.
        case json
        /// Lines with the process in front when there are several.
        ///
        /// - Parameter clean: for a terminal: only glyphs, and the colours of the app if `colour`.
        case lines(clean: Bool, colour: Bool)
    }

    /// A line without an end is printed in pieces of this size.
    static let longestLine = 1 << 16

    private struct File: Hashable {
        var process: UInt32
        var channel: LogChunk.Channel
    }

    private struct Entry: Encodable {
        var process: String
        var channel: String
        var line: String
    }

    private let form: Form
    private var labels: [File: String] = [:]
    /// The width of the longest label; 0 when one process is alone and needs none.
    private var width = 0
    private var partial: [File: [UInt8]] = [:]

    init(form: Form) {
        self.form = form
    }

    /// The bytes to print for an update.
    mutating func add(_ update: LogUpdate) -> [UInt8] {
        switch update {
        case .opened(let result):
            for file in result.files { labels[File(process: file.process, channel: file.channel)] = file.label }
            let names = Set(labels.values)
            width = names.count > 1 ? names.map { Text.width($0) }.max() ?? 0 : 0
            return []
        case .chunk(let chunk): return form == .raw ? chunk.bytes : lines(of: chunk)
        case .failed: return []
        }
    }

    /// What is left at the end: lines without an end.
    mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        for (file, bytes) in partial.sorted(by: {
            ($0.key.process, $0.key.channel.rawValue) < ($1.key.process, $1.key.channel.rawValue)
        }) {
            append(bytes[...], of: file, to: &output)
        }
        partial = [:]
        return output
    }

    private mutating func lines(of chunk: LogChunk) -> [UInt8] {
        let file = File(process: chunk.process, channel: chunk.channel)
        let bytes = (partial.removeValue(forKey: file) ?? []) + chunk.bytes
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 4)
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end], of: file, to: &output)
            rest = rest[(end + 1)...]
        }
        while rest.count >= Self.longestLine {
            append(rest.prefix(Self.longestLine), of: file, to: &output)
            rest = rest.dropFirst(Self.longestLine)
        }
        if chunk.last {
            if !rest.isEmpty { append(rest, of: file, to: &output) }
        } else if !rest.isEmpty {
            partial[file] = Array(rest)
        }
        return output
    }

    private func append(_ line: ArraySlice<UInt8>, of file: File, to output: inout [UInt8]) {
        let label = labels[file] ?? "#\(file.process)"
        switch form {
        case .raw: output += line
        case .json:
            let text = String(decoding: line, as: UTF8.self)
            output += JSONText.of(Entry(process: label, channel: file.channel == .out ? "out" : "err", line: text)).utf8
        case .lines(let clean, let colour):
            if width > 0 {
                let prefix = label + String(repeating: " ", count: max(0, width - Text.width(label))) + " | "
                let role: Role = file.channel == .out ? .accent : .error
                output += Paint.text(clean ? Text.sanitize(prefix) : prefix, Style(role), colour).utf8
            }
            if clean { output += shown(line, colour).utf8 } else { output += line }
        }
        output.append(0x0A)
    }

    private func shown(_ line: ArraySlice<UInt8>, _ colour: Bool) -> String {
        guard colour else { return Text.sanitize(line) }
        return Text.styled(line).runs.map { run in
            run.style.map { Paint.text(run.text, $0, true) } ?? run.text
        }.joined()
    }
}
