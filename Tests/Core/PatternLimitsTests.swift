import Testing

@testable import Core

struct PatternLimitsTests {
    @Test(arguments: ["^api", "^(web|cart)$", "a.*b.*c.*", #"\++\(\d"#, "(?:a|b)c", "(?i)web", "a?"])
    func whatPeopleWriteIsTaken(_ pattern: String) {
        #expect(PatternLimits.hold(for: pattern))
    }

    @Test(arguments: [
        "^(a+)+$x", "^(a|a)*b$", "a*a*a*a*b", "(?x)(a+) +", "(?=a)", "(a){9}",
        String(repeating: "a", count: 257),
    ])
    func whatCouldTakeForEverIsNot(_ pattern: String) {
        #expect(!PatternLimits.hold(for: pattern))
    }

    @Test func theKernelSaysWhatIsTooMuch() {
        var world = World()
        _ = world.start(World.spec("api"))
        let request = world.say(.stop(["/^(a+)+$x/"]))
        #expect(world.failure(request)?.code == .usage)
        #expect(world.failure(request)?.why.contains(PatternLimits.text) == true)
    }
}
