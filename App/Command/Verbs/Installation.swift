internal import Core
internal import Engine
import Glibc

/// The two executables of one version, side by side.
struct Installation: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        /// A tarball or a folder.
        case release(String)
        /// What the last installation has put aside.
        case previous
    }

    /// Absolute.
    let od: String

    var folder: String { FilePath.directory(of: od) }
    var keeper: String { folder + "/od-keeper" }

    /// Of this program. After an upgrade the kernel calls the old file `… (deleted)`; the new one is in the same place.
    static func ofThisProcess() -> Installation {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let deleted = " (deleted)"
        return Installation(od: path.hasSuffix(deleted) ? String(path.dropLast(deleted.count)) : path)
    }

    /// Puts a source's executables in the place of these, which are kept as `….previous`. Nothing is touched before both
    /// are found to run.
    ///
    /// - Throws: OD5009 with what is wrong with the source, OD6002 when the folder cannot be written.
    func install(_ source: Source) async throws -> (old: String, new: String) {
        let workshop = try makeWorkshop()
        defer { Self.remove(workshop) }
        let found = try find(source, workshop)
        let new = try Self.version(of: found.od)
        try Self.checkKeeper(found.keeper)
        // Copied first: of `….previous` the next step takes the name away.
        let copies = [(found.keeper, keeper, "keeper"), (found.od, od, "od")]
        for (file, _, name) in copies { try Self.copy(file, to: "\(workshop)/new-\(name)") }
        for (_, place, name) in copies { try keep(place, workshop, name) }
        // A keeper and an engine of versions side by side work together: the order does not matter, a stop between does
        // no harm.
        for (_, place, name) in copies { try Self.move("\(workshop)/new-\(name)", to: place) }
        Self.sync(folder)
        return (Product.client, new)
    }

    /// A folder beside the executables, so that what is made in it can be moved to their place.
    private func makeWorkshop() throws(Failure) -> String {
        var template = Array("\(folder)/.od-update-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Self.diskTrouble(folder) }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private func find(_ source: Source, _ workshop: String) throws(Failure) -> (od: String, keeper: String) {
        let candidates: [String]
        switch source {
        case .previous:
            let pair = (od: od + ".previous", keeper: keeper + ".previous")
            guard FilePath.isExecutable(pair.od), FilePath.isExecutable(pair.keeper) else {
                throw .notInstalled("there is no version before: \(pair.od) and \(pair.keeper) are not there")
            }
            return pair
        case .release(let path) where FilePath.kind(of: path) == .directory:
            candidates = [path]
        case .release(let path):
            guard FilePath.kind(of: path) == .file else { throw .notInstalled("there is no \(path)") }
            let contents = workshop + "/contents"
            guard mkdir(contents, 0o700) == 0 else { throw Self.diskTrouble(contents) }
            let unpacked = Program.run("tar", ["-xzf", path, "-C", contents, "--no-same-owner"])
            guard unpacked?.exit.isSuccess == true else {
                throw .notInstalled("\(path) cannot be unpacked by tar: \(unpacked?.output ?? "it is not installed")")
            }
            candidates = [contents] + Self.entries(of: contents).map { contents + "/" + $0 }
        }
        for folder in candidates {
            let pair = (od: folder + "/od", keeper: folder + "/od-keeper")
            guard FilePath.isExecutable(pair.od), FilePath.isExecutable(pair.keeper) else { continue }
            // Put in its own place it would only take the place of the version before.
            guard !Executable.areSame(pair.od, od) else { throw .notInstalled("it is this od itself") }
            return pair
        }
        throw .notInstalled("it has no executables od and od-keeper side by side")
    }

    /// What `od version` of that file says: `od 0.1.0`.
    private static func version(of file: String) throws(Failure) -> String {
        guard let end = try ask(file, ["version"]), end.exit.isSuccess, end.output.hasPrefix("od ") else {
            throw .notInstalled("\(file) does not run here, or is no od of ours")
        }
        return end.output.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// Runs a program that we do not know yet. nil when it cannot be executed, or says far too much.
    private static func ask(_ file: String, _ words: [String]) throws(Failure) -> Program.End? {
        let run = ScriptRun(
            words: [file] + words, patience: Defaults.releasePatience, limit: Defaults.releaseOutput, channel: .output)
        switch run.run() {
        case .ended(let bytes, let exit): return Program.End(exit: exit, output: String(decoding: bytes, as: UTF8.self))
        case .late: throw .notInstalled("\(file) did not end within \(Defaults.releasePatience / 1000) s")
        case .tooLong, .notStarted: return nil
        }
    }

    /// A keeper without arguments says that it has none (EX_USAGE).
    private static func checkKeeper(_ file: String) throws(Failure) {
        guard let end = try ask(file, []), end.exit == .code(64) else {
            throw .notInstalled("\(file) does not run here, or is no keeper of ours")
        }
    }

    private static func copy(_ file: String, to copy: String) throws(Failure) {
        let from = open(file, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw diskTrouble(file) }
        defer { close(from) }
        let to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o700)
        guard to >= 0 else { throw diskTrouble(copy) }
        defer { close(to) }
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(from, &block, block.count)
            guard count >= 0 else { throw diskTrouble(file) }
            if count == 0 { break }
            var written = 0
            while written < count {
                let result = block[written..<count].withUnsafeBytes { write(to, $0.baseAddress, $0.count) }
                guard result > 0 else { throw diskTrouble(copy) }
                written += result
            }
        }
        guard fchmod(to, 0o755) == 0, fsync(to) == 0 else { throw diskTrouble(copy) }
    }

    /// The file gets a second name, `….previous`; one that is there goes.
    private func keep(_ file: String, _ workshop: String, _ name: String) throws(Failure) {
        let old = "\(workshop)/old-\(name)"
        if link(file, old) != 0 {
            guard errno != ENOENT else { return }
            throw Self.diskTrouble(file)
        }
        try Self.move(old, to: file + ".previous")
    }

    private static func move(_ file: String, to place: String) throws(Failure) {
        guard rename(file, place) == 0 else { throw diskTrouble(place) }
    }

    private static func sync(_ folder: String) {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private static func entries(of folder: String) -> [String] {
        ((try? FilePath.names(in: folder)) ?? []).sorted()
    }

    /// Takes a folder of ours away, with all that is in it. Links are not followed.
    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in entries(of: path) { remove(path + "/" + name) }
        rmdir(path)
    }

    private static func diskTrouble(_ path: String) -> Failure {
        Failure(
            .diskFailed, "nothing was installed", why: "\(path): \(String(cString: strerror(errno)))",
            next: "run od update as the owner of that folder")
    }
}

extension Failure {
    static func notInstalled(_ why: String) -> Failure {
        Failure(.notReplaced, "nothing was installed", why: why, next: "nothing was touched; name another release")
    }
}
