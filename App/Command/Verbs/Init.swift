internal import ArgumentParser
internal import Core
internal import Engine
import Glibc

struct Init: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Writes a first config for what is in this folder.",
        usage: "od init [DIR] [OPTIONS]",
        discussion: """
            Looks at Procfile, package.json, manage.py, app.py, pyproject.toml and docker compose files. On a terminal it \
            asks which of the programs it found are wanted; elsewhere it prints its guess, and writes it with --yes. \
            A config of PM2 is written in our keys, as od migrate does it. A config that is there is never overwritten.
            """)

    /// The file that is written.
    static let file = "opendaemon.config.yaml"

    @OptionGroup var globals: Globals

    @Argument(help: "The folder; default: the current one.", completion: .directory)
    var directory: String?

    @Flag(name: [.short, .long], help: "Write the guess without asking.")
    var yes = false

    func run(_ session: Session) async throws {
        let folder = FilePath.absolute(directory ?? ".", in: FilePath.currentDirectory())
        guard FilePath.kind(of: folder) == .directory else {
            throw Failure(
                .scriptMissing, "there is no folder ‘\(directory ?? ".")’", why: "looked for \(folder)",
                next: "make it, or go there")
        }
        if let present = ConfigFile.find(in: folder, isOurs: true) { throw exists(present) }
        let console = session.printer.console
        let asks = console.inputIsTerminal && console.errorIsTerminal && !yes && !globals.json
        if let foreign = ConfigFile.find(in: folder), try convert(foreign, in: folder, asks: asks, session) { return }
        var guess = ProjectGuess(of: folder)
        guess.remarks.forEach(session.printer.warning)
        if asks { try choose(from: &guess, session) }
        guard !guess.apps.isEmpty else {
            throw Failure(
                .configAbsent, "nothing here looks like a program",
                why: "looked for Procfile, package.json, manage.py, app.py, main.py, pyproject.toml, compose.yaml",
                next: "od start FILE starts a program without a config; od help config lists the keys of one")
        }
        guard asks || yes else {
            session.printer.output.write(guess.yaml)
            return session.printer.warning("nothing was written: od init --yes writes this as \(Self.file)")
        }
        try write(guess.yaml, to: FilePath.absolute(Self.file, in: folder))
        session.printer.done(
            "wrote \(Self.file) with \(guess.apps.map(\.name).joined(separator: ", ")); od up starts it")
    }

    /// Writes a config of PM2 in our keys. False when it has mistakes, or is not wanted: then the folder is looked at.
    private func convert(_ foreign: String, in folder: String, asks: Bool, _ session: Session) throws -> Bool {
        let name = FilePath.name(of: foreign)
        let text: String
        do {
            text = try Migration.yaml(of: name, in: folder)
        } catch {
            session.printer.warning("\(name) is not converted: \(error.what): \(error.why)")
            return false
        }
        if asks {
            session.printer.errors.write("\(text)\nWrite \(name) as this \(Self.file)? [yes] ")
            let answer = readLine().map { $0.lowercased() } ?? "no"
            guard ["", "y", "yes"].contains(answer) else { return false }
        } else if !yes {
            session.printer.output.write(text)
            session.printer.warning("nothing was written: od init --yes writes this as \(Self.file)")
            return true
        }
        try write(text, to: FilePath.absolute(Self.file, in: folder))
        session.printer.done("wrote \(Self.file) from \(name); od up starts it")
        return true
    }

    /// Asks for the project's name and for each program that was found; for one when nothing was.
    private func choose(from guess: inout ProjectGuess, _ session: Session) throws {
        func ask(_ question: String, _ usual: String) throws -> String {
            session.printer.errors.write("\(question) [\(usual)] ")
            guard let line = readLine() else { throw refused() }
            let answer = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return answer.isEmpty ? usual : answer
        }
        var name = try ask("The project's name?", guess.name)
        while !AppName.isValid(name) {
            session.printer.warning("‘\(name)’ is no name: a letter, then letters, digits, ‘.’, ‘_’ and ‘-’")
            name = try ask("The project's name?", guess.name)
        }
        guess.name = name
        let found = guess.apps
        guess.apps = try found.filter { app in
            let command = ([app.script] + app.args).joined(separator: " ")
            return try ["y", "yes"].contains(
                ask("Run ‘\(command)’ as ‘\(app.name)’ (\(app.source))?", "yes").lowercased())
        }
        if found.isEmpty {
            let script = try ask("A script or a command line to run?", "none")
            if script != "none" {
                guess.apps = [.init(name: DefaultName.app(script: script), script: script, source: "od init")]
            }
        }
        guard !guess.apps.isEmpty else { throw refused() }
        session.printer.errors.write("\n\(guess.yaml)\n")
        guard try ["y", "yes"].contains(ask("Write this as \(Self.file)?", "yes").lowercased()) else { throw refused() }
    }

    private func refused() -> Failure {
        Failure(.usage, "nothing was written", why: "the answer was no", next: "od init --yes does not ask")
    }

    private func exists(_ path: String) -> Failure {
        Failure(
            .configExists, "there is a config already", why: "\(path)",
            next: "change that file, or remove it first; od validate checks it")
    }

    /// Makes a file that was not there. Throws OD2009 or OD6002.
    private func write(_ text: String, to path: String) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            let number = errno
            if number == EEXIST { throw exists(path) }
            throw Failure(
                .diskFailed, "\(Self.file) cannot be written", why: String(cString: strerror(number)),
                next: "check the folder: \(FilePath.directory(of: path))")
        }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard bytes.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == bytes.count else {
            let number = errno
            unlink(path)
            throw Failure(
                .diskFailed, "\(Self.file) cannot be written", why: String(cString: strerror(number)),
                next: "make room on the disk")
        }
    }
}
