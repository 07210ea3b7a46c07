import Core
import Engine
import Glibc
import Testing

@testable import OpenDaemon

@Suite("The token")
struct TokenTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    /// Writes a file with the token, readable for nobody else.
    private func write(_ text: String, to path: String, mode: mode_t = 0o600) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        #expect(Glibc.write(file, bytes, bytes.count) == bytes.count)
        #expect(fchmod(file, mode) == 0)
        close(file)
    }

    private func start(_ engine: FakeEngine, _ limits: Server.Limits = Server.Limits()) async throws {
        let home = engine.home
        try await engine.start(
            { $0.on(Methods.list) { _, _ in [process(1)] } }, limits: limits,
            gate: { () async throws(Failure) in try Server.token(home: home) })
    }

    @Test func withoutAFileNobodyIsAsked() async throws {
        let engine = try FakeEngine()
        try await start(engine)
        #expect(try await engine.connect().call(Methods.list, Nothing()).count == 1)
    }

    @Test func whoKnowsTheTokenIsLetInAlsoAfterAReconnect() async throws {
        let engine = try FakeEngine()
        write(Self.secret + "\n", to: engine.home + "/auth-token")
        try await start(engine)
        let daemon = try await engine.connect()
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
        await engine.crash()
        try await start(engine)
        #expect(try await daemon.call(Methods.list, Nothing()).count == 1)
    }

    @Test func theTokenMayComeFromAnotherFileAndMustBeTheRightOne() async throws {
        let (engine, elsewhere) = (try FakeEngine(), try Scratch())
        write(Self.secret, to: engine.home + "/auth-token")
        try await start(engine)
        var options = ConnectOptions(home: engine.home, start: .never, client: "tests")
        options.tokenFile = elsewhere.path + "/token"
        let absent = try await failure { try await OpenDaemon.connect(options) }
        #expect(absent.code == .tokenRefused)
        #expect(absent.why.contains(elsewhere.path))
        write("another token, long enough", to: elsewhere.path + "/token")
        let wrong = try await failure { try await OpenDaemon.connect(options) }
        #expect(wrong.code == .tokenRefused)
        #expect(wrong.what.contains("did not accept"))
        write(Self.secret, to: elsewhere.path + "/token")
        #expect(try await OpenDaemon.connect(options).call(Methods.list, Nothing()).count == 1)
    }

    @Test(
        arguments: [
            ("short", 0o600, "16 to 1024"), (secret, 0o640, "mode 640"), (secret, 0o604, "mode 604"),
        ] as [(String, mode_t, String)])
    func aFileThatIsNotSafeLetsNobodyIn(text: String, mode: mode_t, why: String) async throws {
        let engine = try FakeEngine()
        write(text, to: engine.home + "/auth-token", mode: mode)
        try await start(engine)
        let refused = try await failure { try await engine.connect() }
        #expect(refused.code == .tokenRefused)
        #expect(refused.why.contains(why))
    }

    @Test func aLinkAndADirectoryAreNoToken() async throws {
        let (engine, elsewhere) = (try FakeEngine(), try Scratch())
        write(Self.secret, to: elsewhere.path + "/token")
        #expect(symlink(elsewhere.path + "/token", engine.home + "/auth-token") == 0)
        try await start(engine)
        #expect(try await failure { try await engine.connect() }.why.contains("link"))
        unlink(engine.home + "/auth-token")
        #expect(mkdir(engine.home + "/auth-token", 0o700) == 0)
        #expect(try await failure { try await engine.connect() }.why.contains("plain file"))
        rmdir(engine.home + "/auth-token")
        #expect(try await engine.connect().call(Methods.list, Nothing()).count == 1, "asked for each connection anew")
    }

    @Test func nothingButTheProofIsTaken() async throws {
        let engine = try FakeEngine()
        write(Self.secret, to: engine.home + "/auth-token")
        var limits = Server.Limits()
        limits.helloWithin = 200
        try await start(engine, limits)
        let old = try RawClient(engine.home)
        old.sayHello()
        #expect(await old.readBytes()?.kind == .challenge)
        let told = try #require(await old.read()?.json)
        #expect(told.contains("OD5012"), "a client that knows no tokens is told before its patience ends")
        #expect(told.contains(#""id":1"#))
        #expect(await old.isClosed())

        for bytes in [Frame.header(.heartbeat, length: 0), Frame.header(.log, length: 0)] {
            let client = try RawClient(engine.home)
            #expect(await client.readBytes()?.kind == .challenge)
            client.write(bytes)
            #expect(await client.readError()?.data?.code == .tokenRefused)
            #expect(await client.isClosed())
        }
        let twice = try RawClient(engine.home)
        twice.sayHello()
        twice.sayHello()
        #expect(await twice.readBytes()?.kind == .challenge)
        #expect(await twice.readError()?.data?.code == .tokenRefused)
    }

    /// A client that has written all and ended its side is read while its token is looked up: nothing of it is lost.
    @Test func whoEndsHisSideAtOnceIsAnswered() async throws {
        let engine = try FakeEngine()
        let gate = Barrier()
        try await engine.start(
            { $0.on(Methods.list) { _, _ in [process(1)] } },
            gate: { () async throws(Failure) in
                await gate.wait()
                return nil
            })
        let client = try RawClient(engine.home)
        client.sayHello()
        client.send(request: #"{"jsonrpc":"2.0","id":2,"method":"process.list","params":{}}"#)
        client.shutWriting()
        let silent = try RawClient(engine.home)
        silent.shutWriting()
        let many = try RawClient(engine.home)
        for _ in 0..<70 { many.write(Frame.header(.heartbeat, length: 0)) }
        many.shutWriting()
        #expect(await many.readError()?.code == -32600)
        gate.open()
        #expect(await client.read()?.json.contains("opendaemon") == true)
        #expect(await client.read()?.json.contains("online") == true)
        #expect(await client.isClosed())
        #expect(await silent.isClosed())
    }

    @Test func aProofIsGoodOnceAndForItsChallengeOnly() async throws {
        let engine = try FakeEngine()
        write(Self.secret, to: engine.home + "/auth-token")
        try await start(engine)
        let first = try RawClient(engine.home)
        let second = try RawClient(engine.home)
        let one = try #require(await first.readBytes()).payload
        let two = try #require(await second.readBytes()).payload
        #expect(one.count == Token.nonceLength)
        #expect(one != two)
        let proof = try #require(Server.proof(of: Self.secret, nonce: one))
        second.write(Frame.header(.challengeResponse, length: proof.count) + proof)
        #expect(await second.readError()?.data?.code == .tokenRefused)
        first.write(Frame.header(.challengeResponse, length: proof.count) + proof)
        first.sayHello()
        #expect(await first.read()?.json.contains("opendaemon") == true)
        first.write(Frame.header(.challengeResponse, length: proof.count) + proof)
        #expect(await first.readError()?.data?.code == .protocolError)
    }

    @Test func wrongTokensAreCountedForAll() async throws {
        let engine = try FakeEngine()
        write(Self.secret, to: engine.home + "/auth-token")
        var limits = Server.Limits()
        limits.tokenTries = 1
        try await start(engine, limits)
        var words: [String] = []
        for _ in 0..<6 {
            let client = try RawClient(engine.home)
            #expect(await client.readBytes()?.kind == .challenge)
            client.write(Frame.header(.challengeResponse, length: 3) + [1, 2, 3])
            let failure = try #require(await client.readError()?.data)
            #expect(failure.code == .tokenRefused)
            words.append(failure.what)
        }
        #expect(words.first?.contains("did not accept") == true)
        #expect(words.contains { $0.contains("not looked at") })
    }
}
