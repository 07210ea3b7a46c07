import Core
import Themes
import Widgets

/// The machine: cores, memory, load, disks, network.
enum SystemView {
    private static let barWidth = 20
    /// Columns that a core takes: number, bar, percent.
    private static let coreWidth = 26

    /// A page of `height` rows: what is left of them is for graphs of the last minute, those of processor and memory
    /// first. A smaller page is scrolled.
    static func lines(_ state: State, width: Int, height: Int, _ glyphs: Glyphs) -> [StyledText] {
        guard let host = state.fleet.host else { return [] }
        guard state.past == nil else {
            let missing = "cores, disks and network of the past are not kept"
            return [summary(host)] + cores(host, nil, width, glyphs) + [""] + memory(host, nil, glyphs)
                + ["", StyledText(" " + missing, .dim)]
        }
        let machine = state.machine.info
        let texts = [
            [summary(host), ""] + cores(host, machine, width, glyphs) + [""] + memory(host, machine, glyphs),
            network(state.machine), disks(machine, width, glyphs),
        ]
        .map { $0.flatMap { $0.wrapped(to: width, indent: 6) } }
        let bands = MachineGraphs(state, host).bands(texts.map(\.count), width: width, height: height, glyphs)
        return zip(texts, bands).flatMap { text, band in text + band }
    }

    private static func summary(_ host: HostInfo) -> StyledText {
        let load = host.load.map { Format.fixed($0, places: 2) }.joined(separator: "  ")
        return StyledText(" up ", .dim) + StyledText(Format.duration(milliseconds: host.uptime))
            + StyledText("   \(host.cores) cores   load ", .dim) + StyledText(load)
            + StyledText("   in 1\(host.load.count > 1 ? ", 5 and 15 minutes" : " minute")", .dim)
    }

    private static func cores(
        _ host: HostInfo, _ machine: MachineInfo?, _ width: Int, _ glyphs: Glyphs
    ) -> [StyledText] {
        let all = StyledText(" cpu     ", .dim) + bar(host.cpu / 100, glyphs) + StyledText(" \(percent(host.cpu))")
        let cores = machine?.cores ?? []
        let columns = max(1, (width - 1) / coreWidth)
        // Down the columns, as one reads them.
        let rows = (cores.count + columns - 1) / columns
        return [all]
            + (0..<rows).map { row in
                stride(from: row, to: cores.count, by: rows).reduce(StyledText(" ")) { line, core in
                    line + StyledText(padded("\(core)", 4, .right) + " ", .dim)
                        + bar(cores[core] / 100, glyphs, cells: coreWidth - 14)
                        + StyledText(padded(percent(cores[core]), 7, .right) + "  ")
                }
            }
    }

    private static func memory(_ host: HostInfo, _ machine: MachineInfo?, _ glyphs: Glyphs) -> [StyledText] {
        func line(_ name: String, _ used: UInt64, _ total: UInt64, _ more: String = "") -> StyledText {
            StyledText(" " + padded(name, 8), .dim) + bar(part(used, total), glyphs)
                + StyledText(" \(Format.bytes(used)) of \(Format.bytes(total))") + StyledText(more, .dim)
        }
        let cached = machine.map { "   \(Format.bytes($0.cached)) for files, which can be let go" } ?? ""
        let memory = [line("memory", host.memoryUsed, host.memoryTotal, cached)]
        guard let machine else { return memory }
        guard machine.swapTotal > 0 else { return memory + [StyledText(" swap    none", .dim)] }
        return memory + [line("swap", machine.swapUsed, machine.swapTotal)]
    }

    private static func disks(_ machine: MachineInfo?, _ width: Int, _ glyphs: Glyphs) -> [StyledText] {
        guard let disks = machine?.disks, !disks.isEmpty else { return [] }
        return ["", StyledText(" disks", .heading)]
            + disks.map { disk in
                // As df(1) has it: what only root may write is no user's.
                let total = disk.available.map { disk.used + $0 } ?? disk.total
                let free = "\(Format.bytes(total - min(total, disk.used))) free"
                var line = StyledText(" ") + bar(part(disk.used, total), glyphs)
                line += StyledText(" " + padded("\(Format.bytes(disk.used)) used, \(free)", 23))
                let rates = [disk.read, disk.written].compactMap { $0 }.map(rate)
                let traffic = rates.count == 2 ? "read \(rates[0])  written \(rates[1])" : ""
                line += StyledText(padded(traffic, 32), .dim)
                return line + StyledText(" " + Text.sanitize(disk.path))
            }
    }

    private static func network(_ machine: MachineHistory) -> [StyledText] {
        guard let interfaces = machine.info?.interfaces, !interfaces.isEmpty else { return [] }
        return ["", StyledText(" network", .heading)]
            + interfaces.map { interface in
                let receiving = interface.receiving.map(rate) ?? "-"
                let sending = interface.sending.map(rate) ?? "-"
                let sums = "\(Format.bytes(interface.received)) and \(Format.bytes(interface.sent)) since boot"
                return StyledText(" " + padded(Text.sanitize(interface.name), 12))
                    + StyledText("in ", .dim) + StyledText(padded(receiving, 10))
                    + StyledText("out ", .dim) + StyledText(padded(sending, 10)) + StyledText(sums, .dim)
            }
    }

    // MARK: - Pieces

    private enum Side { case left, right }

    /// A bar as text, with the colours of `Bar`.
    private static func bar(_ part: Double, _ glyphs: Glyphs, cells: Int = barWidth) -> StyledText {
        var canvas = Canvas(size: Size(width: cells, height: 1))
        Bar(part).draw(on: &canvas, in: canvas.bounds, glyphs: glyphs)
        return canvas.lines[0]
    }

    private static func part(_ used: UInt64, _ total: UInt64) -> Double {
        total > 0 ? Double(used) / Double(total) : 0
    }

    private static func percent(_ value: Double) -> String { Format.fixed(value, places: 0) + " %" }
    private static func rate(_ value: Double) -> String { Format.bytes(measured: value) + "/s" }

    private static func padded(_ text: String, _ width: Int, _ side: Side = .left) -> String {
        let gap = String(repeating: " ", count: max(0, width - Text.width(text)))
        return side == .left ? text + gap : gap + text
    }
}
