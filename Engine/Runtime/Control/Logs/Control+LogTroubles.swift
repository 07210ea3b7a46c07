import Core
import NIOCore

/// Who waits until the pump has come so far.
struct LogReports {
    private var last: UInt64 = 0
    private var waiting: [UInt64: CheckedContinuation<Set<String>, Never>] = [:]

    mutating func next() -> UInt64 {
        last += 1
        return last
    }

    mutating func wait(for number: UInt64, _ who: CheckedContinuation<Set<String>, Never>) { waiting[number] = who }

    /// Tells who waits what the pump has found; a second time nobody.
    mutating func came(_ number: UInt64, full: Set<String>) {
        waiting.removeValue(forKey: number)?.resume(returning: full)
    }
}

// Logs that cannot be written are told by what starts an app, not only by those who look at it later.
extension Control {
    /// Warnings of one answer, at most; the rest is counted.
    private static let troublesTold = 5

    /// What is wrong with the logs of instances that were just started.
    func logWarnings(_ processes: [InstanceInfo]) async -> [String] {
        var labels: [String: String] = [:]
        var paths: [String] = []
        for process in processes {
            for path in [process.outFile, process.errorFile] where !path.isEmpty && path != Kernel.nowhere {
                if labels.updateValue(process.label, forKey: path) == nil { paths.append(path) }
            }
        }
        guard !paths.isEmpty else { return [] }
        let full = await untilLogsAreOpen(Set(paths.map(Self.folder)))
        let troubles = paths.compactMap { path in
            let reason = logTroubles[path] ?? (full.contains(Self.folder(of: path)) ? "its disk is full" : nil)
            return reason.map { "\(path) cannot be written, what \(labels[path] ?? "") says is lost: \($0)" }
        }
        guard troubles.count > Self.troublesTold else { return troubles }
        return troubles.prefix(Self.troublesTold)
            + ["\(troubles.count - Self.troublesTold) more logs cannot be written: od doctor lists them"]
    }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// The pump has opened the files of all runs that it got until now, or has said why not. It may hang on a disk of
    /// another: then nothing is known after a while.
    ///
    /// - Returns: those of the folders whose disk is full.
    private func untilLogsAreOpen(_ folders: Set<String>) async -> Set<String> {
        let number = reports.next()
        return await withCheckedContinuation { waiting in
            guard parts.pump.report(number, on: folders) else { return waiting.resume(returning: []) }
            reports.wait(for: number, waiting)
            loop.scheduleTask(in: .nanoseconds(LogBounds.report)) { [self] in
                assumeIsolated { $0.reports.came(number, full: []) }
            }
        }
    }
}
