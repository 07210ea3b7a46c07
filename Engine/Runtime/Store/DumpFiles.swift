package import Core
internal import Crypto
internal import FoundationEssentials
import Glibc

/// The dumps of `od save`: `dump/000001.json` and on, the newest with the highest number; a few are kept.
///
/// A file is `{"version":1,"savedAt":…,"sha256":…,"apps":[…]}`, and the checksum is that of the text of `apps`. It is
/// written aside, brought to the disk, renamed, and then the folder is brought to the disk: a reader sees a whole file or
/// none. Variables of apps are in it, so that nobody but the owner may read it.
package struct DumpFiles: Sendable {
    /// The folder, absolute.
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// Bytes of a dump at most: a thousand apps with large environments.
    private static let limit = 64 << 20
    /// Files with higher numbers are not ours: nobody saves so often.
    private static let lastNumber = 999_999_999

    /// A dump that was read, and why newer ones were not.
    package struct Found: Hashable, Sendable {
        package var file: String
        package var apps: [SavedApp]
        package var broken: [String]

        package init(file: String, apps: [SavedApp], broken: [String] = []) {
            self.file = file
            self.apps = apps
            self.broken = broken
        }
    }

    /// Writes a dump and removes the oldest. Throws OD6006 when it would put an empty list before a list with apps, OD6002
    /// when the disk refuses.
    package func write(_ apps: [SavedApp], at time: WallTime, force: Bool) throws(Failure) -> String {
        if apps.isEmpty, !force, let last = try? newest(), !last.apps.isEmpty {
            throw Failure(
                .dumpEmpty, "there are no apps to save", why: "\(last.file) has \(last.apps.count)",
                next: "od save --force saves the empty list all the same")
        }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw trouble(folder) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text: String
        do {
            text = String(decoding: try encoder.encode(apps), as: UTF8.self)
        } catch {
            throw Failure(
                .bug, "the apps cannot be written as JSON", why: "\(error)", next: "report it with od version")
        }
        let head = #"{"version":1,"savedAt":"\#(time.description)","sha256":"\#(Self.checksum(text))""#
        let numbers = numbers()
        let file = path((numbers.last ?? 0) + 1)
        try put(Array((head + Self.seam + text + "}\n").utf8), into: file)
        for number in numbers.dropLast(Defaults.dumps - 1) { unlink(path(number)) }
        return file
    }

    /// The newest dump that is whole. Throws OD6005 when there is none.
    package func newest() throws(Failure) -> Found {
        var broken: [String] = []
        for number in numbers().reversed() {
            let file = path(number)
            switch read(file) {
            case .success(let apps): return Found(file: file, apps: apps, broken: broken)
            case .failure(let trouble): broken.append("\(file): \(trouble.why)")
            }
        }
        throw Failure(
            .dumpAbsent, broken.isEmpty ? "nothing was saved" : "no dump is whole",
            why: broken.isEmpty ? "there is no file in \(folder)" : broken.joined(separator: "\n"),
            next: "od save writes one; od needs none to bring apps back after a reboot")
    }

    // MARK: one file

    /// Between the head and the text that the checksum is of.
    private static let seam = #","apps":"#

    /// Characters before the seam at most.
    private static let headLimit = 512

    private struct Trouble: Error {
        var why: String
    }

    private func read(_ file: String) -> Result<[SavedApp], Trouble> {
        guard let bytes = FilePath.read(file, limit: Self.limit + 1) else {
            return .failure(Trouble(why: "it cannot be read"))
        }
        guard bytes.count <= Self.limit, let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("}\n"),
            let seam = text.prefix(Self.headLimit).firstRange(of: Self.seam)
        else { return .failure(Trouble(why: "it is not whole")) }
        let apps = String(text[seam.upperBound...].dropLast(2))
        guard text[..<seam.lowerBound].contains(#""sha256":"\#(Self.checksum(apps))""#) else {
            return .failure(Trouble(why: "its checksum is wrong"))
        }
        do {
            return .success(try JSONDecoder().decode([SavedApp].self, from: Data(apps.utf8)))
        } catch {
            return .failure(Trouble(why: "it is of a version that this od does not know"))
        }
    }

    private static func checksum(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private func put(_ bytes: [UInt8], into file: String) throws(Failure) {
        let aside = file + ".new"
        unlink(aside)
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw trouble(aside) }
        var rest = bytes[...]
        var number: Int32 = 0
        while !rest.isEmpty, number == 0 {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { number = errno }
        }
        if number == 0, fsync(descriptor) != 0 { number = errno }
        close(descriptor)
        if number == 0, rename(aside, file) != 0 { number = errno }
        guard number == 0 else {
            unlink(aside)
            throw trouble(file, number)
        }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    private func trouble(_ path: String, _ number: Int32 = errno) -> Failure {
        Failure(
            .diskFailed, "the dump was not written", why: "\(path): \(String(cString: strerror(number)))",
            next: "make room, or correct the permissions; apps go on, and their definitions are kept anyway")
    }

    // MARK: the folder

    private func path(_ number: Int) -> String {
        let digits = String(number)
        return folder + "/" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".json"
    }

    /// Numbers of the dumps, rising.
    private func numbers() -> [Int] {
        var numbers: [Int] = []
        for name in (try? FilePath.names(in: folder)) ?? [] {
            let stem = name.dropLast(".json".count)
            guard name.hasSuffix(".json"), let number = Int(stem), (1...Self.lastNumber).contains(number),
                path(number).hasSuffix("/" + name)
            else {
                continue
            }
            numbers.append(number)
        }
        return numbers.sorted()
    }
}
