internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// What a long request does, and which instances are still in the middle of it.
enum Doing: String, Hashable, Sendable {
    case starting, stopping, restarting, reloading, changing

    /// From what is said afterwards: `stopped`, `restarted`, `deleted`.
    static func of(_ did: String) -> Doing {
        switch did {
        case "restarted": .restarting
        case "started": .starting
        default: .stopping
        }
    }

    private var busy: Set<ProcessStatus> {
        switch self {
        case .starting: [.created, .starting]
        case .stopping: [.stopping, .killing]
        case .restarting, .reloading, .changing: [.created, .starting, .stopping, .killing, .reloading]
        }
    }

    /// How many instances are not there yet.
    func left(_ processes: [InstanceInfo]) -> Int { processes.count { busy.contains($0.status) } }
}

/// The line that a terminal shows while a request takes long. Nothing of it stays.
struct Progress: Sendable {
    /// What is over before this is not worth a line; milliseconds.
    static let patience = 300
    /// Milliseconds between two pictures, and pictures between two questions about what is left.
    static let interval = 100
    static let picturesPerQuestion = 5

    private static let wheel: [Unicode.Scalar] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    private static let plainWheel: [Unicode.Scalar] = ["|", "/", "-", "\\"]

    let doing: Doing
    let unicode: Bool

    /// `⠙ stopping, 12 left (3 s)`
    ///
    /// - Parameters:
    ///   - elapsed: milliseconds.
    ///   - left: nil while it is not known.
    func line(picture: Int, elapsed: Int, left: Int?) -> String {
        let wheel = unicode ? Self.wheel : Self.plainWheel
        let rest = left.map { $0 > 0 ? ", \($0) left" : "" } ?? ""
        let time = elapsed < 1000 ? "" : " (\(elapsed / 1000) s)"
        return "\(wheel[picture % wheel.count]) \(doing.rawValue)\(rest)\(time)"
    }

    static let clear = "\r\u{1B}[K"
}

/// Durations as remarks say them.
enum Stopwatch {
    static func milliseconds(_ duration: Duration) -> Double {
        let parts = duration.components
        return Double(parts.seconds) * 1000 + Double(parts.attoseconds) / 1e15
    }

    static func text(_ duration: Duration) -> String { "\(Format.fixed(milliseconds(duration), places: 1)) ms" }
}

extension Session {
    /// Does `body`; when it takes long, a terminal shows that it goes on and how many instances are not done.
    func working<R: Sendable>(
        _ doing: Doing, _ client: OpenDaemon, _ body: () async throws -> R
    ) async throws -> R {
        let clock = ContinuousClock()
        let began = clock.now
        let printer = printer
        let drawing = printer.showsProgress ? Task { await draw(doing, client, since: began) } : nil
        let result: Result<R, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        if let drawing {
            drawing.cancel()
            await drawing.value
        }
        printer.note("\(doing.rawValue) took \(Stopwatch.text(clock.now - began))")
        return try result.get()
    }

    /// Draws until it is cancelled, and leaves an empty line.
    private func draw(_ doing: Doing, _ client: OpenDaemon, since began: ContinuousClock.Instant) async {
        let clock = ContinuousClock()
        let progress = Progress(doing: doing, unicode: printer.console.unicode)
        guard (try? await clock.sleep(for: .milliseconds(Progress.patience))) != nil else { return }
        var picture = 0
        var left: Int?
        repeat {
            if picture % Progress.picturesPerQuestion == 0 {
                left = try? await doing.left(client.call(Methods.list, Nothing()))
                if Task.isCancelled { break }
            }
            let elapsed = Int(Stopwatch.milliseconds(clock.now - began))
            let line = progress.line(picture: picture, elapsed: elapsed, left: left)
            printer.errors.write(Progress.clear + Paint.text(line, Style(.dim), printer.console.errorColour))
            picture += 1
        } while (try? await clock.sleep(for: .milliseconds(Progress.interval))) != nil
        if picture > 0 { printer.errors.write(Progress.clear) }
    }
}
