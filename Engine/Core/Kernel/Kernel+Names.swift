// What stands behind a name: whether two definitions mean the same program, and whether what is down is as it should be.
extension Kernel {
    /// A name that is taken by another program is refused.
    func check(_ spec: AppSpec) throws(Failure) {
        try admit(spec)
        guard let old = fleet.app(namespace: spec.namespace, name: spec.name), spec.namespace == Defaults.namespace,
            !spec.runsSame(as: old.spec)
        else { return }
        throw Failure(
            .nameTaken, "the name ‘\(spec.name)’ is taken", why: "it runs \(old.spec.whatItRuns)",
            next: "choose another with --name, or od delete \(spec.name) first")
    }

    /// Whether an app of a config is down because somebody has stopped it: a job that came to its end is as it should be.
    func isLeftStopped(_ spec: AppSpec) -> Bool {
        guard spec.startsItself, let app = fleet.app(namespace: spec.namespace, name: spec.name) else { return false }
        let records = fleet.keys(of: app.key).compactMap { fleet[$0]?.record }
        let isJob = spec.restart.mode == .never || spec.restart.mode == .onFailure
        let hasCompleted = isJob && records.allSatisfy { $0.exit?.isSuccess == true }
        return !hasCompleted && records.allSatisfy { $0.wanted == .stopped }
    }
}

extension AppSpec {
    /// The file that its script names, absolute; nil for a program of PATH and for a command line.
    var file: String? {
        let path = script.split(separator: "/").filter { $0 != "." && $0 != ".." }.joined(separator: "/")
        guard !path.isEmpty else { return nil }
        let found = ([program] + arguments).first { $0.hasPrefix("/") && ($0 == script || $0.hasSuffix("/" + path)) }
        // A bare word may be a program of PATH, which has more than one place.
        let isOfPath = found == program && interpreter == nil && !script.contains("/") && found != "\(cwd)/\(script)"
        return isOfPath ? nil : found
    }

    /// Whether both run the same program, however people named it, from whichever folder.
    func runsSame(as other: AppSpec) -> Bool {
        if let file, let theirs = other.file { return file == theirs }
        return script == other.script && (!isCommandLine || cwd == other.cwd)
    }

    /// What `npm start` does is said by the folder that it is in.
    private var isCommandLine: Bool { script.contains(where: \.isWhitespace) }

    /// For people who want to run another one under its name.
    fileprivate var whatItRuns: String { file ?? (isCommandLine ? "\(script) in \(cwd)" : script) }
}
