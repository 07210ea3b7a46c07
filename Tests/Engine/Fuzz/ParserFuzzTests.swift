import CKernel
import Core
import FoundationEssentials
import Support
import Testing

@testable import Engine

/// Whatever a parser is given: it answers or refuses, and never ends the engine. Seeded; `OD_LONG=1` plays fifty times
/// as many rounds.
@Suite struct ParserFuzzTests {
    private static let config = Array(ConfigDecoderTests.everyKey.utf8)

    @Test func configsOfAnyBytes() throws {
        var mutant = Mutant(seed: 1)
        let json = Array(
            #"{"name": "shop", "apps": [{"script": "a.js", "env": {"A": "v\u00e4l"}, "instances": 4, "args": [1, true]}]}"#
                .utf8)
        var good = 0
        for _ in 0..<Mutant.rounds(3000) {
            for (original, file) in [(Self.config, "c.yaml"), (json, "c.json")] {
                let text = String(decoding: mutant.mutate(original), as: UTF8.self)
                do throws(Failure) {
                    let config = try ConfigDraft.decode(text, file: "/srv/\(file)", shown: file)
                    good += 1
                    #expect(AppName.isValid(config.namespace), "\(text)")
                } catch {
                    #expect(error.code.rawValue.hasPrefix("OD2") || error.code == .badName, "\(error)")
                    #expect(!error.why.isEmpty && !error.next.isEmpty)
                }
            }
        }
        // Some mutants are configs; a parser that refuses all proves nothing.
        #expect(good > 0)
    }

    @Test func framesOfTheKeeperOfAnyBytes() {
        var mutant = Mutant(seed: 2)
        let kinds = [
            OD_WELCOME, OD_HELD, OD_SLOT, OD_LISTED, OD_SPAWNED, OD_REFUSED, OD_EXITED, OD_GONE, OD_RESYNC, OD_LEFT,
        ]
        for round in 0..<Mutant.rounds(20_000) {
            let kind = mutant.pick(kinds)
            let head = od_frame(
                version: 1, kind: UInt16(kind.rawValue), slot: UInt32(truncatingIfNeeded: round), seq: 7)
            var bytes = withUnsafeBytes(of: head) { Array($0) } + mutant.bytes(round % 400)
            if round % 2 == 0 { bytes = mutant.mutate(bytes) }
            let frame = bytes.withUnsafeBytes { KeeperFrame($0, []) }
            if case .exited(let slot) = frame, let end = slot.end {
                // What is read can be stored and shown.
                #expect(!end.exit.description.isEmpty)
                _ = Moment(boot: end.at, wall: WallTime(milliseconds: 0)).wallTime(of: end.since)
            }
        }
    }

    @Test func messagesOfTheWireOfAnyBytes() throws {
        var mutant = Mutant(seed: 3)
        let names = ["start-request", "apply-request", "log-request", "targets", "hello-request"]
        for name in names {
            let original = Array(try #require(Snapshots.here.text("Wire/\(name).json")).utf8)
            for _ in 0..<Mutant.rounds(300) {
                let data = Data(mutant.mutate(original))
                let decoder = JSONDecoder()
                _ = try? decoder.decode(StartRequest.self, from: data)
                _ = try? decoder.decode(ApplyRequest.self, from: data)
                _ = try? decoder.decode(TargetRequest.self, from: data)
                _ = try? decoder.decode(HelloRequest.self, from: data)
            }
        }
    }

    @Test func chunksHeadersAndTimesOfAnyBytes() {
        var mutant = Mutant(seed: 4)
        let times = ["2026-11-21T14:15:16.789Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"]
        for round in 0..<Mutant.rounds(20_000) {
            let bytes = mutant.bytes(round % 60)
            if let chunk = LogChunk(bytes) { #expect(LogChunk(chunk.encoded) == chunk) }
            if bytes.count >= 5, let head = try? Frame.parseHeader(bytes.prefix(5)) { #expect(head.length >= 0) }
            let text = String(decoding: mutant.mutate(Array(mutant.pick(times).utf8)), as: UTF8.self)
            if let time = WallTime(text) { #expect(WallTime(time.description) == time, "\(text)") }
        }
    }

    @Test func wordsAndTargetsOfAnyText() {
        var mutant = Mutant(seed: 5)
        let commands = [#"node --max "a b" 'c d' e\ f"#, "A=1 sh -c 'x | y' > z", "shop/api#2", "/^a(b|c)/"]
        for _ in 0..<Mutant.rounds(5000) {
            let text = String(decoding: mutant.mutate(Array(mutant.pick(commands).utf8)), as: UTF8.self)
            if let words = ShellWords.split(text) { #expect(words.reduce(0) { $0 + $1.utf8.count } <= text.utf8.count) }
            _ = ShellWords.needsShell(text)
            do throws(Failure) { _ = try Target(text) } catch { #expect(!error.next.isEmpty) }
        }
    }
}
