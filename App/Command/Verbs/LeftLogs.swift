internal import Core
internal import Engine
internal import OpenDaemon

/// Logs of apps that were deleted: they stay, and people are told where.
enum LeftLogs {
    /// Files of a folder that are looked at.
    private static let most = 20_000

    /// A pattern for the shell that names what is left of an app below a home; nil when there is nothing.
    ///
    /// - Parameter target: as people name it: `api`, `api#1`, `shop/api`.
    static func pattern(of target: String, home: String) -> String? {
        let parts = target.prefix { $0 != "#" }.split(separator: "/").map(String.init)
        guard let name = parts.last, AppName.isValid(name), parts.count <= 2 else { return nil }
        let folder = home + "/logs"
        let projects = parts.count == 2 ? [parts[0]] : ((try? FilePath.names(in: folder, most: most)) ?? []).sorted()
        return projects.lazy.filter { AppName.isValid($0) }.map { folder + "/" + $0 }.first { project in
            ((try? FilePath.names(in: project, most: most)) ?? []).contains { isOf(name, $0) }
        }.map { "\($0)/\(name)[-.]*" }
    }

    /// `api-0.out.log`, `api-12.err.log.3.gz`, `api.merged.out.log`.
    private static func isOf(_ name: String, _ file: String) -> Bool {
        guard file.hasPrefix(name) else { return false }
        let rest = file.dropFirst(name.count)
        if rest.hasPrefix(".merged.") { return true }
        let number = rest.dropFirst().prefix { $0 != "." }
        return rest.first == "-" && UInt32(number) != nil
    }

    /// The same failure; that nothing has this name, but there are logs of it, with where they are.
    static func told(_ failure: Failure, _ targets: [String], home: String) -> Failure {
        guard failure.code == .noSuchTarget,
            let pattern = targets.lazy.compactMap({ Self.pattern(of: $0, home: home) }).first
        else { return failure }
        return Failure(
            failure.code, failure.what, why: failure.why, next: "what it wrote is still there: ls \(pattern)")
    }
}

extension Session {
    /// What was forgotten leaves its logs.
    ///
    /// - Parameter folders: where they are; what is empty or no folder is left out.
    func tellOfLogs(in folders: some Sequence<String>) {
        guard remote == nil, !printer.json else { return }
        let there = Set(folders).filter {
            $0.hasPrefix("/") && !$0.hasPrefix("/dev") && FilePath.kind(of: $0) == .directory
        }
        guard !there.isEmpty else { return }
        printer.warning("logs stay in \(there.sorted().prefix(3).joined(separator: ", "))")
    }
}
