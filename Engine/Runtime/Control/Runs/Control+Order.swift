import Core

// What the kernel wants watched beside the processes: pid files and limits of memory. And who depends on whom.
extension Control {
    func watch(_ effects: Effects) {
        for file in effects.pidFiles { pidFiles.take(file) }
        if limitsMemory { keepMeasuring() }
    }

    // MARK: memory

    /// Some app has a limit of memory, and it can be measured.
    var limitsMemory: Bool { kernel.limitsMemory && capabilities.isEnabled(.metrics) }

    var hasLimitedRuns: Bool { limitsMemory && !kernel.limitedRuns().isEmpty }

    /// Tells the kernel who has more memory than it may, by the last figures.
    func limitMemory() {
        guard let figures else { return }
        for run in kernel.limitedRuns() {
            guard let tree = figures.trees[run.pid], tree.memory > run.limit else { continue }
            take(.overMemory(run.id, tree.memory))
        }
    }

    /// What people should know who ask for limits that nobody watches.
    func memoryWarnings(_ apps: [AppSpec]) -> [String]? {
        let limited = apps.filter { $0.maxMemory != nil }.map(\.name)
        guard !limited.isEmpty, !capabilities.isEnabled(.metrics) else { return nil }
        return [
            "‘maxMemory’ of \(limited.joined(separator: ", ")) is not watched: the capability metrics is off; "
                + "od plugin enable metrics"
        ]
    }

    // MARK: order

    func graph() async -> AppGraph {
        await untilReady()
        return kernel.graph()
    }
}
