import CKernel
import Core

// Log files as files: what there is of them, and emptying them.
extension Control {
    nonisolated func addLogFiles(to router: inout Router) {
        router.on(Methods.logList) { request, _ in try await self.listLogs(request.targets) }
        router.inOrder(Methods.logFlush) { request, _ in try await self.flushLogs(request.targets) }
    }

    /// The logs of targets, each path once.
    private func logs(of targets: [String]) async throws -> [LogInfo] {
        await untilReady()
        var logs: [LogInfo] = []
        var seen: [String: Int] = [:]
        for process in try kernel.processes(named: targets, at: Clock.now()) {
            for (channel, path) in [(LogChunk.Channel.out, process.outFile), (.error, process.errorFile)] {
                if let known = seen[path] {
                    if logs[known].instance != process.instance { logs[known].instance = nil }
                    continue
                }
                seen[path] = logs.count
                var log = LogInfo(
                    namespace: process.namespace, name: process.name, instance: process.instance, channel: channel,
                    path: path)
                log.trouble = logTroubles[path]
                logs.append(log)
            }
        }
        return logs
    }

    private func listLogs(_ targets: [String]) async throws -> [LogInfo] {
        let logs = try await logs(of: targets)
        return try await parts.readers.run { logs.map { LogParts.measure($0) } }
    }

    private func flushLogs(_ targets: [String]) async throws -> [LogInfo] {
        let logs = try await listLogs(targets).filter { $0.path != Kernel.nowhere }
        for log in logs where log.size ?? 0 > 0 || log.oldFiles > 0 {
            let (number, reason) = await empty(log.path)
            if let reason {
                throw Failure(
                    .logNotEmptied, "\(log.path) cannot be emptied", why: reason,
                    next: "look at the permissions of its folder; what came before it is emptied")
            }
            _ = try await parts.archivist.remove(log.path, through: number)
        }
        return logs
    }

    /// The number up to which the old files may go; or why the file is as it was.
    private func empty(_ path: String) async -> (UInt64, String?) {
        await withCheckedContinuation { waiting in
            // A log that nobody writes is opened for this. When it is about to be closed, it is open still.
            let isOpen = logUsers[path] != nil || closing[path] != nil
            if !isOpen {
                let key = LogPump.pageKey(path)
                guard let page = try? heldPages.removeValue(forKey: key)?.give() ?? LogPump.newPage() else {
                    return waiting.resume(returning: (0, "there are too many open files"))
                }
                guard parts.pump.open(path, page: page) else {
                    _ = Descriptor(page)
                    return waiting.resume(returning: (0, "too much is to be done"))
                }
            }
            guard parts.pump.empty(path) else {
                return waiting.resume(returning: (0, "too much is to be done"))
            }
            emptying[path, default: []].append(waiting)
            if !isOpen, parts.pump.close(path) { closing[path] = [] }
        }
    }
}

extension LogParts {
    /// What the disk says of a log. Blocks.
    static func measure(_ log: LogInfo) -> LogInfo {
        var log = log
        var stat = od_pump_stat()
        let file = log.path.withCString { od_pump_open_read($0) }
        if file >= 0 {
            if od_pump_stat(file, &stat) == 0, stat.regular != 0 {
                log.size = stat.size
                log.modified = WallTime(milliseconds: stat.modified)
            }
            od_pump_close(file)
        }
        for part in find(log.path) where part.kind == OD_PART_PLAIN.rawValue || part.kind == OD_PART_GZIP.rawValue {
            log.oldFiles += 1
            log.oldSize += part.size
            let modified = WallTime(milliseconds: part.modified)
            log.oldest = min(log.oldest ?? modified, modified)
        }
        return log
    }
}
