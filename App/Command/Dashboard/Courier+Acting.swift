import Core
import Engine
import Interface
import OpenDaemon

// What the dashboard asks beside the fleet, and what it does with apps.
extension Courier {
    func ask(_ inquiry: Inquiry, _ number: Int) async {
        do {
            guard let finding = try await find(inquiry) else { return }
            await mailbox.post(.found(number, finding))
        } catch is CancellationError {
            // Something else is wanted by now.
        } catch {
            let failure =
                error as? Failure
                ?? Failure(.bug, "the answer was lost", why: "\(error)", next: "leave and come back")
            await mailbox.post(.notFound(number, failure))
        }
    }

    /// nil when there is no such process any more: an event tells of it.
    private func find(_ inquiry: Inquiry) async throws -> Interface.Finding? {
        switch inquiry {
        case .environment(let name):
            let request = EnvironmentRequest(targets: [name.target])
            return try await client.call(Methods.environment, request).first.map { .environment($0) }
        case .events(let name):
            var request = EventListRequest(limit: Inquiry.mostEvents)
            request.targets = [Interface.AppName(name).target]
            return .events(try await client.call(Methods.events, request))
        case .files(let name):
            return try await client.call(Methods.files, TargetRequest(targets: [name.target])).first.map { .files($0) }
        case .why(let name):
            return try await client.call(Methods.why, TargetRequest(targets: [name.target])).first.map { .story($0) }
        case .graph: return .graph(try await client.call(Methods.graph, Nothing()))
        case .machine: return .machine(try await client.call(Methods.machine, Nothing()))
        }
    }

    /// A file of the user's own, on a thread that may wait for a disk.
    func write(_ text: String, to path: String) async {
        let outcome = await ScreenThread.run { NewFile.write(text, to: path) }
        switch outcome {
        case .success(let bytes): await mailbox.post(.wrote(path: path, bytes: bytes))
        case .failure(let failure): await mailbox.post(.notWritten(failure))
        }
    }

    func steer(_ call: Call) async throws -> Answer {
        func targets(_ names: [InstanceName]) -> TargetRequest { TargetRequest(targets: names.map(\.target)) }
        switch call {
        case .reload(let names):
            return .failures(try await client.call(Methods.reload, targets(names)).failures)
        case .reset(let names): return .processes(try await client.call(Methods.reset, targets(names)))
        case .signal(let number, let names):
            let request = SignalRequest(targets: names.map(\.target), signal: number)
            return .processes(try await client.call(Methods.signal, request))
        case .flush(let names): _ = try await client.call(Methods.logFlush, targets(names))
        case .scale(let apps, let wish, _):
            return .failures(try await client.call(Methods.scale, wish.request(for: apps)).failures)
        case .set(let apps, let name, let value):
            return .failures(try await set(name, to: value, of: apps).failures)
        default: break
        }
        return .done
    }

    private func set(_ name: String, to value: String, of apps: [Interface.AppName]) async throws -> ApplyResult {
        let specs = try await client.call(Methods.definition, TargetRequest(targets: apps.map(\.target)))
        let changes = try specs.map { spec in
            var changed = spec
            try SpecKeys.set("env.\(name)", to: value, in: &changed, directory: "/")
            return ChangeRequest.Change(from: spec, to: changed)
        }
        return try await client.call(Methods.change, ChangeRequest(changes: changes))
    }
}

extension ScaleWish {
    fileprivate func request(for apps: [Interface.AppName]) -> ScaleRequest {
        let targets = apps.map(\.target)
        switch self {
        case .exactly(let count): return ScaleRequest(targets: targets, count: count)
        case .more(let count): return ScaleRequest(targets: targets, count: count, relative: true)
        }
    }
}
