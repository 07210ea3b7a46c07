internal import Engine
import Glibc

/// The hidden role: `od engine --home DIR [--embedded | --boot]`, as the keeper calls it.
package enum EngineRole {
    /// Does not return when `line` (argv) asks for the engine. To be called before anything starts a thread: the
    /// engine reads its signals, and a thread that does not block them would take them.
    package static func runIfAsked(_ line: [String]) {
        guard line.count > 1, line[1] == "engine" else { return }
        var home: String?
        var embedded = false
        var boots = false
        var rest = line.dropFirst(2)
        while let word = rest.popFirst() {
            switch word {
            case "--home": home = rest.popFirst()
            case "--embedded": embedded = true
            case "--boot": boots = true
            default: refuse()
            }
        }
        guard let home, home.hasPrefix("/") else { refuse() }
        EngineMain.run(home: home, embedded: embedded, boots: boots)
    }

    private static func refuse() -> Never {
        Output(descriptor: 2).write("od: the engine is started by its keeper; od daemon start starts both\n")
        exit(2)
    }
}
