import Core
import Interface
import OpenDaemon

/// Carries what the state wants to the engine, and what the engine tells to the mailbox.
struct Courier {
    /// Commands that wait at most. They come from keys, and each is taken at once.
    static let backlog = 256

    let client: OpenDaemon
    let mailbox: Slot
    /// Where the news of the engine are taken: no other thread has to wake up for them.
    let executor: ScreenExecutor

    /// Runs until `commands` ends or the task is cancelled.
    func run(_ commands: AsyncStream<Interface.Command>) async {
        await mailbox.post(.connected(client.hello))
        var watching = Task(executorPreference: executor) { await watch() }
        var following: Task<Void, Never>?
        var reading: Task<Void, Never>?
        var inspecting: Task<Void, Never>?
        var asking: [Bool: Task<Void, Never>] = [:]
        var looking: Task<Void, Never>?
        for await command in commands {
            switch command {
            case .call(let number, let call):
                Task { await perform(call, number) }
            case .inspect(let name):
                inspecting?.cancel()
                inspecting = Task { await inspect(name) }
            case .ask(let number, let inquiry):
                asking[inquiry.isOfPage]?.cancel()
                asking[inquiry.isOfPage] = Task { await ask(inquiry, number) }
            case .followLogs(let stream, let name):
                following?.cancel()
                following = name.map { name in Task { await follow(name.target, stream) } }
            case .followApp(let stream, let name):
                following?.cancel()
                following = Task { await follow("\(name.namespace)/\(name.name)", stream) }
            case .readLogs(let stream, let request):
                reading?.cancel()
                reading = Task { await read(request, stream) }
            case .lookBack(let number, let time, let step):
                looking?.cancel()
                looking = Task { await look(back: number, time, step) }
            case .lookAtMinute(let time):
                Task { await look(atMinuteBefore: time) }
            case .resubscribe:
                watching.cancel()
                watching = Task(executorPreference: executor) { await watch() }
            case .redraw, .suspend, .quit, .copy, .mouse, .turn, .save, .write:
                break  // the screen's own, and the desk's
            }
        }
        for task in [watching, following, reading, inspecting, looking, asking[true], asking[false]] { task?.cancel() }
    }

    private func watch() async {
        for await update in client.watch() {
            switch update {
            case .snapshot(let snapshot): await mailbox.post(.snapshot(snapshot))
            case .event(let event): await mailbox.post(.event(event))
            case .metrics(let metrics): await mailbox.post(.metrics(metrics))
            case .disconnected(let failure): await mailbox.post(.disconnected(failure))
            case .reconnected(let hello): await mailbox.post(.connected(hello))
            }
        }
    }

    private func follow(_ target: String, _ stream: Int) async {
        let request = LogRequest(
            targets: [target], lines: LogReader.tail, follow: true, merged: true, last: LogReader.tail, times: true,
            lag: Defaults.followLag)
        for await update in client.logs(request) {
            switch update {
            case .opened: await mailbox.post(.logOpened(stream: stream))
            case .chunk(let chunk): await mailbox.post(.logChunk(stream: stream, chunk))
            case .failed(let failure): await mailbox.post(.logFailed(stream: stream, failure))
            }
        }
    }

    /// A page of a log: its size is bounded by what was asked for.
    private func read(_ request: LogRequest, _ stream: Int) async {
        var chunks: [LogChunk] = []
        for await update in client.logs(request) {
            switch update {
            case .opened(let result) where result.searches != true:
                let failure = Failure(
                    .versionMismatch, "the engine cannot search logs", why: "it is of an older version than this od",
                    next: "od update replaces it; apps go on")
                return await mailbox.post(.logPageFailed(stream: stream, failure))
            case .opened: break
            case .chunk(let chunk): chunks.append(chunk)
            case .failed(let failure): return await mailbox.post(.logPageFailed(stream: stream, failure))
            }
        }
        if !Task.isCancelled { await mailbox.post(.logPage(stream: stream, chunks)) }
    }

    /// Details are a supplement: without an answer the pane shows what the fleet tells.
    private func inspect(_ name: InstanceName) async {
        let found = try? await client.call(Methods.info, TargetRequest(targets: [name.target]))
        if let detail = found?.first { await mailbox.post(.inspected(detail)) }
    }

    private func perform(_ call: Call, _ number: Int) async {
        do {
            await mailbox.post(.answered(call: number, try await answer(call)))
        } catch {
            let failure =
                error as? Failure
                ?? Failure(.bug, "the answer was lost", why: "\(error)", next: "try again")
            await mailbox.post(.failed(call: number, failure))
        }
    }

    private func answer(_ call: Call) async throws -> Answer {
        func targets(_ names: [InstanceName]) -> TargetRequest { TargetRequest(targets: names.map(\.target)) }
        switch call {
        case .restart(let names): return .processes(try await client.call(Methods.restart, targets(names)))
        case .stop(let names): return .processes(try await client.call(Methods.stop, targets(names)))
        case .delete(let names): return .processes(try await client.call(Methods.delete, targets(names)))
        case .start(let names):
            let request = StartRequest(targets: names.map(\.target))
            return .failures(try await client.call(Methods.start, request).failures)
        case .reload, .reset, .signal, .flush, .scale, .set: return try await steer(call)
        case .status: return .status(try await client.call(Methods.status, Nothing()))
        case .detach: _ = try await client.call(Methods.detach, Nothing())
        case .shutdown: _ = try await client.call(Methods.shutdown, Nothing())
        }
        return .done
    }
}
