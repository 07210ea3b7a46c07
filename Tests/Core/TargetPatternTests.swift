import Testing

@testable import Core

/// `/regex/` over names: whatever it says, the answer comes at once.
struct TargetPatternTests {
    /// Each of them keeps an engine that tries one way after the other busy for longer than a machine lives.
    static let costly = [
        "^(a+)+$x", "^(a|a)*b$", "a*a*a*a*b", "(a){9}$b", "(a?){40}" + String(repeating: "a", count: 40) + "b",
        String(repeating: "(.|.)", count: 46) + "0",
    ]
    static let name = "a" + String(repeating: "a", count: 45)

    @Test(arguments: costly) func aCostlyPatternIsAnswered(_ pattern: String) throws {
        var world = World()
        _ = world.start(World.spec(Self.name))
        let request = world.say(.stop(["/\(pattern)/"]))
        #expect(world.failure(request)?.code == .noSuchTarget)
        let info = try #require(world.kernel.list(at: world.now).first)
        #expect(try !TargetMatcher(["/\(pattern)/"]).matches(info))
    }

    @Test(arguments: ["^a+$", "(?i)A{46}", "^(aaa|b)", "[[:alpha:]]$"])
    func whatFitsIsFound(_ pattern: String) throws {
        var world = World()
        _ = world.start(World.spec(Self.name))
        let info = try #require(world.kernel.list(at: world.now).first)
        #expect(try TargetMatcher(["/\(pattern)/"]).matches(info))
        let request = world.say(.stop(["/\(pattern)/"]))
        #expect(world.failure(request) == nil)
    }

    @Test(arguments: ["(a", "a{3,2}", "(?=a)"]) func whatIsNoPatternIsRefused(_ pattern: String) {
        var world = World()
        _ = world.start(World.spec("api"))
        let request = world.say(.stop(["/\(pattern)/"]))
        #expect(world.failure(request)?.code == .usage)
        #expect(throws: Failure.self) { try TargetMatcher(["/\(pattern)/"]) }
    }
}
