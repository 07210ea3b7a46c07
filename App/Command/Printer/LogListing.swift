internal import Core
import Glibc
internal import Themes
internal import Widgets

/// `od logs --list`: the files of logs.
enum LogListing {
    private static let heads = ["NAME", "STREAM", "SIZE", "WRITTEN", "OLD", "OLD SIZE", "SINCE", "FILE"]

    /// - Parameter now: ages are counted from then.
    static func table(_ logs: [LogInfo], now: WallTime, colour: Bool) -> String {
        var rows = logs.map { row($0, now) }
        let size = logs.compactMap(\.size).total
        let oldSize = logs.map(\.oldSize).total
        let count = logs.map(\.oldFiles).total
        rows.append(["all", "", Format.bytes(size), "", "\(count)", Format.bytes(oldSize), "", ""])
        let widths = heads.indices.map { column in
            ([heads] + rows).map { Text.width($0[column]) }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            zip(cells, widths).enumerated().map { index, cell in
                let blanks = String(repeating: " ", count: max(0, cell.1 - Text.width(cell.0)))
                // Figures end below each other.
                return (2...6).contains(index) ? blanks + cell.0 : index == 7 ? cell.0 : cell.0 + blanks
            }.joined(separator: "  ")
        }
        let head = Paint.text(line(heads), Style(.heading, .bold), colour)
        return ([head] + rows.map { trimmed(line($0)) }).joined(separator: "\n") + "\n"
    }

    private static func row(_ log: LogInfo, _ now: WallTime) -> [String] {
        func age(_ time: WallTime?) -> String {
            time.map { Format.duration(milliseconds: Int(max(0, now.milliseconds - $0.milliseconds))) } ?? "-"
        }
        let name = log.name + (log.instance.map { "#\($0)" } ?? "")
        return [
            Text.sanitize(log.namespace == Defaults.namespace ? name : "\(log.namespace)/\(name)"),
            log.channel == .out ? "out" : "err", log.size.map { Format.bytes($0) } ?? "-", age(log.modified),
            "\(log.oldFiles)", Format.bytes(log.oldSize), age(log.oldest), Text.sanitize(log.path),
        ]
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}

extension Printer {
    func logFiles(_ logs: [LogInfo]) {
        if json { return value(logs) }
        guard !logs.isEmpty else { return output.write("no logs\n") }
        output.write(
            LogListing.table(logs, now: WallTime(milliseconds: Int64(time(nil)) * 1000), colour: console.outputColour))
    }

    /// - Parameter logs: as they were before.
    func flushed(_ logs: [LogInfo]) {
        if json { return value(logs) }
        guard !quiet else { return }
        guard !logs.isEmpty else { return output.write("there is no log to empty: nothing is kept\n") }
        let bytes = (logs.compactMap(\.size) + logs.map(\.oldSize)).total
        output.write("emptied \(logs.count) \(logs.count == 1 ? "log" : "logs"), \(Format.bytes(bytes))\n")
    }
}
