internal import ArgumentParser
internal import Core
internal import Engine
import Glibc

struct Migrate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Writes a config of PM2, a Procfile or a .env as a config of ours.",
        usage: "od migrate FILE [-o OUT] [OPTIONS]",
        discussion: """
            The result starts the same programs as FILE does. It is YAML, on stdout unless -o names a file in the same \
            folder, because paths start there. What has no counterpart stands in a comment. A .env has no programs: they \
            are those that od init would find beside it. What has no counterpart is said on stderr, too.
            """)

    @OptionGroup var globals: Globals

    @Argument(help: "An ecosystem file of PM2, a Procfile, a .env, or a config that is a program.")
    var file: String

    @Option(name: [.customShort("o"), .long], help: "The file to write, like opendaemon.config.yaml.")
    var output: String?

    @Flag(name: [.short, .long], help: "Replace OUT when it exists.")
    var force = false

    func run(_ session: Session) async throws {
        try session.requireLocal("a config")
        let directory = FilePath.currentDirectory()
        let (text, warnings) = try Migration.migrated(file, in: directory)
        guard let output else {
            warnings.forEach(session.printer.warning)
            if session.printer.json { return session.printer.value(["config": text]) }
            return session.printer.output.write(text)
        }
        let target = FilePath.absolute(output, in: directory)
        try checkPlace(target, source: FilePath.absolute(file, in: directory))
        try write(text, to: target)
        warnings.forEach(session.printer.warning)
        session.printer.done("wrote \(output)")
    }

    private func checkPlace(_ target: String, source: String) throws(Failure) {
        let folder = FilePath.kind(of: source) == .directory ? source : FilePath.directory(of: source)
        guard FilePath.directory(of: target) == folder else {
            throw Failure(
                .usage, "‘\(output ?? "")’ lies in another folder than ‘\(file)’",
                why: "relative paths of a config start at its own folder", next: "write it into \(folder)")
        }
        guard ["yaml", "yml"].contains(FilePath.fileExtension(of: target)) else {
            throw Failure(
                .usage, "‘\(output ?? "")’ is no name for YAML", why: "the ending says how a config is read",
                next: "for example -o opendaemon.config.yaml")
        }
        guard force || FilePath.kind(of: target) == nil else {
            throw Failure(
                .fileNotWritten, "‘\(output ?? "")’ exists", why: "od migrate replaces nothing by itself",
                next: "name another file, or say --force")
        }
    }

    /// Aside and renamed: a config is whole or as it was.
    private func write(_ text: String, to target: String) throws(Failure) {
        let aside = target + ".new"
        unlink(aside)
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        var rest = Array(text.utf8)[...]
        var number = descriptor < 0 ? errno : 0
        while number == 0, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { number = errno }
        }
        if descriptor >= 0, close(descriptor) != 0, number == 0 { number = errno }
        if number == 0, rename(aside, target) != 0 { number = errno }
        guard number != 0 else { return }
        unlink(aside)
        throw Failure(
            .diskFailed, "‘\(target)’ was not written", why: String(cString: strerror(number)),
            next: "make room, or correct the permissions of the folder")
    }
}
