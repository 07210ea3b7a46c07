import CKernel
import Core

// What runs say: the descriptors by which they speak, held by the keeper too, and the watch that hears them.
extension Control {
    /// The number of node's channel in an app, above what is passed for other purposes.
    private static let channelTarget: Int32 = 90

    // MARK: before a run

    /// The keeper may have the run already, by the word of an engine that died: then what it was given is among these.
    func claim(_ id: RunID, _ voice: Voice) {
        guard voices[id] == nil else { return }
        for source in SignSource.allCases where source.isGiven(by: voice) {
            if let held = heldPages.removeValue(forKey: source.key(id)) { voices[id, default: [:]][source] = held }
        }
    }

    /// Adds to a grant what the run needs to speak. Our ends are with the keeper before the run is.
    func equip(_ id: RunID, _ voice: Voice, _ grant: inout SpawnGrant) throws(Errno) {
        if voice.channel {
            do throws(Errno) {
                try pair(id, .channel, target: Self.channelTarget, &grant) {
                    $0["NODE_CHANNEL_FD"] = "\(Self.channelTarget)"
                    $0["NODE_CHANNEL_SERIALIZATION_MODE"] = "json"
                }
            } catch {
                if voice.needsChannel { throw error }
                Log.write("run \(id.instance).\(id.run) has no channel: \(error)", .warn)
            }
        }
        if let target = voice.descriptor {
            try pair(id, .line, target: target, &grant) { $0["OD_NOTIFY_FD"] = "\(target)" }
        }
        guard voice.notify else { return }
        let held = voices[id]?[.notify]
        let socket = if let held { try NotifySocket(held) } else { try NotifySocket(home: parts.home.path, id) }
        keep(id, .notify, socket.descriptor)
        grant.imposed["NOTIFY_SOCKET"] = socket.name
        if let watchdog = voice.watchdog { grant.imposed["WATCHDOG_USEC"] = "\(watchdog * 1000)" }
    }

    private func pair(
        _ id: RunID, _ source: SignSource, target: Int32, _ grant: inout SpawnGrant,
        _ say: (inout [String: String]) -> Void
    ) throws(Errno) {
        // Somebody has the other end: the run was started before, and is asked for once more.
        if let held = voices[id]?[source], od_signs_is_alone(held.lent) == 0 { return }
        var ends: [Int32] = [-1, -1]
        _ = try Errno.check(od_signs_pair(&ends))
        grant.passed.append(PassedDescriptor(target: target, source: .attached(Descriptor(ends[1]))))
        say(&grant.imposed)
        keep(id, source, Descriptor(ends[0]))
    }

    private func keep(_ id: RunID, _ source: SignSource, _ descriptor: Descriptor) {
        voices[id, default: [:]][source] = descriptor
        parts.link.store(key: source.key(id), descriptor: descriptor.lent)
    }

    // MARK: a run

    /// Hears a run that executes, and looks for what makes it ready.
    func listen(_ id: RunID, pid: Int32, _ attention: Attention) {
        claim(id, attention.voice)
        if attention.awaits?.log != nil { lookForLine(id) }
        parts.signs.hear(id, pid: pid, attention, voices[id] ?? [:])
    }

    /// Copies of what the run writes go to the watch, from the first byte that is in no file yet.
    private func lookForLine(_ id: RunID) {
        let signs = parts.signs
        tapped.insert(id)
        _ = parts.pump.tap(id, { signs.output(id, $0, $1) })
        // An engine that died may have written the line and not have stored that the app is ready.
        guard let since = slots[id]?.process?.since, since < startedAt.boot, let plan = kernel.logPlan(of: id) else {
            return
        }
        let begin = Clock.now().wallTime(of: since)
        _ = parts.readers.post {
            for (path, channel) in [(plan.out, LogChunk.Channel.out), (plan.error, .error)] {
                Self.reread(path, since: begin) { signs.output(id, channel, $0) }
            }
        }
    }

    /// What is in a log since a moment, at most `SignWatch.outputMax` bytes.
    private static func reread(_ path: String, since: WallTime, _ take: ([UInt8]) -> Void) {
        let reader = LogReader(path)
        var left = SignWatch.outputMax / 4
        guard (try? reader.seek(since: since)) != nil else { return }
        while left > 0, let bytes = try? reader.read(SignWatch.lineMax).bytes, !bytes.isEmpty {
            take(bytes)
            left -= bytes.count
        }
    }

    /// Takes what was heard.
    func take(_ fact: SignFact) {
        switch fact {
        case .said(let id, let sign):
            take(.sign(id, sign))
        case .ready(let id, let source):
            if tapped.remove(id) != nil { _ = parts.pump.tap(id, nil) }
            take(.sign(id, .ready))
            guard let source else { return }
            Task {
                await untilStored()
                parts.signs.taken(id, source)
            }
        }
    }

    /// Asks the main process of a run to end by a message; where that cannot be said, all of it by a signal.
    func askToEnd(_ id: RunID, _ signal: Int32) {
        let message = Array("\"shutdown\"\n".utf8)
        if let channel = voices[id]?[.channel], od_signs_say(channel.lent, message, message.count) == 0 { return }
        obey(.signal(id, signal))
    }

    /// Nothing of the run lives, or it was never begun.
    func silence(_ id: RunID) {
        if tapped.remove(id) != nil { _ = parts.pump.tap(id, nil) }
        guard let sources = voices.removeValue(forKey: id) else { return parts.signs.forget(id) }
        parts.signs.forget(id)
        for source in sources.keys { parts.link.drop(key: source.key(id)) }
        if let notify = sources[.notify] { try? NotifySocket(notify).remove() }
    }

    // MARK: keepers

    /// A new keeper holds nothing: it gets our ends again.
    func giveBackVoices() {
        for (id, sources) in voices {
            for (source, descriptor) in sources { parts.link.store(key: source.key(id), descriptor: descriptor.lent) }
        }
    }

    /// All runs that there are have been claimed: what an engine left behind that died between two steps may go.
    func dropStrangeVoices() {
        for key in heldPages.keys where SignSource.isKey(key) { parts.link.drop(key: key) }
        let living = voices.values.compactMap { try? $0[.notify].map(NotifySocket.init)?.name }
        NotifySocket.sweep(home: parts.home.path, keeping: Set(living))
    }
}

extension SignSource {
    fileprivate func isGiven(by voice: Voice) -> Bool {
        switch self {
        case .channel: voice.channel
        case .notify: voice.notify
        case .line: voice.descriptor != nil
        }
    }
}
