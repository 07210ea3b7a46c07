import Core
import Testing

/// The limit for the old logs of all apps together.
@Suite struct LogQuotaTests {
    /// A machine that may be asked within an expectation.
    private final class Quota {
        var machine: LogQuota
        init(limit: Int) { machine = LogQuota(limit: limit) }
        func noted(_ sizes: [String: Int]) -> Bool { machine.noted(sizes) }
        func excess(_ parts: [LogPart]) -> [LogPart] { looked(parts).excess }
        func looked(_ parts: [LogPart]) -> LogQuota.Verdict { machine.looked(at: parts) }
        var total: Int? { machine.total }
    }

    private func part(_ log: String, _ number: UInt64, size: Int, at time: Int64) -> LogPart {
        LogPart(path: log, number: number, size: size, modified: WallTime(milliseconds: time))
    }

    @Test func nothingIsKnownBeforeTheFirstLook() {
        let quota = Quota(limit: 100)
        #expect(quota.total == nil)
        #expect(quota.noted([:]), "all files are to be looked at")
        #expect(quota.excess([]) == [])
        #expect(quota.total == 0)
        #expect(!quota.noted(["a": 100]), "as many as there may be")
        #expect(quota.noted(["b": 1]))
        #expect(quota.total == 101)
        #expect(!quota.noted(["a": 40]), "an app's files were compressed")
        #expect(quota.total == 41)
    }

    @Test func theOldestOfWhateverAppGo() {
        let quota = Quota(limit: 100)
        let parts = [
            part("a", 2, size: 40, at: 5), part("b", 1, size: 30, at: 3), part("a", 1, size: 10, at: 4),
            part("c", 9, size: 25, at: 9),
        ]
        // 105 bytes: what goes frees a twentieth beside.
        let verdict = quota.looked(parts)
        #expect(verdict.excess == [parts[1]] && verdict.isNews)
        #expect(quota.total == 75 && quota.machine.removedFiles == 1 && quota.machine.removedBytes == 30)
        #expect(!quota.noted(["b": 0]))
        #expect(quota.noted(["b": 26]), "what is gone counts no more: 101 bytes")
        let next = quota.looked([parts[0], parts[2], parts[3], part("b", 2, size: 26, at: 10)])
        #expect(next.excess == [parts[2]] && !next.isNews, "it is told once")
        #expect(quota.total == 91 && quota.machine.removedFiles == 2)
    }

    @Test func filesOfOneMomentHaveAnOrder() {
        let quota = Quota(limit: 25)
        let parts = [part("b", 1, size: 10, at: 1), part("a", 2, size: 10, at: 1), part("a", 1, size: 10, at: 1)]
        #expect(quota.excess(parts) == [parts[2]])
    }

    @Test func withoutALimitAllStay() {
        let quota = Quota(limit: 0)
        let huge = part("a", 1, size: .max, at: 1)
        #expect(quota.excess([huge, part("b", 1, size: .max, at: 2)]).isEmpty)
        #expect(quota.total == .max, "files with holes may say any size")
        #expect(!quota.noted(["c": 10]))
        quota.machine.set(limit: 100)
        #expect(quota.noted([:]))
        #expect(quota.looked([huge]).isNews)
        #expect(quota.total == 0)
    }

    @Test func anotherLimitIsToldAnew() {
        #expect(LogQuota().limit == Defaults.allLogsMaxTotal)
        let quota = Quota(limit: 10)
        let parts = [part("a", 1, size: 8, at: 1), part("a", 2, size: 8, at: 2)]
        #expect(quota.looked(parts).isNews)
        quota.machine.set(limit: 10)
        #expect(!quota.looked(parts).isNews)
        quota.machine.set(limit: 9)
        #expect(quota.looked(parts).isNews)
        #expect(quota.machine.limit == 9)
    }
}
