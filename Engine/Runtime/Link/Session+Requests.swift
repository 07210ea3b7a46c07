import Core
import NIOCore

// Requests of one client: admitted on the event loop, decoded and worked on off it.
extension Session {
    /// A request, or a batch of them, has come whole.
    func take(_ frame: InboundFrame) {
        accepted(reserved: frame.reserved)
        let wait = admit(1)
        let arrived = NIODeadline.now()
        lane.add { await self.begin(frame, arrived, wait: wait) }
    }

    /// - Parameter wait: milliseconds until the client may ask again; nil when it may now.
    private nonisolated func begin(_ frame: InboundFrame, _ arrived: NIODeadline, wait: Int?) async {
        let done: Errand.Finish = { await self.finish($0, reserved: frame.reserved) }
        guard Batch.isOne(frame.payload.readableBytesView) else {
            return await begin(frame.payload, arrived, wait: wait, done)
        }
        do {
            let bytes = Array(frame.payload.readableBytesView)
            let elements = try Batch.elements(bytes, limit: server.limits.batch)
            // The frame itself has paid for one.
            var wait = wait
            if wait == nil { wait = await admit(elements.count - 1) }
            let answers = BatchAnswers(count: elements.count, finish: done)
            for (index, range) in elements.enumerated() {
                await begin(ByteBuffer(bytes: bytes[range]), arrived, wait: wait) { await answers.add($0, at: index) }
            }
        } catch {
            await done(Router.Reply(answer: Answer(id: nil, error: .badBatch(error))))
        }
    }

    /// Returns when the next request of this client may begin.
    private nonisolated func begin(
        _ payload: ByteBuffer, _ arrived: NIODeadline, wait: Int?, _ finish: @escaping Errand.Finish
    ) async {
        let head: RPCHead
        do {
            head = try await Answer.decodeApart(payload)
        } catch {
            return await finish(Router.Reply(answer: Answer(id: nil, error: .notJSON(error))))
        }
        let errand = Errand(head, payload, finish: finish)
        if let wait { return await errand.refuse(RPCError(Failure.tooFast(again: wait))) }
        guard let route = server.routes[head.method] else {
            let isHello = head.method == Methods.hello.name
            return await errand.refuse(isHello ? .helloAgain : .unknownMethod(head.method))
        }
        if let key = head.key, key.utf8.count > RPCHead.maxKey { return await errand.refuse(.keyTooLong) }
        let passed = Int((NIODeadline.now() - arrived).nanoseconds / 1_000_000)
        let left = head.deadline.map { max(0, min($0, Errand.longest)) - passed }
        if let left, left <= 0 { return await errand.refuse(RPCError(Failure.deadline(head.method, begun: false))) }
        await run(errand, route, left: left)
    }

    private nonisolated func run(_ errand: Errand, _ route: Router.Route, left: Int?) async {
        guard !route.changes else { return await errand.run(route, self, left: left) }
        let number = readings.add(errand)
        errand.whenAnswered { [readings] in readings.remove(number) }
        await errand.run(route, self, left: left)
    }

    /// Takes `count` requests from the client's allowance.
    /// - Returns: nil, or the milliseconds until it may ask again.
    private func admit(_ count: Int) -> Int? {
        let now = Instant(nanoseconds: NIODeadline.now().uptimeNanoseconds)
        guard count > 0, case .wait(let milliseconds) = rate.take(count, at: now) else { return nil }
        if case .wait(let pause) = refusals.take(at: now) { pauseReading(pause) }
        return milliseconds
    }

    /// A heartbeat counts as a request; one too many is not answered.
    func beat() {
        guard admit(1) == nil else { return }
        send(heartbeat: ByteBuffer(bytes: Frame.header(.heartbeat, length: 0)))
    }

    private func finish(_ reply: Router.Reply, reserved: Int) {
        answered(reply.answer, reserved: reserved)
        for pump in reply.pumps { run(pump.run, stream: pump.stream) }
    }
}
