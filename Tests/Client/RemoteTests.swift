import Core
import Engine
import Glibc
import Testing

@testable import OpenDaemon

/// Programs that take ssh's place, and whose arguments are looked at.
@Suite("Another machine, by a program in ssh's place")
struct RemoteTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// A shell script in ssh's place.
    private func ssh(_ script: String) throws -> String {
        let path = scratch.path + "/ssh"
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o700)
        let text = Array("#!/bin/sh\n\(script)\n".utf8)
        try #require(write(file, text, text.count) == text.count)
        close(file)
        return path
    }

    private func connect(_ script: String, _ destination: String = "me@server", home: String? = nil) async throws
        -> OpenDaemon
    {
        let remote = try Remote(destination, home: home, program: try ssh(script))
        return try await OpenDaemon.connect(ConnectOptions(start: .never, client: "tests", remote: remote))
    }

    @Test func whatIsCalled() throws {
        let remote = try Remote("me@server", home: "/srv/it's \"$HOME\" `x`", program: "my-ssh")
        let words = remote.arguments(starts: true, asks: false)
        #expect(words.first == "my-ssh")
        #expect(words.contains("BatchMode=yes"))
        #expect(words.suffix(3).prefix(2) == ["--", "me@server"])
        #expect(words.last?.hasSuffix(#" bridge --start --home '/srv/it'\''s "$HOME" `x`'"#) == true)
        #expect(
            !remote.arguments(starts: false, asks: true).contains { $0.contains("BatchMode") || $0.contains("--start") }
        )
    }

    @Test(arguments: ["", "-oProxyCommand=evil", "a b", "a\nb", "a\tb"]) func whatIsNoHostIsRefused(text: String) {
        #expect { try Remote(text) } throws: { ($0 as? Failure)?.code == .usage }
    }

    /// The quoting holds in a real shell.
    @Test func aHomeReachesTheOtherEndAsItIs() async throws {
        let home = "/tmp/a b'c\"d$(x)`y`\\"
        let seen = scratch.path + "/seen"
        let script = """
            for last; do :; done
            od() { :; }
            mkdir -p '\(scratch.path)/bin'
            printf '#!/bin/sh\\nprintf %%s "$3" > \(seen); exit 1\\n' > '\(scratch.path)/bin/opendaemon'
            chmod 700 '\(scratch.path)/bin/opendaemon'
            PATH='\(scratch.path)/bin':$PATH exec sh -c "$last"
            """
        _ = try await failure { try await connect(script, home: home) }
        let file = open(seen, O_RDONLY)
        var bytes = [UInt8](repeating: 0, count: 200)
        let count = read(file, &bytes, bytes.count)
        close(file)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == home)
    }

    @Test(arguments: [
        ("echo 'ssh: Could not resolve hostname server' >&2; exit 255", ErrorCode.remoteFailed, "cannot be reached"),
        ("echo 'sh: od: not found' >&2; exit 127", .remoteFailed, "there is no OpenDaemon"),
        ("echo 'od: bridge: No such file or directory' >&2; exit 1", .remoteFailed, "there is no OpenDaemon"),
        ("echo 'od: there is no verb bridge (OD1001)' >&2; exit 2", .versionMismatch, "too old"),
        ("exit 0", .remoteFailed, "closed the connection"), ("exit 3", .remoteFailed, "od bridge failed"),
        ("kill -9 $$", .remoteFailed, "od bridge failed"),
    ]) func whatWentWrongThereIsSaid(script: String, code: ErrorCode, words: String) async throws {
        let told = try await failure { try await connect(script) }
        #expect(told.code == code)
        #expect(told.what.contains(words))
        #expect(!told.why.isEmpty)
    }

    @Test func whatTheOtherEndSaysCannotPlayWithTheTerminal() async throws {
        let told = try await failure { try await connect(#"printf 'a\033[31mb\n' >&2; exit 255"#) }
        #expect(told.why == "a[31mb")
    }

    @Test func aProgramThatIsNotThereIsSaidSo() async throws {
        let remote = try Remote("server", program: "/nowhere/ssh")
        let told = try await failure {
            try await OpenDaemon.connect(ConnectOptions(start: .never, client: "tests", remote: remote))
        }
        #expect(told.code == .remoteFailed)
        #expect(told.why.contains("/nowhere/ssh"))
    }

    /// The engine behind python in ssh's place, which copies bytes as `od bridge` does; a broken connection is made anew.
    @Test func callsAndStreamsGoThroughAndComeBack() async throws {
        let engine = try FakeEngine()
        let routes: @Sendable (inout Router) -> Void = { router in
            router.on(Methods.list) { _, _ in [process(1)] }
            router.on(Methods.stop) { request, _ in [process(2, request.targets[0])] }
        }
        try await engine.start(routes)
        let copy = """
            exec python3 -c '
            import os, socket, sys, threading
            s = socket.socket(socket.AF_UNIX); s.connect("\(engine.home)/od.sock")
            def up():
                while data := os.read(0, 65536): s.sendall(data)
                s.shutdown(socket.SHUT_WR)
            threading.Thread(target=up, daemon=True).start()
            while data := s.recv(65536):
                while data: data = data[os.write(1, data):]
            '
            """
        let daemon = try await connect(copy)
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
        let long = String(repeating: "x", count: 2 << 20)
        #expect(try await daemon.call(Methods.stop, TargetRequest(targets: [long])).map(\.name) == [long])
        await engine.crash()
        try await engine.start(routes)
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
        #expect(daemon.hello.pid == 2)
        await daemon.close()
    }
}
