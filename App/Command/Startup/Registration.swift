internal import Core
internal import Engine
import Glibc

/// Puts the file of a service in its place and tells the init system, or takes it away again.
struct Registration: Sendable {
    let system: InitSystem
    let service: BootService
    let file: BootFile
    /// Runs a command; nil when there is no such program.
    var run: @Sendable ([String]) -> Program.End? = { Program.run($0[0], Array($0.dropFirst())) }

    /// Writes, verifies and enables. What cannot be enabled is taken away again.
    ///
    /// - Throws: OD5015; nothing is left then.
    func add() throws(Failure) {
        try refuseForeign()
        let before = FilePath.read(file.path, limit: Self.most)
        try Self.replace(file.path, file.text, mode: file.mode)
        do throws(Failure) {
            guard FilePath.read(file.path, limit: Self.most) == Array(file.text.utf8) else {
                throw trouble("\(file.path) is not what was written")
            }
            if let verify = file.verify, let end = run(verify), !end.exit.isSuccess {
                throw trouble("\(verify[0]) refuses it: \(end.output)")
            }
            for command in file.enable { try told(command) }
        } catch {
            if let before {
                try? Self.replace(file.path, String(decoding: before, as: UTF8.self), mode: file.mode)
            } else {
                unlink(file.path)
            }
            for command in file.forget { _ = run(command) }
            throw error
        }
    }

    /// Starts the service now.
    func start() throws(Failure) {
        if let start = file.start { try told(start) }
    }

    /// - Returns: false when there was nothing to remove.
    func remove() throws(Failure) -> Bool {
        guard FilePath.kind(of: file.path) != nil else { return false }
        try refuseForeign()
        for command in file.disable { try told(command) }
        guard unlink(file.path) == 0 else { throw trouble("\(file.path): \(String(cString: strerror(errno)))") }
        for command in file.forget { try told(command) }
        return true
    }

    /// Bytes of a file that are looked at.
    private static let most = 64 << 10

    /// A file of that name that we have not written is not ours to change.
    private func refuseForeign() throws(Failure) {
        guard let old = FilePath.read(file.path, limit: Self.most) else { return }
        guard String(decoding: old, as: UTF8.self).contains(BootFile.mark) else {
            throw Failure(
                .startupFailed, "\(file.path) is not ours", why: "od startup has not written it",
                next: "look at it, and move it away if nobody needs it")
        }
    }

    private func told(_ command: [String]) throws(Failure) {
        let line = Quoting.shell(command)
        guard let end = run(command) else { throw trouble("there is no \(command[0])") }
        guard end.exit.isSuccess else { throw trouble("‘\(line)’ ended with \(end.exit): \(end.output)") }
    }

    private func trouble(_ why: String) -> Failure {
        Failure(
            .startupFailed, "\(service.title) was not set up to start with the machine", why: why,
            next: "od startup --dry-run shows what would be done; mend it and say it again")
    }

    /// Writes aside, syncs and renames.
    private static func replace(_ path: String, _ text: String, mode: UInt32) throws(Failure) {
        func failed() -> Failure {
            Failure(
                .startupFailed, "\(path) was not written", why: String(cString: strerror(errno)),
                next: "od startup --print shows what belongs there")
        }
        let folder = FilePath.directory(of: path)
        try makeFolder(folder)
        let new = path + ".od-new"
        unlink(new)
        let file = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard file >= 0 else { throw failed() }
        let bytes = Array(text.utf8)
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fchmod(file, mode) == 0 && fsync(file) == 0
        close(file)
        guard isWritten, rename(new, path) == 0 else {
            let failure = failed()
            unlink(new)
            throw failure
        }
    }

    private static func makeFolder(_ path: String) throws(Failure) {
        guard FilePath.kind(of: path) != .directory else { return }
        try makeFolder(FilePath.directory(of: path))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw Failure(
                .startupFailed, "\(path) cannot be made", why: String(cString: strerror(errno)),
                next: "od startup --print shows what belongs there")
        }
    }
}
