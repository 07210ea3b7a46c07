internal import Core
import Glibc
internal import Interface
internal import Themes
internal import Widgets

/// `od events`: one line each.
enum EventListing {
    /// `2026-11-21T09:24:17.112Z  process:exited     shop/api#0  exit 1 after 12 ms`
    static func line(_ event: FleetEvent, colour: Bool) -> String {
        let name = event.name.rawValue
        let gap = String(repeating: " ", count: max(0, width - name.count))
        let who = event.process.map { "\($0.namespace)/\($0.label)" }
        let text = [who, event.message].compactMap { $0 }.map { Text.sanitize($0) }.joined(separator: "  ")
        return Paint.text(event.at.description, Style(.dim), colour) + "  "
            + Paint.text(name, Style(event.role), colour) + gap + "  " + text + "\n"
    }

    private static let width = EventName.allCases.map(\.rawValue.count).max() ?? 0
}

extension Printer {
    func events(_ events: [FleetEvent]) {
        if json { return value(events) }
        for event in events { self.event(event) }
    }

    /// One of a stream: with JSON one object a line.
    func event(_ event: FleetEvent) {
        output.write(json ? JSONText.of(event) + "\n" : EventListing.line(event, colour: console.outputColour))
    }
}

extension WallTime {
    /// By the clock of this machine.
    static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
