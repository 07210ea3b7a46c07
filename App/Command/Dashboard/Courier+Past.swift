import Core
import Interface
import OpenDaemon

extension Courier {
    /// How it was at a moment: the fleet, and the figures before it where some are kept.
    func look(back number: Int, _ time: WallTime, _ step: Int) async {
        do {
            let fleet = try await client.call(Methods.fleetAt, FleetAtRequest(time: time, events: 1))
            let from = WallTime(milliseconds: time.milliseconds - Int64(History.capacity * step))
            // Without figures the table is worth looking at all the same.
            let metrics = try? await client.call(
                Methods.metrics, MetricsRequest(targets: ["all"], host: true, from: from, to: time, step: step))
            guard !Task.isCancelled else { return }
            await mailbox.post(.past(number, Past.View(fleet: fleet, metrics: metrics, step: step)))
        } catch {
            await mailbox.post(.pastFailed(number, Self.refusal(error)))
        }
    }

    /// The minute before a moment, a point every five seconds: as fine as the graphs of the table are.
    func look(atMinuteBefore time: WallTime) async {
        let from = WallTime(milliseconds: time.milliseconds - Int64(History.capacity) * 1000)
        let request = MetricsRequest(targets: ["all"], host: true, from: from, to: time, step: 5000)
        // Without an answer the graphs begin with now.
        guard let metrics = try? await client.call(Methods.metrics, request) else { return }
        await mailbox.post(.minute(Past.View(fleet: FleetPast(time: time), metrics: metrics, step: 1000)))
    }

    /// An engine of an older version does not know the method.
    private static func refusal(_ error: any Error) -> Failure {
        guard let failure = error as? Failure else {
            return Failure(.bug, "the answer was lost", why: "\(error)", next: "try again")
        }
        guard failure.code == .protocolError else { return failure }
        return Failure(
            .versionMismatch, "the engine cannot look back", why: "it is of an older version than this od",
            next: "od daemon restart replaces it; apps go on")
    }
}
