import Core
import Testing

@testable import Engine

/// The keys that say when and how a program is started again.
@Suite struct RestartKeyTests {
    private func config(_ keys: String) throws(Failure) -> Config {
        let text = "apps:\n  - {script: a.js, \(keys)}"
        return try ConfigDraft.decode(text, file: "/srv/shop/c.yaml", shown: "c.yaml")
    }

    private func failure(_ keys: String) -> Failure? {
        do { _ = try config(keys) } catch { return error }
        return nil
    }

    static let everyKey = """
        restartStrategy: linear, restartDelay: 1s, restartFactor: 1.5, restartMaxDelay: 2m, restartJitter: 0,
        restartReset: 1h, restartWindow: 90s, minUptime: 3s, maxRestarts: 5, coolDown: 10m,
        stopExitCodes: [0, 3, SIGTERM, int]
        """

    @Test func allOfThemAreRead() throws {
        let app = try config(Self.everyKey).apps[0]
        #expect(app.restartStrategy == .linear && app.restartDelay == 1000 && app.restartFactor == 1.5)
        #expect(app.restartMaxDelay == 120_000 && app.restartJitter == 0 && app.restartReset == 3_600_000)
        #expect(app.restartWindow == 90_000 && app.minUptime == 3000 && app.maxRestarts == 5)
        #expect(app.coolDown == 600_000)
        #expect(app.stopExitCodes == [.code(0), .code(3), .signal(15), .signal(2)])
        #expect(RestartPolicy(app).coolDown == 600_000)
        #expect(try config("stopExitCodes: 3, restartFactor: 3").apps[0].stopExitCodes == [.code(3)])
    }

    @Test(arguments: [
        ("restartStrategy: cubic", "expected fixed, linear, exponential or jitter, found ‘cubic’"),
        ("restartFactor: 0.5", "expected a number from 1 to 100, found ‘0.5’"),
        ("restartFactor: nan", "expected a number from 1 to 100, found ‘nan’"),
        ("restartFactor: fast", "expected a number from 1 to 100, found ‘fast’"),
        ("restartJitter: 101", "expected a whole number from 0 to 100, found ‘101’"),
        ("restartMaxDelay: 366d", "expected a duration"), ("restartReset: -1", "expected a duration"),
        ("restartWindow: x", "expected a duration"), ("maxRestarts: 0", "expected a whole number from 1 to"),
        ("coolDown: 10", "expected a duration of a second or more, like 10m, or 0, found ‘10’"),
        ("stopExitCodes: [256]", "expected exit codes from 0 to 255 and names of signals"),
        ("stopExitCodes: [SIGNO]", "expected exit codes"), ("stopExitCodes: [[1]]", "expected exit codes"),
        ("restartDelay: 3s, restartMaxDelay: 2s", "‘restartDelay’ is longer than ‘restartMaxDelay’"),
    ])
    func mistakesSayWhatWasExpected(_ keys: String, _ message: String) {
        let failure = failure(keys)
        #expect(failure?.code == .configValue)
        #expect(failure?.why.contains(message) == true, "\(failure?.why ?? "no failure")")
    }

    @Test(arguments: [
        ("restartStrategy: fixed, restartFactor: 3", "‘restartFactor’ has no effect with ‘restartStrategy: fixed’"),
        ("restartStrategy: linear, restartFactor: 3", "‘restartFactor’ has no effect with ‘restartStrategy: linear’"),
        ("restartStrategy: jitter, restartJitter: 3", "‘restartJitter’ has no effect with ‘restartStrategy: jitter’"),
        (
            "restartStrategy: fixed, restartMaxDelay: 9m",
            "‘restartMaxDelay’ has no effect with ‘restartStrategy: fixed’"
        ),
    ])
    func keysWithoutEffectAreRemarkedOn(_ keys: String, _ warning: String) throws {
        #expect(try config(keys).warnings == ["\(warning): c.yaml:2"])
    }

    @Test func aLongestDelayBelowTheUsualFirstIsTheFirstToo() throws {
        let policy = RestartPolicy(try config("restartMaxDelay: 50").apps[0])
        #expect(policy.delay == 50 && policy.maxDelay == 50)
        #expect(RestartPolicy(try config("restartDelay: 20s").apps[0]).maxDelay == 20_000)
        #expect(RestartPolicy(try config("instances: 1").apps[0]) == RestartPolicy())
    }

    @Test func numbersArePrintedAsPeopleWriteThem() {
        #expect([2, 1.5, 100, 0.25].map(\.plain) == ["2", "1.5", "100", "0.25"])
    }
}
