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
        case .eventsThen(let name, let moment):
            return .events(try await events(of: Interface.AppName(name).target, until: moment, Inquiry.mostEvents))
        case .whyThen(let process, let moment):
            let target = InstanceName(process).target
            let own = try await events(of: target, until: moment, Inquiry.mostEventsOfStory)
            let ours = try await events(until: moment, matching: ["engine:*", "keeper:*"], Inquiry.mostEventsOfStory)
            // It may be known no more.
            let known = try? await client.call(Methods.why, TargetRequest(targets: [target])).first
            let begun = own.first?.at ?? WallTime(milliseconds: 0)
            return .story(
                ProcessStory(of: process, at: moment, events: own + ours.filter { $0.at >= begun }, known: known))
        case .graph: return .graph(try await client.call(Methods.graph, Nothing()))
        case .machine: return .machine(try await client.call(Methods.machine, Nothing()))
        }
    }

    /// The last events up to a moment; an engine of an older version tells of later ones too.
    private func events(
        of target: String? = nil, until moment: WallTime, matching patterns: [String]? = nil, _ most: Int
    ) async throws -> [FleetEvent] {
        var request = EventListRequest(events: patterns, limit: most)
        request.targets = target.map { [$0] }
        request.until = moment
        return try await client.call(Methods.events, request).filter { $0.at <= moment }
    }

    func steer(_ call: Call) async throws -> Answer {
        func targets(_ names: [InstanceName]) -> TargetRequest { TargetRequest(targets: names.map(\.target)) }
        switch call {
        case .reload(let names):
            let result = try await client.call(Methods.reload, targets(names))
            return .reloaded(result.failures, restarted: result.restarted)
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
