import Core
import FoundationEssentials
import Testing

/// Policies as they travel and as they are stored.
@Suite struct RestartPolicyTests {
    private func decoded<T: Decodable>(_ json: String) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(json.utf8))
    }

    @Test func anEarlierVersionsPolicyHasTheDefaultsOfThis() throws {
        let old: RestartPolicy = try decoded(
            """
            {"mode":"on-failure","strategy":"fixed","delay":5,"maxDelay":15000,"minUptime":1000,"maxRestarts":16,
            "window":60000}
            """)
        #expect(old == RestartPolicy(mode: .onFailure, strategy: .fixed, delay: 5))
        #expect(try decoded("{}") == RestartPolicy())
    }

    @Test func aPolicyComesBackWhole() throws {
        let policy = RestartPolicy(
            mode: .never, strategy: .jitter, delay: 1, maxDelay: 2, factor: 1.5, jitter: 3, reset: 4, minUptime: 5,
            maxRestarts: 6, window: 7, coolDown: 8000, stopExitCodes: [.code(0), .signal(15), .code(255)])
        let json = String(decoding: try JSONEncoder().encode(policy), as: UTF8.self)
        #expect(json.contains(#""stopExitCodes":[0,"SIGTERM",255]"#))
        #expect(try decoded(json) == policy)
    }

    @Test func finalExitsAreCodesAndNamesOfSignals() {
        #expect(StopExit("0") == .code(0) && StopExit("255") == .code(255))
        #expect(StopExit("SIGTERM") == .signal(15) && StopExit("kill") == .signal(9))
        for text in ["", "-1", "256", "NOSUCH", "1.5"] { #expect(StopExit(text) == nil) }
    }

    @Test(arguments: ["[256]", "[\"SIGNO\"]", "[null]", "3", "[{}]"]) func otherFinalExitsAreRefused(list: String) {
        #expect(throws: (any Error).self) {
            let policy: RestartPolicy = try decoded(#"{"stopExitCodes":\#(list)}"#)
            return policy
        }
    }

    @Test func valuesOutOfRangeAreRefused() {
        let edits: [(inout RestartPolicy) -> Void] = [
            { $0.factor = 0.9 }, { $0.factor = 101 }, { $0.factor = .nan }, { $0.jitter = -1 }, { $0.jitter = 101 },
            { $0.reset = -1 }, { $0.coolDown = -1 }, { $0.coolDown = 999 }, { $0.coolDown = .max },
            { $0.stopExitCodes = [StopExit](repeating: .code(0), count: 321) },
        ]
        for edit in edits {
            var world = World()
            let request = world.start(World.spec("a") { edit(&$0.restart) })
            #expect(world.failure(request)?.code == .configValue)
        }
        var world = World()
        let right = world.start(World.spec("a") { $0.restart = RestartPolicy(factor: 100, jitter: 0, coolDown: 1000) })
        #expect(world.failure(right) == nil)
    }
}
