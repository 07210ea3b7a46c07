internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// Turns the chunks of a log stream into what `od logs` prints. Chunks end anywhere; output is whole lines, but for
/// `raw`, which is the bytes as they come.
struct LogWriter {
    enum Form: Hashable {
        case raw
        /// One object a line: `LogEntry`.
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

    /// What stands around the text of lines.
    struct Extras: Hashable {
        /// When it was written, in front of each line.
        var timestamps = false
        /// Marked on a terminal.
        var highlight: LinePattern?
        /// `--` between lines that do not follow each other.
        var separates = false
        /// Every line comes, none is left out.
        var isWhole = true
    }

    private let form: Form
    private let extras: Extras
    private var labels: [File: String] = [:]
    private var files: [File: LogStreamResult.File] = [:]
    /// Of the logs that have records instead of the bytes of the app.
    private var records: [File: LogRecords] = [:]
    /// The file of the last lines, and where they ended in it.
    private var last: (file: File, end: UInt64)?
    /// The width of the longest label; 0 when one process is alone and needs none.
    private var width = 0
    private var partial: [File: [UInt8]] = [:]

    init(form: Form, extras: Extras = Extras()) {
        self.form = form
        self.extras = extras
    }

    /// The bytes to print for an update.
    mutating func add(_ update: LogUpdate) -> [UInt8] {
        switch update {
        case .opened(let result):
            for file in result.files {
                files[File(process: file.process, channel: file.channel)] = file
                addRecords(of: file)
            }
            nameApart()
            let names = Set(labels.values)
            width = names.count > 1 ? names.map { Text.width($0) }.max() ?? 0 : 0
            return []
        case .chunk(let chunk):
            let isRecords = records[File(process: chunk.process, channel: chunk.channel)] != nil
            return form == .raw && !isRecords ? chunk.bytes : lines(of: chunk)
        case .failed: return []
        }
    }

    /// What is left at the end: lines without an end.
    mutating func finish() -> [UInt8] {
        var output: [UInt8] = []
        for (file, bytes) in partial.sorted(by: {
            ($0.key.process, $0.key.channel.rawValue) < ($1.key.process, $1.key.channel.rawValue)
        }) {
            append(bytes[...], of: file, at: nil, to: &output)
        }
        partial = [:]
        for file in records.keys.sorted(by: { ($0.process, $0.channel.rawValue) < ($1.process, $1.channel.rawValue) }) {
            for line in records[file]?.finish() ?? [] { put(line, of: file, at: nil, to: &output) }
        }
        return output
    }

    /// Apps of several projects may have one name: then it says the project, too.
    private mutating func nameApart() {
        let projects = Dictionary(grouping: files.values, by: \.label).mapValues { Set($0.map(\.namespace)).count }
        for (key, file) in files {
            let isAlone = projects[file.label] == 1
            labels[key] = isAlone ? file.label : "\(file.namespace.map { $0 + "/" } ?? "")\(file.label)"
        }
    }

    /// A person sees what the app has said; the lines of a log of the type `text` are made for people already.
    private mutating func addRecords(of file: LogStreamResult.File) {
        let key = File(process: file.process, channel: file.channel)
        guard form == .raw || form == .json || file.type == .json, records[key] == nil else { return }
        records[key] = LogRecords(of: file, joins: extras.isWhole)
    }

    private mutating func lines(of chunk: LogChunk) -> [UInt8] {
        let file = File(process: chunk.process, channel: chunk.channel)
        let bytes = (partial.removeValue(forKey: file) ?? []) + chunk.bytes
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 4)
        guard !chunk.isNote else {
            note(chunk, file, after: bytes.dropLast(chunk.bytes.count), to: &output)
            return output
        }
        separate(chunk, file, &output)
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            append(rest[..<end], of: file, at: chunk.time, to: &output)
            rest = rest[(end + 1)...]
        }
        let longest = records[file] == nil ? Self.longestLine : LogRecords.longestRecord
        while rest.count >= longest {
            append(rest.prefix(longest), of: file, at: chunk.time, to: &output)
            rest = rest.dropFirst(longest)
        }
        if chunk.last {
            if !rest.isEmpty { append(rest, of: file, at: chunk.time, to: &output) }
        } else if !rest.isEmpty {
            partial[file] = Array(rest)
        }
        return output
    }

    /// What we say ourselves: a line of its own.
    private mutating func note(
        _ chunk: LogChunk, _ file: File, after open: ArraySlice<UInt8>, to output: inout [UInt8]
    ) {
        if !open.isEmpty { append(open, of: file, at: chunk.time, to: &output) }
        let words = chunk.bytes.last == 0x0A ? chunk.bytes.dropLast() : chunk.bytes[...]
        guard form == .json else { return append(words, of: file, at: chunk.time, to: &output) }
        var entry = LogEntry(Array(words), of: nil, label: "od", channel: file.channel, time: chunk.time)
        entry.level = .warn
        output += JSONText.of(entry).utf8
        output.append(0x0A)
    }

    /// As grep does between groups of lines.
    private mutating func separate(_ chunk: LogChunk, _ file: File, _ output: inout [UInt8]) {
        guard extras.separates, !chunk.bytes.isEmpty else { return }
        if form != .json, let last, last.file != file || last.end != chunk.offset { output += Array("--\n".utf8) }
        last = (file, chunk.end)
    }

    private mutating func append(
        _ line: ArraySlice<UInt8>, of file: File, at time: WallTime?, to output: inout [UInt8]
    ) {
        guard let complete = records[file]?.add(line) else { return put(line, of: file, at: time, to: &output) }
        for line in complete { put(line, of: file, at: time, to: &output) }
    }

    /// A line that was made out of records.
    private func put(_ line: LogRecords.Line, of file: File, at time: WallTime?, to output: inout [UInt8]) {
        switch form {
        case .json: break
        case .lines: return put(line.bytes[...], of: file, at: time, to: &output)
        case .raw:
            output += line.bytes
            if line.isWhole { output.append(0x0A) }
            return
        }
        let label = labels[file] ?? "#\(file.process)"
        var entry = LogEntry(line.record, of: files[file], label: label, channel: file.channel, time: time)
        if line.isJoined { entry.replace(line.bytes) }
        output += JSONText.of(entry).utf8
        output.append(0x0A)
    }

    private func put(_ line: ArraySlice<UInt8>, of file: File, at time: WallTime?, to output: inout [UInt8]) {
        let label = labels[file] ?? "#\(file.process)"
        switch form {
        case .raw: output += line
        case .json:
            let text = line.last == 0x0D ? line.dropLast() : line
            let entry = LogEntry(Array(text), of: files[file], label: label, channel: file.channel, time: time)
            output += JSONText.of(entry).utf8
        case .lines(let clean, let colour):
            if extras.timestamps, let time { output += Paint.text("\(time) ", Style(.dim), colour).utf8 }
            if width > 0 {
                let name = clean ? Text.sanitize(label) : label
                let blanks = String(repeating: " ", count: max(0, width - Text.width(label)))
                output += Paint.text(name + blanks, Style(Self.hue(of: label)), colour).utf8
                output += Paint.text(" | ", Style(file.channel == .out ? .dim : .error), colour).utf8
            }
            if clean { output += shown(line, colour).utf8 } else { output += line }
        }
        output.append(0x0A)
    }

    /// The colour of an app, the same each time.
    private static func hue(of label: String) -> Role {
        let hues: [Role] = [.logCyan, .logGreen, .logYellow, .logMagenta, .logBlue, .accent]
        let name = label.prefix { $0 != "#" }
        return hues[Int(name.utf8.reduce(UInt32(5381)) { $0 &* 33 &+ UInt32($1) } % UInt32(hues.count))]
    }

    private func shown(_ line: ArraySlice<UInt8>, _ colour: Bool) -> String {
        guard colour else { return Text.sanitize(line) }
        var text = Text.styled(line)
        if let highlight = extras.highlight {
            text = marked(text.plain, highlight)
        } else if let level = LogLevel(readFrom: Array(line.prefix(LogEntry.levelReach))), level >= .warn,
            text.runs.allSatisfy({ $0.style == nil })
        {
            // What the app has coloured itself stays as it is.
            text = StyledText(text.plain, Style(level > .warn ? .error : .warning))
        }
        return text.runs.map { run in
            run.style.map { Paint.text(run.text, $0, true) } ?? run.text
        }.joined()
    }

    /// The places of the pattern stand out.
    private func marked(_ text: String, _ pattern: LinePattern) -> StyledText {
        let bytes = Array(text.utf8)
        guard bytes.count <= LogEntry.markReach else { return StyledText(text) }
        var result = StyledText()
        var end = 0
        for range in PatternSearch.ranges(of: pattern, in: bytes) {
            result += StyledText(String(decoding: bytes[end..<range.lowerBound], as: UTF8.self))
            result += StyledText(String(decoding: bytes[range], as: UTF8.self), Style(.match, .bold))
            end = range.upperBound
        }
        return result + StyledText(String(decoding: bytes[end...], as: UTF8.self))
    }
}
