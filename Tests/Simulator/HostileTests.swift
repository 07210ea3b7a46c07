import Core
import Support
import Testing

/// A client that is not ours may say anything: a definition is refused or can be lived with.
@Suite struct HostileTests {
    private static let extremes = [
        Int.min, -1_000_000_007, -1, 0, 1, 2, 1024, 1025, 86_400_000, 365 * 86_400_000, 365 * 86_400_001, Int.max - 1,
        Int.max,
    ]
    private static let texts = [
        "", " ", "/", "\u{0}", "a\u{0}b", "=", "A=B", "all", "ä", "../..", "\u{1b}[2J", "a/b#c",
    ]

    @Test(arguments: 1...200) func anyDefinitionIsRefusedOrLivedWith(seed: UInt64) {
        var random = Seeded(seed: seed)
        var simulation = Simulation()
        for _ in 0..<8 {
            simulation.keeper.natures["api"] = [.exits(1, after: 3), .deaf, .missing, .messy].randomElement(
                using: &random)
            let spec = Self.spec(&random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: simulation.say(.apply(ApplyRequest(namespace: spec.namespace, apps: [spec, Self.spec(&random)])))
            case 1: simulation.say(.restart([Self.texts.randomElement(using: &random) ?? ""]))
            case 2: simulation.say(.stop(["api", Self.texts.randomElement(using: &random) ?? ""]))
            default: simulation.say(.start(StartRequest(apps: [spec])))
            }
            simulation.pass(Int.random(in: 0...5000, using: &random))
            #expect(simulation.engine?.waiting.isEmpty == true || simulation.engine?.kernel.appCount ?? 0 > 0)
        }
        // Two projects may have apps of one name here: what the checks of a plan say of labels does not hold.
        #expect(simulation.engine?.kernel.list(at: simulation.now).count ?? 0 <= 8 * Defaults.maxInstances)
    }

    private static func spec(_ random: inout Seeded) -> AppSpec {
        func odd(_ usual: Int) -> Int {
            Int.random(in: 0..<6, using: &random) == 0 ? extremes.randomElement(using: &random) ?? 0 : usual
        }
        func odd(_ usual: String) -> String {
            Int.random(in: 0..<12, using: &random) == 0 ? texts.randomElement(using: &random) ?? "" : usual
        }
        var spec = AppSpec(
            namespace: odd("default"), name: odd("api"), script: odd("api.js"), program: odd("/usr/bin/api"),
            arguments: [odd("x")], cwd: odd("/srv"), env: [odd("A"): odd("B")])
        spec.instances = [1, 2, -1, 0, 1025, Int.max].randomElement(using: &random) ?? 1
        spec.restart.delay = odd(0)
        spec.restart.maxDelay = odd(15_000)
        spec.restart.minUptime = odd(1000)
        spec.restart.maxRestarts = odd(16)
        spec.restart.window = odd(60_000)
        spec.killTimeout = odd(100)
        spec.killSignal = Int32(truncatingIfNeeded: odd(15))
        return spec
    }
}
