import Core
import Testing

@Suite struct DependencyGraphTests {
    @Test func levelsBeginWithWhatDependsOnNothing() {
        let graph = DependencyGraph([
            "web": ["api"], "api": ["db", "cache"], "db": [], "cache": [], "job": ["db"], "alone": [],
        ])
        #expect(graph.levels == [["alone", "cache", "db"], ["api", "job"], ["web"]])
        #expect(graph.cycle == nil)
        #expect(graph.ranks == ["alone": 0, "cache": 0, "db": 0, "api": 1, "job": 1, "web": 2])
    }

    @Test func namesThatAreNoKeyAreNotLookedAt() {
        let graph = DependencyGraph(["api": ["elsewhere", "db", "db"], "db": ["elsewhere"]])
        #expect(graph.levels == [["db"], ["api"]])
        #expect(DependencyGraph([:]).levels.isEmpty)
    }

    @Test(arguments: [
        (["a": ["a"]], ["a", "a"]),
        (["a": ["b"], "b": ["a"]], ["a", "b", "a"]),
        (["x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"], "y": []], ["a", "b", "c", "a"]),
        (["0": ["p"], "p": ["q"], "q": ["p"]], ["p", "q", "p"]),
    ]) func aCircleIsSpeltOut(edges: [String: [String]], cycle: [String]) {
        #expect(DependencyGraph(edges).cycle == cycle)
    }

    /// Each name stands above all that it depends on; nothing is lost.
    @Test func manyGraphsAreInOrder() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let names = (0..<12).map { "n\($0)" }
            var edges: [String: [String]] = [:]
            for (index, name) in names.enumerated() {
                edges[name] = names[..<index].filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
            }
            let graph = DependencyGraph(edges)
            let ranks = graph.ranks
            #expect(graph.cycle == nil && ranks.count == names.count)
            for (name, others) in edges {
                for other in others { #expect((ranks[name] ?? 0) > (ranks[other] ?? .max)) }
            }
        }
    }

    /// A long row must not overflow any stack.
    @Test func aLongRowIsNoTrouble() {
        let edges = Dictionary(uniqueKeysWithValues: (0..<50_000).map { ("\($0)", ["\($0 + 1)"]) })
        #expect(DependencyGraph(edges).levels.count == 50_000)
        var round = edges
        round["49999"] = ["0"]
        #expect(DependencyGraph(round).cycle?.count == 50_001)
    }
}

@Suite struct DependencyGateTests {
    typealias Case = (condition: Dependency.Condition, members: [DependencyMember], obstacle: String?)

    @Test(
        arguments: [
            (.ready, [], "not there"), (.ready, [.ready], nil), (.ready, [.moving("starting")], "starting"),
            (.ready, [.ready, .moving("waiting")], "waiting"), (.ready, [.unready], "starting"),
            (.ready, [.ready, .unready], "starting"), (.ready, [.ready, .gaveUp], nil), (.ready, [.ready, .idle], nil),
            (.ready, [.gaveUp, .idle], "gave up"), (.ready, [.idle], "not started"),
            (.ready, [.ended(.code(0))], "stopped"), (.ready, [.ended(.code(0)), .idle], "stopped"),
            (.healthy, [.ready], nil), (.healthy, [.unready], "starting"),
            (.started, [.unready], nil), (.started, [.ready], nil), (.started, [.idle], "not started"),
            (.started, [.moving("stopping")], "stopping"),
            (.completed, [.ended(.code(3))], nil), (.completed, [.gaveUp], nil), (.completed, [.idle], "not started"),
            (.completed, [.ended(.code(0)), .ready], "running"), (.completed, [.unready], "running"),
            (.completed, [.ended(.code(0)), .idle], nil),
            (.completedSuccessfully, [.ended(.code(0))], nil),
            (.completedSuccessfully, [.ended(.code(0)), .ended(.code(3))], "failed: exit 3"),
            (.completedSuccessfully, [.ended(.signal(9, core: false))], "failed: SIGKILL"),
            (.completedSuccessfully, [.gaveUp], "gave up"), (.completedSuccessfully, [.idle], "not started"),
        ] as [Case])
    func saysWhatIsInTheWay(one: Case) {
        #expect(DependencyGate.obstacle(one.condition, one.members) == one.obstacle, "\(one)")
    }

    @Test func namesAreSeenFromTheirProject() {
        #expect(Dependency("db").label(in: "shop") == "shop/db")
        #expect(Dependency("other/db").label(in: "shop") == "other/db")
        #expect(Dependency("db").isValid && Dependency("a/b").isValid)
        #expect(!Dependency("").isValid && !Dependency("a/b/c").isValid && !Dependency("a/").isValid)
        #expect(Cascade.allCases.map(\.stops) == [true, false, true])
        #expect(Cascade.allCases.map(\.restarts) == [false, true, true])
    }
}
