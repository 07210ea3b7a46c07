import Core
import NIOCore

// Calls: placed, sent in order, answered by id, sent again after a broken connection.
extension Link {
    /// Encodes and decodes on the caller's task; only bytes travel through the event loop.
    nonisolated func call<P, R>(_ method: Method<P, R>, _ params: P, deadline: Int?) async throws -> R {
        try Task.checkCancellation()
        let id = nextID()
        let limit = deadline ?? CallRule.of(method.name).usualLimit
        let frame = try Message.request(
            id, method, params, deadline: limit, key: method.changes ? "\(identity)-\(id)" : nil)
        let payload = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<ByteBuffer, any Error>) in
                onLoop { link in
                    let answer = { continuation.resume(with: $0) }
                    link.place(id, PendingCall(method: method.name, frame: frame, deadline: deadline, answer: answer))
                }
                // The handler below may have run before the call was placed.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
        return try Message.result(R.self, of: payload)
    }

    /// A call of the link itself; `done` runs on the event loop, before anything that arrives after the answer.
    func ask<P, R>(_ method: Method<P, R>, _ params: P, done: @escaping (Result<R, any Error>) -> Void) {
        let id = nextID()
        do {
            let frame = try Message.request(id, method, params)
            place(
                id,
                PendingCall(method: method.name, frame: frame, deadline: nil) { answer in
                    done(answer.flatMap { payload in Result { try Message.result(R.self, of: payload) } })
                })
        } catch {
            done(.failure(error))
        }
    }

    private nonisolated func cancel(_ id: UInt64) {
        onLoop { $0.finish(id, .failure(CancellationError())) }
    }

    func place(_ id: UInt64, _ call: PendingCall) {
        if case .closed = phase { return call.answer(.failure(Failure.closed)) }
        guard calls.count < Self.maxCalls else { return call.answer(.failure(Failure.tooMany(calls.count))) }
        add(id, call)
        unsent.append(id)
        sendWaiting()
    }

    /// Enters a call into the table and starts its clock.
    func add(_ id: UInt64, _ call: PendingCall) {
        calls[id] = call
        guard let limit = call.limit else { return }
        let silent = Failure.silent(call.method, limit)
        calls[id]?.timer = loop.scheduleTask(in: .milliseconds(Int64(limit))) { [weak self] in
            self?.assumeIsolated { $0.finish(id, .failure(silent)) }
        }
    }

    /// Sends what waits, as far as the bound on unanswered calls allows.
    func sendWaiting() {
        guard case .up(let channel) = phase, !unsent.isEmpty else { return }
        failUnsure()
        let room = Defaults.clientRequests - inFlight
        let now = unsent.prefix(room)
        for id in now {
            guard let call = calls[id] else { continue }
            channel.write(call.frame, promise: nil)
            calls[id]?.sends += 1
            calls[id]?.isSent = true
            inFlight += 1
        }
        unsent.removeFirst(now.count)
        channel.flush()
    }

    /// Ends a call; one that has ended already is left alone.
    func finish(_ id: UInt64, _ result: Result<ByteBuffer, any Error>) {
        guard let call = calls.removeValue(forKey: id) else { return }
        call.timer?.cancel()
        if call.isSent { inFlight -= 1 } else { unsent.removeAll { $0 == id } }
        call.answer(result)
        sendWaiting()
    }

    /// After a broken connection: what may be sent again waits for the next one, the rest fails.
    func takeBack(_ why: Failure) {
        for (id, call) in calls where call.isSent {
            if call.rule.retry == .never || (call.rule.retry == .byKey && !knowsKeys) {
                finish(id, .failure(Failure.unsure(call.method)))
            } else if call.sends >= Self.maxSends {
                finish(id, .failure(why))
            } else {
                calls[id]?.isSent = false
            }
        }
        inFlight = 0
        unsent = calls.keys.sorted()
    }

    /// Calls that an earlier engine may have carried out fail when this one could not know of it.
    private func failUnsure() {
        guard !knowsKeys else { return }
        for (id, call) in calls where call.sends > 0 && !call.isSent && call.rule.retry == .byKey {
            finish(id, .failure(Failure.unsure(call.method)))
        }
    }

    /// The engine of the present or the last connection does what has a key once.
    private var knowsKeys: Bool { (greeting?.version ?? 1) >= 2 }

    /// No daemon is left: all calls fail, but for those that wanted just that.
    func failCalls(_ why: Failure, daemonIsGone: Bool) {
        for (id, call) in calls {
            guard daemonIsGone, call.rule.retry == .untilGone, call.sends > 0 else {
                finish(id, .failure(why))
                continue
            }
            finish(id, Result { try Message.nothing() })
        }
    }
}
