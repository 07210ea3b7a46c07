// Where the output of runs goes.
extension Kernel {
    /// Where the streams of a run go; nil for a run of nobody.
    package func logPlan(of id: RunID) -> LogPlan? {
        guard let instance = fleet[id.instance], let app = fleet.app(of: id.instance) else { return nil }
        return logPlan(app.spec, number: instance.record.number)
    }

    /// How the logs of an instance are written.
    package func logSettings(of process: InstanceInfo) -> LogSettings {
        fleet.app(namespace: process.namespace, name: process.name)?.spec.logs ?? LogSettings()
    }

    /// All log files of the app of an instance, and when they are put aside; nil for an instance of nobody.
    package func logs(of instance: UInt64) -> (files: [String], rotation: LogRotation)? {
        guard let app = fleet.app(of: instance) else { return nil }
        let plans = fleet.keys(of: app.key).compactMap { fleet[$0] }.map { logPlan(app.spec, number: $0.record.number) }
        let files = Set(plans.flatMap { [$0.out, $0.error] }).subtracting([Self.nowhere])
        return (files.sorted(), app.spec.logRotation ?? LogRotation())
    }

    /// `logs/<ns>/<app>-<instance>.out.log`, one file for all with `mergeLogs`, or where the config says. A file that the
    /// config names is shared by the instances only with `mergeLogs`; else `-<instance>` is put before its extension.
    func logPlan(_ spec: AppSpec, number: Int) -> LogPlan {
        let settings = spec.logs ?? LogSettings()
        let folder = "\(homePath)/logs/\(spec.namespace)"
        func place(_ own: String?, _ suffix: String) -> String {
            if settings.isDisabled { return Self.nowhere }
            guard let custom = own ?? settings.file else {
                return spec.mergeLogs
                    ? "\(folder)/\(spec.name).merged.\(suffix).log" : "\(folder)/\(spec.name)-\(number).\(suffix).log"
            }
            guard spec.instances > 1, !spec.mergeLogs, !custom.hasPrefix("/dev/") else { return custom }
            return Self.numbered(custom, number)
        }
        var plan = LogPlan(
            out: place(spec.outFile, "out"), error: place(spec.errorFile, "err"),
            rotation: spec.logRotation ?? LogRotation())
        plan.settings = settings
        plan.origin = LogOrigin(name: spec.name, instance: number, isShared: spec.mergeLogs)
        return plan
    }

    /// What a run that crashed said last is kept beside the logs below the home.
    func keepLastLines(_ id: RunID, _ spec: AppSpec, _ text: String, _ effects: inout Effects) {
        let settings = spec.logs ?? LogSettings()
        guard let number = fleet[id.instance]?.record.number, settings.crashLines > 0, !settings.isDisabled else {
            return
        }
        let label = "\(spec.name)#\(number)"
        effects.crashes.append(
            CrashNote(
                id: id, label: label, text: text, lines: settings.crashLines,
                path: "\(homePath)/logs/\(spec.namespace)/\(spec.name)-\(number).crash.log"))
    }

    /// Where logs go that nobody wants.
    package static let nowhere = "/dev/null"

    /// `/a/b.log` and 2 make `/a/b-2.log`.
    static func numbered(_ path: String, _ number: Int) -> String {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/"), dot > path.startIndex,
            path[path.index(before: dot)] != "/"
        else { return "\(path)-\(number)" }
        return "\(path[..<dot])-\(number)\(path[dot...])"
    }
}
