// A daemon made of one small program, to test how clients start one: a keeper that does nothing but start an engine,
// an engine that answers a few calls, and a client that prints which engine it found.
//
//     client-stub ENGINE engine --home HOME [--embedded]    as the keeper is called, descriptors 3 and 4
//     client-stub serve HOME [embedded]                     the engine; it ends with `daemon.shutdown`
//     client-stub connect HOME KEEPER                       prints `PID STARTED`

import Core
import Engine
import Glibc
import NIOPosix
import OpenDaemon

/// Each start of a keeper is a line of this file.
func note(_ text: String, in file: String) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    _ = write(descriptor, text + "\n", text.utf8.count + 1)
    close(descriptor)
}

func keep(engine: String, home: String, embedded: Bool) -> Int32 {
    note("\(getpid())", in: home + "/starts")
    // Who reads the client's output must not wait for the daemon's end.
    let null = open("/dev/null", O_RDWR)
    for standard in 0...2 as ClosedRange<Int32> { dup2(null, standard) }
    close(null)
    var pid: pid_t = 0
    let words: [String] = [engine, "serve", home, embedded ? "embedded" : "detached"]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    return posix_spawn(&pid, engine, nil, nil, arguments, environ)
}

/// The mask and the dispositions that the keeper was started with, and its environment, for the tests to look at.
func report(home: String) {
    var mask = sigset_t()
    sigprocmask(SIG_BLOCK, nil, &mask)
    note(sigismember(&mask, SIGUSR1) == 0 ? "open" : "blocked", in: home + "/mask")
    var entry = environ
    while let text = entry.pointee {
        note(String(cString: text), in: home + "/environment")
        entry += 1
    }
}

func serve(home: String, embedded: Bool) async throws {
    // Nobody waits for a test's daemon for ever.
    alarm(120)
    var router = Router()
    router.on(Methods.list) { _, _ in [] }
    router.on(Methods.shutdown) { _, _ in
        Task {
            unlink(home + "/od.sock")
            exit(0)
        }
        return Nothing()
    }
    let loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    _ = try await Server.open(listener: 4, on: loop, router: router) { _ in
        HelloResult(build: "stub", pid: getpid(), embedded: embedded)
    }
    while true { try await Task.sleep(for: .seconds(60)) }
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "serve":
    try await serve(home: arguments[2], embedded: arguments.last == "embedded")
case "connect":
    do {
        let daemon = try await OpenDaemon.connect(
            ConnectOptions(home: arguments[2], client: "stub", keeper: arguments[3], engine: arguments[3]))
        let processes = try await daemon.call(Methods.list, Nothing())
        print(daemon.hello.pid, daemon.startedEngine ? 1 : 0, processes.count)
    } catch {
        print(error)
        exit(1)
    }
default:
    let home = arguments[4]
    report(home: home)
    exit(keep(engine: arguments[1], home: home, embedded: arguments.contains("--embedded")))
}
