internal import Core
internal import Engine
import Glibc

/// Whether this home's daemon starts with the machine, and as it should.
struct BootCheckup {
    let home: String
    let od: Installation
    var system: InitSystem? = InitSystem.detected()
    /// Where units and scripts lie, with where their links lie when they are enabled.
    var places: [(folder: String, links: [String])]

    init(_ checkup: Checkup) {
        home = checkup.home
        od = checkup.od
        let variables = AppEnvironment.ofThisProcess()
        let own = (variables["XDG_CONFIG_HOME"] ?? (variables["HOME"] ?? "") + "/.config") + "/systemd/user"
        places = [
            ("/etc/systemd/system", ["/etc/systemd/system/multi-user.target.wants"]),
            (own, [own + "/default.target.wants"]),
            ("/etc/init.d", ["/etc/runlevels/default"]),
        ]
    }

    func findings() -> [Finding] {
        guard let system else { return [.ok("boot", "no init system starts services here")] }
        let units = units()
        guard !units.isEmpty else {
            return [
                .warn(
                    "boot", "nothing starts this home's daemon with the machine (\(system.rawValue))",
                    mend: "od startup")
            ]
        }
        return units.map { path, text, links in
            let name = FilePath.name(of: path)
            guard text.contains(od.od) else {
                return .fail("boot", "\(path) starts another od than \(od.od)", mend: "od startup writes it anew")
            }
            guard links.contains(where: { FilePath.kind(of: "\($0)/\(name)") != nil }) else {
                return .fail("boot", "\(path) is not enabled", mend: "od startup")
            }
            return .ok("boot", path)
        }
    }

    /// Files of ours that name this home.
    private func units() -> [(path: String, text: String, links: [String])] {
        places.flatMap { folder, links -> [(String, String, [String])] in
            var found: [(String, String, [String])] = []
            for name in (try? FilePath.names(in: folder)) ?? [] {
                let path = "\(folder)/\(name)"
                guard name.hasPrefix("opendaemon"), let bytes = FilePath.read(path, limit: 64 << 10) else { continue }
                let text = String(decoding: bytes, as: UTF8.self)
                // Another home may begin with this one's path.
                let isOurs =
                    text.split { "\n'\" ".contains($0) }.contains { $0 == home } || text.contains("\"\(home)\"")
                if text.contains(BootFile.mark), isOurs { found.append((path, text, links)) }
            }
            return found
        }
    }
}
