import Core
import Widgets

@testable import Interface

/// Every room of the dashboard, as somebody comes to see it: the list that the goldens are made of.
enum Room: String, CaseIterable, Sendable {
    case main, tree, folded, levels, marked
    case listAndLog = "list-and-log"
    case onlyList = "only-list"
    case onlyLog = "only-log"
    case opened, log
    case zoomedList = "zoomed-list"
    case filter, search, matches
    case tabEnv = "tab-env"
    case tabEvents = "tab-events"
    case tabFiles = "tab-files"
    case tabGraphs = "tab-graphs"
    case why, graph, system, messages
    case help, palette, nothingFound = "nothing-found"
    case themes, signals, scale, environment, save
    case stop, stopMarked = "stop-marked"
    case startMarked = "start-marked"
    case restartAll = "restart-all"
    case delete, reload, signal, flush
    case past, presentOnly = "present-only"
    case leave, stopping
    case empty, connecting, unreachable, lost
    case readOnly = "read-only"

    /// The room on a screen of this size.
    func scene(_ width: Int, _ height: Int) -> Scene {
        switch self {
        case .empty: return .showing([], width, height)
        case .connecting: return Scene(width, height)
        case .unreachable:
            var scene = Scene(width, height)
            scene.send(.disconnected(Failure(.engineSilent, "no answer", why: "it does not answer", next: "wait")))
            return scene
        case .readOnly:
            var scene = Scene(width, height)
            scene.state = State(size: scene.state.size, isOwner: false, isReadOnly: true)
            scene.send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)))
            scene.send(.snapshot(FleetSnapshot(seq: 10, processes: shop, host: .sample)))
            return scene
        case .leave, .stopping:
            var scene = Scene.showing(shop, width, height, isOwner: true)
            scene.press("q")
            scene.wait(1000)
            if self == .stopping { scene.press("s") }
            return scene
        default:
            var scene = ScreenTests().busy(width, height)
            enter(&scene)
            return scene
        }
    }

    private func enter(_ scene: inout Scene) {
        switch self {
        case .filter, .search, .matches: look(&scene)
        case .tabEnv, .tabEvents, .tabFiles, .tabGraphs, .why, .graph, .system, .messages: turn(&scene)
        case .palette, .nothingFound, .themes, .signals, .scale, .environment, .save: fill(&scene)
        case .stop, .stopMarked, .startMarked, .restartAll, .delete, .reload, .signal, .flush: ask(&scene)
        case .past, .presentOnly: lookBack(&scene)
        default: arrange(&scene)
        }
    }

    private func arrange(_ scene: inout Scene) {
        switch self {
        case .tree: scene.press("t", "G", " ", "g", .down, " ")
        case .folded: scene.press("#")
        case .levels:
            scene.log("[WARN] slow query 812ms\n{\"level\":50,\"msg\":\"upstream timeout\"}\n")
            scene.press("l", "L", "L")
        case .marked: scene.press(" ", .down, .down, " ")
        case .listAndLog: scene.press("P")
        case .onlyList: scene.press("P", "P")
        case .onlyLog: scene.press("P", "P", "P")
        case .opened: scene.press(.enter)
        case .log: scene.press("l")
        case .zoomedList: scene.press("z")
        case .help: scene.press("?")
        case .lost:
            scene.send(.disconnected(Failure(.connectionLost, "lost", why: "the engine ended", next: "wait")))
            scene.wait(12_000)
        default: break
        }
    }

    private func look(_ scene: inout Scene) {
        if self == .filter {
            scene.press("/")
            scene.type("cpu>1 api")
            return
        }
        scene.press("l", "/")
        scene.type("orders/3")
        if self == .matches { scene.press(.enter, "f") }
    }

    private func turn(_ scene: inout Scene) {
        switch self {
        case .tabEnv: answer(&scene, "2", .environment(TabTests.environment))
        case .tabEvents: answer(&scene, "3", .events(TabTests.events))
        case .tabFiles: answer(&scene, "4", .files(TabTests.files))
        case .tabGraphs: scene.press("5")
        case .why: answer(&scene, "W", .story(PageTests.story))
        case .graph: answer(&scene, "v", .graph(PageTests.graph))
        case .system: PageTests.watchMachine(&scene)
        default:
            scene.event(.errored, shop[3])
            scene.press("m")
        }
    }

    private func answer(_ scene: inout Scene, _ key: Key, _ finding: Finding) {
        guard case .ask(let number, _)? = scene.press(key).last else { return }
        scene.send(.found(number, finding))
    }

    private func fill(_ scene: inout Scene) {
        switch self {
        case .palette, .nothingFound:
            scene.press(":")
            scene.type(self == .palette ? "rest" : "zzzz")
        case .themes: scene.press("C", .down)
        case .signals: scene.press("x", .down)
        case .scale:
            scene.press("A")
            scene.type("+2")
        case .environment:
            scene.press("E")
            scene.type("LOG_LEVEL=debug")
        default: scene.press("S")
        }
    }

    private func ask(_ scene: inout Scene) {
        switch self {
        case .stop: scene.press("s")
        case .stopMarked: scene.press("*", "s")
        case .startMarked: scene.press(.down, .down, .down, .down, " ", "s")
        case .restartAll: scene.press("R")
        case .delete: scene.press("X")
        case .reload: scene.press("*", "c")
        case .signal: scene.press("*", "x", .enter)
        default: scene.press("F")
        }
    }

    private func lookBack(_ scene: inout Scene) {
        let now = WallTime(milliseconds: 1_795_253_057_000)
        scene.send(.metrics(FleetMetrics(at: now, samples: [], host: .sample)))
        for case .lookBack(let number, let time, let step) in scene.press("[") {
            let fleet = FleetPast(
                time: time, since: WallTime(milliseconds: 0),
                processes: [.sample(1, "api", 0, .stopped), .sample(9, "old")], host: .sample)
            scene.send(.past(number, Past.View(fleet: fleet, metrics: nil, step: step)))
        }
        scene.send(.logPage(stream: scene.state.log.stream, []))
        if self == .presentOnly { scene.press("r") }
    }
}

extension State {
    /// Which room this is: what lies on top, and how the panes are arranged below it.
    var room: String {
        func name(_ value: Any) -> String { String("\(value)".prefix { $0 != "(" }) }
        if isStoppingAll { return "stopping" }
        if let question { return "question \(name(question.subject))" }
        if let form { return "form \(name(form.purpose))" }
        if let chooser { return "chooser \(name(chooser.purpose))" }
        if help != nil { return "help" }
        if let page, arrangement == .zoomed(.page) { return "page \(name(page.subject))" }
        let past = past?.fleet == nil ? "" : ", past"
        let typed = prompt.map { ", \(name($0.purpose)) is typed" } ?? ""
        let tab = shownTab == .info || layout.detail == nil ? "" : ", \(name(shownTab))"
        return "\(arrangement), \(division.preset)" + tab + past + typed
    }
}
