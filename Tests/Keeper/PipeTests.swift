import CKernel
import Glibc
import Testing

extension KeeperTests {
    /// More pipes than a user may have: apps run all the same, and it is said.
    @Suite struct Pipes {
        /// Runs of this test, two pipes each: beyond 64 MiB of them the system makes small ones.
        private static let runs = 1100

        @Test(.enabled(if: isRoot, "needs another user, whose budget nobody else uses"))
        func aUserWithoutBudgetGetsSmallPipes() throws {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(7), &limit)
            guard limit.rlim_max >= 12_000 else {
                return print("SKIPPED \(Self.runs) runs: ulimit -Hn is \(limit.rlim_max), 12000 are needed")
            }
            let before = limit.rlim_cur
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(7), &limit)
            limit.rlim_cur = before
            defer { setrlimit(__rlimit_resource_t(7), &limit) }
            let world = try World(isPlain: true)
            try world.nextEngine()
            var small = 0
            for number in 1...UInt64(Self.runs) {
                var frame = SpawnFrame(shell: "echo \(number); exec sleep 1000")
                frame.instance = number
                let run = try world.spawn(frame)
                let isSmall = run.facts.flags & OD_SLOT_SMALL_PIPES.rawValue != 0
                #expect(isSmall == (od_pipe_size(run.out) < 65536 || od_pipe_size(run.error) < 65536))
                if isSmall { small += 1 } else { #expect(small < 100, "small pipes come at the end") }
                if number == 1 || number == UInt64(Self.runs) {
                    #expect(isReadable(run.out, within: patience))
                    #expect(readAll(run.out) == Array("\(number)\n".utf8))
                    #expect(isSmall == (number != 1))
                }
            }
            #expect(small > 0)
            #expect(try world.hello().count == Self.runs + 2)
        }
    }
}
