import Core
import NIOCore
import NIOPosix

// Making connections: the first one, and the next after each that broke.
extension Link {
    /// Milliseconds between attempts to connect again on this machine: doubled from the first to the longest.
    private static let firstPause = 2
    private static let longestPause = 1000
    /// Failures after which the next attempt may find an engine.
    private static let passing: Set<ErrorCode> = [.connectionLost, .engineSilent, .remoteFailed, .tooBusy]

    /// Takes over a connected socket and says hello.
    ///
    /// - Throws: `Failure`: OD5006 the other end closed, OD5001 it is silent, OD5003 it is no engine, OD5004.
    func establish(_ socket: Int32, within milliseconds: Int) async throws -> HelloResult {
        connection += 1
        let number = connection
        phase = .greeting
        refusal = nil
        let channel = try await ClientBootstrap(group: loop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers(
                    ByteToMessageHandler(FrameDecoder()), LinkHandler(link: self, connection: number))
            }
        }.withConnectedSocket(socket).get()
        do {
            let payload = try await sayHello(on: channel, number, within: milliseconds)
            let hello = try Self.checked(payload)
            guard case .greeting = phase, connection == number else { throw Failure.closed }
            greeted(hello, channel)
            return hello
        } catch {
            if case .greeting = phase { phase = .down }
            channel.close(promise: nil)
            throw error
        }
    }

    /// Hello goes first and alone; everything else waits for its answer.
    private func sayHello(on channel: any Channel, _ number: Int, within milliseconds: Int) async throws -> ByteBuffer {
        let id = nextID()
        var request = HelloRequest(
            client: options.client, owner: options.embedded ? true : nil,
            ending: options.ending ? true : nil)
        request.command = options.command
        let frame = try Message.request(id, Methods.hello, request)
        return try await withCheckedThrowingContinuation { continuation in
            guard case .greeting = phase else { return continuation.resume(throwing: refusal ?? Failure.lost) }
            let answer = { continuation.resume(with: $0) }
            add(id, PendingCall(method: Methods.hello.name, frame: frame, deadline: milliseconds, answer: answer))
            channel.writeAndFlush(frame).whenFailure { [weak self] _ in
                self?.assumeIsolated { $0.ended(number, nil) }
            }
        }
    }

    /// The engine's hello, if it speaks a version that this client speaks.
    private static func checked(_ payload: ByteBuffer) throws -> HelloResult {
        let hello: HelloResult
        do {
            hello = try Message.result(HelloResult.self, of: payload)
        } catch let failure as Failure where failure.code == .protocolError {
            throw Failure.notOurs("its answer to hello is none: \(failure.why)")
        }
        guard hello.magic == HelloRequest.magic else { throw Failure.notOurs("it calls itself \(hello.magic)") }
        guard (Versions.oldest...Versions.newest).contains(hello.version) else {
            throw Failure.versions(theirs: hello.version, build: hello.build)
        }
        return hello
    }

    /// Tries until it is connected or closed. The listening socket outlives the engine, so that this usually succeeds
    /// at once and the answer to hello takes as long as the next engine's start. Calls wait for it, but not for ever.
    func reconnect() async {
        let patience = options.pulse.patience
        let limit = ContinuousClock.now + .milliseconds(patience)
        let isRemote = options.remote != nil
        var pause = isRemote ? Defaults.firstRemotePause : Self.firstPause
        while case .down = phase {
            do {
                if try await connectAgain() { return }
            } catch let failure as Failure where !Self.passing.contains(failure.code) {
                // There is an engine, and it says why it cannot serve.
                failCalls(failure, daemonIsGone: false)
                failStreams(failure)
            } catch {
                // The engine went away once more: the next attempt finds the next one.
            }
            if ContinuousClock.now >= limit { failCalls(.silent("daemon.hello", patience), daemonIsGone: false) }
            try? await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, isRemote ? Defaults.longestRemotePause : Self.longestPause)
        }
    }

    /// One attempt. When nobody listens, keeper and engine are gone: who waits for an answer is told.
    private func connectAgain() async throws -> Bool {
        if options.remote != nil {
            do {
                connected(try await establishRemote(asks: false))
            } catch let failure as Failure {
                // Another reason than the first one: the network, the login, no daemon there.
                tellWatchers(.disconnected(failure))
                throw failure
            }
            return true
        }
        let options = options
        switch try await Blocking.run({ try options.dial() }) {
        case .connected(let socket):
            connected(try await establish(socket, within: options.pulse.patience))
            return true
        case .refused:
            failCalls(.gone, daemonIsGone: true)
            failStreams(.gone)
            return false
        case .busy:
            return false
        }
    }

    /// What was open is taken up again.
    private func connected(_ hello: HelloResult) {
        tellWatchers(.reconnected(hello))
        subscribe()
        startReaders()
        openStreams()
    }
}
