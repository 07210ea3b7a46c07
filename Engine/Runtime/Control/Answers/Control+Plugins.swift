import Core

// Capabilities: what people switch on and off, and work that may fail without taking the engine with it.
extension Control {
    nonisolated func addPlugins(to router: inout Router) {
        router.on(Methods.plugins) { _, _ in await self.plugins() }
        router.on(Methods.plugin) { request, _ in try await self.plugin(request.id) }
        router.inOrder(Methods.enablePlugin) { request, _ in
            try await self.switchPlugins { capabilities throws(Failure) in try capabilities.enable(request.id) }
        }
        router.inOrder(Methods.disablePlugin) { request, _ in
            try await self.switchPlugins { capabilities throws(Failure) in try capabilities.disable(request.id) }
        }
    }

    private func plugins() -> [PluginInfo] { capabilities.infos(at: Clock.now()) }

    private func plugin(_ id: String) throws(Failure) -> PluginInfo { try capabilities.info(id, at: Clock.now()) }

    /// Decides at once, so that two wishes cannot contradict each other; answers when it is on disk, and takes it back
    /// when it could not be stored.
    private func switchPlugins(
        _ edit: (inout Capabilities) throws(Failure) -> [String]
    ) async throws(Failure) -> [PluginInfo] {
        let changed = try edit(&capabilities)
        let states = Dictionary(uniqueKeysWithValues: changed.map { ($0, capabilities.isEnabled($0)) })
        if !states.isEmpty {
            do {
                let store = parts.store
                try await parts.storeWorker.run { try store.put(capabilities: states) }
            } catch {
                for (id, state) in states { capabilities.set(id, enabled: !state) }
                throw error as? Failure ?? .unexpected(error)
            }
            capabilitiesChanged()
        }
        let now = Clock.now()
        return capabilities.infos(at: now).filter { changed.contains($0.id) }
    }

    private func capabilitiesChanged() {
        // Old figures would look like those of now.
        if !capabilities.isEnabled(.metrics) {
            figures = nil
            history.forget()
        }
        keepMeasuring(soon: true)
    }

    /// Its work went well or not. The log says so when that is news.
    func report(_ one: Capability, _ failure: (any Error)?) {
        let before = capabilities.trouble(one)
        if let failure {
            let text = capabilities.failed(one, "\(failure)", at: Clock.now().boot)
            if before != "\(failure)" { Log.write(text, .error) }
        } else {
            capabilities.succeeded(one)
            if before != nil { Log.write("\(one.id) works again") }
        }
    }

    // MARK: history

    /// Writes one batch. The history of events is a capability: when the rest can be stored without it, it is.
    ///
    /// - Returns: the events that could not be stored, and are to be tried again.
    /// - Throws: `OD6001`; nothing was stored.
    func commit(
        _ writes: [StoreWrite], processes: [ProcessRecord] = []
    ) async throws(Failure) -> [StoreWrite] {
        let rest = writes.filter { !$0.isHistory }
        guard rest.count < writes.count, capabilities.isEnabled(.events) else {
            try await put(rest, processes)
            return []
        }
        if capabilities.allows(.events, at: Clock.now().boot) {
            do {
                try await put(writes, processes)
                report(.events, nil)
                return []
            } catch {
                report(.events, error)
                // With nothing else to store there is nothing to save.
                guard !rest.isEmpty || !processes.isEmpty else { throw error }
            }
        }
        try await put(rest, processes)
        return writes.filter(\.isHistory)
    }

    private func put(_ writes: [StoreWrite], _ processes: [ProcessRecord]) async throws(Failure) {
        let store = parts.store
        do {
            try await parts.storeWorker.run { try store.commit(writes, processes: processes) }
        } catch {
            throw error as? Failure ?? Failure(.bug, "the store failed", why: "\(error)", next: "report this")
        }
    }
}

extension StoreWrite {
    /// It tells what happened, and nothing depends on it.
    var isHistory: Bool { if case .addEvent = self { true } else { false } }
}
