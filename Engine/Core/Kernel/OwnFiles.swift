// What belongs to od in its home: no app may be told to write there.
extension AppSpec {
    /// The folders of a home in which apps may have files.
    private static let openFolders: Set<Substring> = ["logs", "pids"]

    /// Why it is refused: a log or its pid file would take the place of a file of od's own, like state.db; nil when none
    /// would.
    ///
    /// - Parameter home: the home of the engine, absolute.
    package func clash(withHome home: String) -> Failure? {
        let files = [
            ("outFile", outFile), ("errorFile", errorFile), ("logFile", logs?.file), ("pidFile", pidFile),
        ]
        for (key, file) in files {
            guard let file, Self.isOwn(file, home) else { continue }
            return Failure(
                .homeFile, "‘\(name)’ cannot have its \(key) there",
                why: "\(file) is in the home of od, which keeps its own files there",
                next: "choose another place, or one below \(home)/logs or \(home)/pids")
        }
        return nil
    }

    private static func isOwn(_ file: String, _ home: String) -> Bool {
        let place = parts(of: file)
        let home = parts(of: home)
        guard place.starts(with: home) else { return false }
        let below = place.dropFirst(home.count)
        return below.count < 2 || !openFolders.contains(below[below.startIndex])
    }

    /// The parts of an absolute path; `.`, `..` and double slashes are taken out.
    private static func parts(of path: String) -> [Substring] {
        path.split(separator: "/").reduce(into: []) { parts, part in
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
    }
}

extension Kernel {
    /// - Throws: `OD1007`, `OD2003` and `OD4017` for what no engine accepts.
    func admit(_ spec: AppSpec) throws(Failure) {
        try spec.validate()
        if let failure = spec.clash(withHome: homePath) { throw failure }
    }
}
