import Interface
import Support
import Testing
import Widgets

/// A deploy from its first stage to its end, with frame and in one row.
struct DeployTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]

    private func deploy(_ phase: Deploy.Phase, before: String? = "2026-11-21T0900") -> Deploy {
        let api = InstanceName(namespace: "shop", name: "api", instance: 0)
        func part(_ number: Int, _ progress: Deploy.Progress, gate: String? = nil) -> Deploy.Part {
            Deploy.Part(
                InstanceName(namespace: "shop", name: "api", instance: number), progress, gate: gate,
                limit: gate == nil ? nil : 30_000)
        }
        let isOver = phase == .done
        return Deploy(
            app: AppName(api), version: "2026-11-21T0924", before: before, strategy: "rolling", phase: phase,
            stages: [
                .init("fetch", .done(3000)), .init("build", .done(22_000)), .init("migrate", .skipped),
                .init("roll", isOver ? .done(41_000) : .running(15_000)),
            ],
            parts: [
                part(0, .done(1200)), part(1, .done(1100)),
                part(2, isOver ? .done(900) : .running(4000), gate: "health"), part(3, isOver ? .done(800) : .waiting),
            ], elapsed: 41_000, left: 40_000)
    }

    private let keys: (Deploy.Word) -> String? = { word in
        switch word {
        case .pause, .resume: "p"
        case .promote: nil
        case .rollBack: "R"
        }
    }

    private func drawn(_ deploy: Deploy, _ width: Int, _ height: Int, _ glyphs: Glyphs = .unicode) -> Canvas {
        var canvas = Canvas(size: Size(width: width, height: height))
        DeployView.draw(deploy, on: &canvas, in: canvas.bounds, glyphs, key: keys)
        return canvas
    }

    /// All phases below each other, as wide as a screen.
    private func phases(_ width: Int, _ height: Int, _ glyphs: Glyphs = .unicode) -> String {
        var failed = deploy(.rollingBack("api#2 was not healthy within 30s"))
        failed.parts[2].progress = .failed("not healthy within 30s")
        failed.stages[3].progress = .failed("api#2")
        var back = failed
        back.phase = .rolledBack("api#2 was not healthy within 30s")
        return [deploy(.running), deploy(.paused), failed, back, deploy(.done), deploy(.running, before: nil)].map {
            drawn($0, width, height, glyphs).golden
        }.joined(separator: "\n")
    }

    @Test(arguments: sizes) func framed(size: (Int, Int)) {
        golden("Screens/deploy-\(size.0)x\(size.1).txt", phases(size.0, DeployView.tall))
    }

    @Test func inOneRow() {
        golden("Screens/deploy-row-80.txt", phases(80, 1))
        golden("Screens/deploy-ascii-80.txt", phases(80, 1, .ascii) + phases(80, DeployView.tall, .ascii))
    }

    @Test func itSaysWhatCanBeSaid() {
        #expect(deploy(.running).words == [.pause, .rollBack] && deploy(.paused).words.contains(.promote))
        #expect(deploy(.running, before: nil).words == [.pause], "there is nothing to go back to")
        #expect(deploy(.done).words.isEmpty && deploy(.rolledBack("x")).words.isEmpty)
        var bare = deploy(.running)
        bare.parts = []
        #expect(bare.part == nil && deploy(.running).part == 0.5)
    }

    @Test func everySizeCanBeDrawn() {
        for (width, height) in [(0, 0), (1, 1), (3, 4), (10, 2), (30, 1), (30, 4), (300, 9)] {
            for glyphs in [Glyphs.unicode, .ascii] {
                #expect(drawn(deploy(.paused), width, height, glyphs).size == Size(width: width, height: height))
            }
        }
    }

    /// Names come from configs and other machines.
    @Test func whatIsWrittenInItStaysText() {
        var odd = deploy(.rollingBack("a\u{1B}]52;c;x\u{7}b\nc"))
        (odd.version, odd.before) = ("v\u{1B}[31m", "w\u{9B}m")
        odd.stages[0].name = "s\u{1B}[2J"
        let cells = drawn(odd, 120, 4).cells
        #expect(cells.allSatisfy { $0.scalar.value >= 0x20 && !(0x7F...0x9F).contains($0.scalar.value) })
    }
}
