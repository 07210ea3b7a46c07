import CKernel
import Core
import Glibc

// What is said to apps that run: signals and lines. Nothing of it is wanted for ever, so nothing of it is stored.
extension Control {
    nonisolated func addSteering(to router: inout Router) {
        router.inOrder(Methods.reload) { request, _ in
            guard case .reloaded(let result) = try await self.command(.reload(request.targets)) else {
                throw self.noAnswer
            }
            return result
        }
        router.inOrder(Methods.scale) { request, _ in
            let quiet = try await self.quiet(request.targets)
            guard case .started(let result) = try await self.command(.scale(request, quiet: quiet)) else {
                throw self.noAnswer
            }
            return result
        }
        router.inOrder(Methods.reset) { request, _ in try await self.processes(.reset(request.targets)) }
        router.inOrder(Methods.signal) { request, _ in try await self.signal(request) }
        router.inOrder(Methods.send) { request, _ in try await self.send(request) }
    }

    /// Single instances that need not be restarted for others beside them: they listen on no port.
    private func quiet(_ targets: [String]) async throws(Failure) -> Set<UInt64> {
        await untilReady()
        let runs = try kernel.possiblyQuiet(targets)
        guard !runs.isEmpty else { return [] }
        // A worker that is gone or too busy tells nothing: then they are restarted.
        let quiet = try? await parts.chores.run {
            runs.filter { !KernelPortFacts.listensSomewhere($0.pid) }.map(\.key)
        }
        return Set(quiet ?? [])
    }

    private func signal(_ request: SignalRequest) async throws(Failure) -> [InstanceInfo] {
        guard (1...64).contains(request.signal) else {
            throw Failure(
                .usage, "there is no signal \(request.signal)", why: "they are 1 to 64",
                next: "kill -l lists them with their names")
        }
        let runs = try await running(request.targets)
        for (_, run) in runs {
            if let index = slots[run]?.index { parts.link.signalMain(slot: index, run, request.signal) }
        }
        return runs.map(\.info)
    }

    private func send(_ request: SendRequest) async throws(Failure) -> [InstanceInfo] {
        let bytes = Array(request.text.utf8)
        guard bytes.count <= Defaults.sendBytes else {
            throw Failure(
                .usage, "\(bytes.count) bytes are too many for one call",
                why: "a pipe takes \(Defaults.sendBytes)", next: "send it in parts")
        }
        let runs = try await running(request.targets)
        // Nobody is told before all can be.
        for (info, run) in runs where shared[InputPipe.key(run)] == nil {
            throw Failure(
                .stdinClosed, "\(info.label) has no stdin", why: "it leads to /dev/null",
                next: "set ‘stdin: pipe’ in its config, or od start --stdin pipe, and start it again")
        }
        for (info, run) in runs {
            guard let pipe = shared[InputPipe.key(run)] else { continue }
            do throws(Errno) {
                try InputPipe.write(bytes, to: pipe)
            } catch {
                let isFull = error.number == EAGAIN
                throw Failure(
                    .stdinClosed, "\(info.label) does not take what is sent to it",
                    why: isFull ? "it does not read its stdin, and the pipe is full" : "its stdin: \(error)",
                    next: isFull ? "try again when it reads" : "od restart \(info.label) opens it again")
            }
        }
        return runs.map(\.info)
    }

    /// The runs of what is named; of those that are down nobody can be told anything.
    private func running(_ targets: [String]) async throws(Failure) -> [(info: InstanceInfo, run: RunID)] {
        await untilReady()
        let all = try kernel.runs(of: targets, at: Clock.now())
        let running = all.compactMap { one in one.run.map { (one.info, $0) } }
        guard running.isEmpty, let first = all.first else { return running }
        throw Failure(
            .notRunning, "\(first.info.label) does not run",
            why: all.count > 1 ? "nor does any other of them" : "it is \(first.info.word)",
            next: "od start \(first.info.name)")
    }
}
