import CKernel
import Core

/// The thread of the sign watch: one epoll over all sources, and a clock for ports and for what is told in batches.
final class SignLoop {
    private struct Key: Hashable {
        var id: RunID
        var source: SignSource
    }

    private let epoll: Int32
    private let watch: SignWatch
    private let facts: (SignFact) -> Void
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SignWatch.lineMax, alignment: 8)
    private let tags = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 64)
    private var ears: [RunID: Ear] = [:]
    /// What epoll reports. Tags are never used twice: a late report finds nobody.
    private var keys: [UInt64: Key] = [:]
    private var lastTag: UInt64 = 0
    private var kin = Kin()
    /// Runs whose port is looked for, and those that have something to tell later.
    private var ports: Set<RunID> = []
    private var patient: Set<RunID> = []
    private var nextLook = Int64.max
    private var nextPorts = Int64.max
    private var portSearch = PortSearch(KernelPortFacts())
    /// Sockets that strangers write to, and when they are looked at again.
    private var resting: [(key: Key, until: Int64)] = []
    private var isStopping = false

    private static let bellTag = UInt64.max
    private static let portInterval = Int64(Defaults.portInterval) * 1_000_000
    private static let signInterval = Int64(Defaults.signInterval) * 1_000_000
    /// Pause after a message of a user who has no business with the run, nanoseconds: to look up who he is costs us a
    /// few files, and may cost so much 200 times a second for each socket.
    private static let strangerRest: Int64 = 5_000_000

    init(epoll: Int32, watch: SignWatch, facts: @escaping (SignFact) -> Void) {
        self.epoll = epoll
        self.watch = watch
        self.facts = facts
    }

    deinit {
        od_pump_close(epoll)
        buffer.deallocate()
        tags.deallocate()
    }

    /// Until `SignWatch.stop`.
    func run() {
        _ = od_pump_watch_level(epoll, watch.bell.descriptor, Self.bellTag)
        while !isStopping { turn() }
        for id in Array(ears.keys) { forget(id) }
    }

    private func turn() {
        let pause = nextLook == .max ? -1 : max(0, nextLook - od_pump_now())
        let count = od_pump_wait(epoll, tags.baseAddress, Int32(tags.count), pause)
        for tag in tags.prefix(Int(max(count, 0))) {
            if tag == Self.bellTag {
                for order in watch.take() { obey(order) }
            } else if let key = keys[tag] {
                listen(key, tag)
            }
        }
        let now = od_pump_now()
        guard now >= nextLook else { return }
        endRests(now)
        if now >= nextPorts { lookAtPorts(now) }
        for id in patient { tell(id, now) }
        nextLook = min(nextPorts, resting.map(\.until).min() ?? .max)
        for id in patient { nextLook = min(nextLook, (ears[id]?.toldAt ?? now) + Self.signInterval) }
    }

    private func obey(_ order: SignWatch.Order) {
        switch order {
        case .hear(let id, let pid, let attention, let sources): hear(id, pid, attention, sources)
        case .taken(let id, let source): taken(Key(id: id, source: source))
        case .output(let id, let channel, let bytes):
            guard ears[id]?.log?.matches(bytes, of: channel) == true else { return }
            ears[id]?.log = nil
            facts(.ready(id, nil))
        case .forget(let id): forget(id)
        case .stop: isStopping = true
        }
    }

    private func hear(_ id: RunID, _ pid: Int32, _ attention: Attention, _ sources: [SignSource: Descriptor]) {
        forget(id)
        var ear = Ear(id: id, pid: pid, user: Int32(truncatingIfNeeded: od_signs_user(pid)))
        ear.awaits = attention.awaits?.notify
        ear.log = attention.awaits?.log.flatMap(LineMatch.init)
        ear.port = attention.awaits?.port.map { UInt16($0) }
        for (source, descriptor) in sources {
            lastTag += 1
            keys[lastTag] = Key(id: id, source: source)
            ear.sources[source] = Ear.Source(descriptor: descriptor, tag: lastTag)
        }
        ears[id] = ear
        for source in sources.keys { wait(for: Key(id: id, source: source), again: false) }
        guard ear.port != nil else { return }
        ports.insert(id)
        nextPorts = od_pump_now()
        nextLook = min(nextLook, nextPorts)
    }

    private func forget(_ id: RunID) {
        guard let ear = ears.removeValue(forKey: id) else { return }
        for source in ear.sources.values { drop(source) }
        ports.remove(id)
        patient.remove(id)
        resting.removeAll { $0.key.id == id }
    }

    private func drop(_ source: Ear.Source) {
        keys[source.tag] = nil
        // The keeper holds the same socket: without this, epoll would go on reporting it.
        _ = od_pump_unwatch(epoll, source.descriptor.lent)
    }

    private func wait(for key: Key, again: Bool) {
        guard let source = ears[key.id]?.sources[key.source] else { return }
        _ = od_pump_watch(epoll, source.descriptor.lent, source.tag, again ? 1 : 0)
    }

    private func rest(_ key: Key) {
        if key.source == .notify {
            // Who cannot be heard is not silent: strangers must not bring the watchdog on it.
            ears[key.id]?.isAlive = true
            patient.insert(key.id)
        }
        let until = od_pump_now() + Self.strangerRest
        resting.append((key, until))
        nextLook = min(nextLook, until)
    }

    private func endRests(_ now: Int64) {
        let over = resting.filter { $0.until <= now }
        resting.removeAll { $0.until <= now }
        for one in over { wait(for: one.key, again: true) }
    }

    // MARK: messages

    /// Something can be read, or the other end is closed.
    private func listen(_ key: Key, _ tag: UInt64) {
        guard let ear = ears[key.id], let source = ear.sources[key.source] else { return }
        var sender: Int32 = -1
        var user: Int32 = -1
        let length = od_signs_look(source.descriptor.lent, buffer.baseAddress, buffer.count, &sender, &user)
        if length == -Int64(Errno.again) { return wait(for: key, again: true) }
        // A datagram may be empty; a stream that is has ended.
        guard length > 0 || (length == 0 && key.source == .notify) else {
            drop(source)
            ears[key.id]?.sources[key.source] = nil
            return
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<Int(length)])
        let isReady: Bool
        switch key.source {
        case .channel: isReady = ears[key.id]?.sources[.channel]?.lines.isReady(bytes) ?? false
        case .notify: isReady = hearNotify(key.id, bytes, sender, user)
        case .line: isReady = bytes.contains(LogBounds.newline)
        }
        ears[key.id]?.sources[key.source]?.looked = Int(length)
        if key.source == .notify, kin.isStranger(user, to: ear) { ears[key.id]?.sources[.notify]?.isFlooded = true }
        let isNews = isReady && ears[key.id]?.awaits != nil
        guard isNews, key.source.notify == ears[key.id]?.awaits else { return taken(key) }
        ears[key.id]?.awaits = nil
        facts(.ready(key.id, key.source))
    }

    /// Takes what was looked at, and waits for more.
    private func taken(_ key: Key) {
        guard let source = ears[key.id]?.sources[key.source], let length = source.looked else { return }
        let took = od_signs_take(
            source.descriptor.lent, buffer.baseAddress, key.source == .notify ? buffer.count : length)
        if took == -Int64(Errno.busy) { return rest(key) }
        if took > 0, key.source == .channel {
            ears[key.id]?.sources[.channel]?.lines.take(UnsafeRawBufferPointer(rebasing: buffer[..<Int(took)]))
        }
        ears[key.id]?.sources[key.source]?.looked = nil
        ears[key.id]?.sources[key.source]?.isFlooded = false
        source.isFlooded ? rest(key) : wait(for: key, again: true)
    }

    /// A datagram of sd_notify(3). Only processes of the run are believed.
    private func hearNotify(_ id: RunID, _ bytes: UnsafeRawBufferPointer, _ sender: Int32, _ user: Int32) -> Bool {
        guard var ear = ears[id], kin.believes(ear, sender: sender, user: user) else { return false }
        let message = NotifyMessage(bytes)
        if let status = message.status { ear.status = status }
        ear.isAlive = ear.isAlive || message.isAlive
        ears[id] = ear
        if ear.status != nil || ear.isAlive {
            patient.insert(id)
            nextLook = min(nextLook, ear.toldAt + Self.signInterval)
        }
        return message.isReady
    }

    /// Tells what has gathered, a while after the last time.
    private func tell(_ id: RunID, _ now: Int64) {
        guard let ear = ears[id] else { return }
        guard now >= ear.toldAt + Self.signInterval else { return }
        if let status = ear.status { facts(.said(id, .status(status))) }
        if ear.isAlive { facts(.said(id, .alive)) }
        ears[id]?.status = nil
        ears[id]?.isAlive = false
        ears[id]?.toldAt = now
        patient.remove(id)
    }

    // MARK: ports

    /// Looks at the ports of all who wait for one.
    private func lookAtPorts(_ now: Int64) {
        var waiters: [PortSearch<KernelPortFacts>.Waiter: [RunID]] = [:]
        for id in ports {
            guard let ear = ears[id], let port = ear.port else { continue }
            waiters[.init(pid: ear.pid, port: port), default: []].append(id)
        }
        for waiter in portSearch.find(Set(waiters.keys), at: now) {
            for id in waiters[waiter] ?? [] {
                ears[id]?.port = nil
                ports.remove(id)
                facts(.ready(id, nil))
            }
        }
        nextPorts = ports.isEmpty ? .max : now + Self.portInterval
    }
}

extension SignSource {
    /// The idiom that uses it.
    fileprivate var notify: Readiness.Notify {
        switch self {
        case .channel: .node
        case .notify: .systemd
        case .line: .fd
        }
    }
}
