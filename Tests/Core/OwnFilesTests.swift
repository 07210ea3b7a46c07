import Core
import Testing

/// Files of apps that would take the place of od's own.
struct OwnFilesTests {
    @Test(arguments: [
        ("/home/x/.opendaemon/state.db", true), ("/home/x/.opendaemon/od.sock", true), ("/home/x/.opendaemon", true),
        ("/home/x/.opendaemon//dump/../state.db-wal", true), ("/home/x/.opendaemon/dump/000001.json", true),
        ("/home/x/./.opendaemon/logs", true), ("/home/x/.opendaemon/logs/../engine.pid", true),
        ("/home/x/.opendaemon/logs/shop/api.log", false), ("/home/x/.opendaemon/pids/api.pid", false),
        ("/home/x/.opendaemon2/state.db", false), ("/var/log/api.log", false), ("/dev/null", false),
    ])
    func onlyLogsAndPidsAreOpen(_ path: String, _ isRefused: Bool) {
        let keys: [(String, WritableKeyPath<AppSpec, String?>)] = [
            ("outFile", \.outFile), ("errorFile", \.errorFile), ("pidFile", \.pidFile),
        ]
        for (key, field) in keys {
            var spec = World.spec("api")
            spec[keyPath: field] = path
            let clash = spec.clash(withHome: "/home/x/.opendaemon/")
            #expect((clash?.code == .homeFile) == isRefused, "\(key)")
            if isRefused { #expect(clash?.what.contains(key) == true && clash?.why.contains(path) == true) }
        }
        var spec = World.spec("api")
        spec.logs = LogSettings()
        spec.logs?.file = path
        #expect((spec.clash(withHome: "/home/x/.opendaemon") != nil) == isRefused)
    }

    /// Whoever asks: the engine takes no such definition.
    @Test func theKernelRefusesThem() {
        var world = World()
        let start = world.say(
            .start(StartRequest(apps: [World.spec("api") { $0.outFile = "/home/x/.opendaemon/state.db" }])))
        #expect(world.failure(start)?.code == .homeFile)
        world.say(.start(StartRequest(apps: [World.spec("api")])))
        world.pass(10)
        let old = World.spec("api")
        let new = World.spec("api") { $0.pidFile = "/home/x/.opendaemon/keeper.pid" }
        let change = world.say(.change(ChangeRequest(changes: [.init(from: old, to: new)])))
        #expect(world.failure(change)?.code == .homeFile)
        let restore = world.say(.restore([SavedApp(spec: new, running: [0])]))
        #expect(world.failure(restore)?.code == .homeFile)
    }
}
