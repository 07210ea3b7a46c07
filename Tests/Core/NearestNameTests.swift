import Core
import Testing

/// Names that somebody has mistyped.
@Suite struct NearestNameTests {
    private static let names = ["worker", "web", "maxRestarts", "killTimeout"]

    @Test(arguments: [
        ("wroker", "worker"), ("wor", nil), ("workers", "worker"), ("WORKER", "worker"), ("wbe", "web"),
        ("max_restarts", "maxRestarts"), ("maxRestart", "maxRestarts"), ("kill-timout", "killTimeout"), ("zebra", nil),
        ("", nil), (String(repeating: "x", count: 10_000), nil),
    ])
    func theNearestIsFound(_ text: String, _ name: String?) {
        #expect(NearestName.of(text, among: Self.names) == name)
        #expect(NearestName.of(text, among: [String]()) == nil)
    }

    @Test func anErrorProposesIt() {
        var world = World()
        func why(_ target: String) -> String? {
            let request = world.say(.stop([target]))
            return world.failure(request)?.why
        }
        #expect(why("wroker") == "there are no apps yet")
        let specs = (1...20).map { World.spec("app\($0)x\($0)") } + [World.spec("worker") { $0.namespace = "shop" }]
        world.say(.start(StartRequest(apps: specs)))
        world.pass(10)
        for target in ["wroker", "shop/wroker", "wroker#3", "nobody/wroker#3", "wor"] {
            #expect(why(target) == "the nearest is worker", "\(target)")
        }
        #expect(why("shpo") == "the nearest is shop")
        let far = why("zebra") ?? ""
        #expect(far.hasPrefix("the apps are app") && far.hasSuffix(" and 9 more"))
        #expect(why("worker#7") == "the only instance is worker#0")
    }

    /// What is applied to nobody is no event.
    @Test func aProjectThatNobodyKnowsIsNotApplied() {
        var world = World()
        world.say(.apply(ApplyRequest(namespace: "nope", apps: [])))
        #expect(!world.events.contains { $0.name == .configApplied })
        world.say(.apply(ApplyRequest(namespace: "shop", apps: [World.spec("api") { $0.namespace = "shop" }])))
        #expect(world.events.contains { $0.name == .configApplied && $0.message == "shop" })
    }
}
