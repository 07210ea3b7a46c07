@testable import Command
import Core
import Engine
import OpenDaemon
import Testing

/// reload, scale, reset, signal, send: what they ask, what they print, how they end.
struct SteeringVerbTests {
    private let daemon: TestDaemon

    init() throws { daemon = try TestDaemon() }

    private static let api = InstanceInfo(
        id: 0, name: "api", instance: 0, namespace: "default", status: .online, uptime: 0)

    private func serve(_ reloaded: ReloadResult = ReloadResult(processes: [api])) async throws {
        try await daemon.serve { router, daemon in
            router.on(Methods.reload) { request, _ in
                daemon.note("reload \(request.targets)")
                return reloaded
            }
            router.on(Methods.scale) { request, _ in
                daemon.note("scale \(request.targets) \(request.count) \(request.relative)")
                return StartResult(processes: [Self.api])
            }
            router.on(Methods.reset) { request, _ in
                daemon.note("reset \(request.targets)")
                return [Self.api]
            }
            router.on(Methods.signal) { request, _ in
                daemon.note("signal \(request.signal) \(request.targets)")
                return [Self.api]
            }
            router.on(Methods.send) { request, _ in
                daemon.note("send \(request.targets) \(request.text)")
                return [Self.api]
            }
            router.on(Methods.list) { _, _ in [Self.api] }
        }
    }

    @Test func aReloadSaysWhatWasRestarted() async throws {
        try await serve(ReloadResult(processes: [Self.api], restarted: ["api"]))
        let end = try await daemon.run("reload", "api")
        #expect(end.error == nil && end.output.hasPrefix("reloaded api\n"))
        #expect(end.errors.contains("‘api’ was restarted") && daemon.asked == [#"reload ["api"]"#])
        let none = try await daemon.run("reload")
        #expect(none.failure?.code == .usage)
    }

    @Test func aFailedReloadEndsWithOne() async throws {
        let failure = Failure(.reloadFailed, "api#0 was not reloaded", why: "exit 1", next: "od logs api#0")
        try await serve(ReloadResult(processes: [Self.api], failures: [failure]))
        let end = try await daemon.run("reload", "api", json: true)
        #expect(end.error != nil && end.output.contains("OD4006"))
    }

    @Test func countsOfScale() async throws {
        try await serve()
        for words in [["scale", "api", "4"], ["scale", "api", "+2"], ["scale", "api", "worker", "-1"]] {
            let end = try await daemon.run(words[0], words[1], words[2], words.count > 3 ? words[3] : "--quiet")
            #expect(end.error == nil, "\(words)")
        }
        #expect(
            daemon.asked == [
                #"scale ["api"] 4 false"#, #"scale ["api"] 2 true"#, #"scale ["api", "worker"] -1 true"#,
            ])
        for words in [["api"], ["4"], ["api", "many"]] {
            let end = try await daemon.run("scale", words[0], words.count > 1 ? words[1] : "--quiet")
            #expect(end.failure?.code == .usage, "\(words)")
        }
    }

    @Test func theOthers() async throws {
        try await serve()
        _ = try await daemon.run("reset", "all")
        _ = try await daemon.run("signal", "hup", "api")
        _ = try await daemon.run("signal", "api", "10")
        let sent = try await daemon.run("send", "api", "two", "words")
        #expect(sent.output.hasPrefix("sent to api\n"))
        #expect(
            daemon.asked == [
                #"reset ["all"]"#, #"signal 1 ["api"]"#, #"signal 10 ["api"]"#, "send [\"api\"] two words\n",
            ])
        let wrong = try await daemon.run("signal", "api")
        #expect(wrong.failure?.code == .usage)
        let nobody = try await daemon.run("signal", "hup")
        #expect(nobody.failure?.code == .usage)
    }
}
