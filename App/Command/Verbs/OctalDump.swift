internal import Core
internal import Engine
import Glibc

/// The other `od`: the octal dump of every Unix. Where a call can only mean that one, it gets it.
enum OctalDump {
    static let note = """
        The octal dump is also called od. Its flags, a path, a file that is no verb, and a bare od that reads a pipe \
        go to the system's od; the name opendaemon never does.
        """

    /// A call of `od`, with all that decides what is meant.
    struct Call {
        /// argv[0].
        var program: String
        /// Without argv[0].
        var arguments: [String]
        var inputIsTerminal: Bool
        var verbs: [String]

        /// Whether only the octal dump can be meant. The first word decides; a verb is always ours.
        func isOctalDump(isFile: (String) -> Bool) -> Bool {
            guard FilePath.name(of: program) != "opendaemon" else { return false }
            guard let first = arguments.first else { return !inputIsTerminal }
            if first == "--" {
                return arguments.dropFirst().first.map { $0 == "-" || $0.contains("/") || isFile($0) }
                    ?? !inputIsTerminal
            }
            if first == "-" || OctalDump.isFlag(first) { return true }
            if first.hasPrefix("-") || verbs.contains(first) { return false }
            // A path is never a verb, whether the file exists or not.
            return first.contains("/") || isFile(first) || OctalDump.isOffset(first) && !inputIsTerminal
        }
    }

    /// Whether `word` is a flag of the octal dump and none of ours: a long one (or its beginning, as getopt takes
    /// it), or letters of which each is a flag, up to one that takes the rest as its value.
    private static func isFlag(_ word: String) -> Bool {
        if word.hasPrefix("--") {
            let name = word.dropFirst(2).prefix { $0 != "=" }
            let meant = longFlags.filter { $0.hasPrefix(name) }
            // One letter is enough where it can mean one flag only, as for getopt.
            return name.count > 1 && !meant.isEmpty || name.count == 1 && meant.count == 1
        }
        guard word.count > 1, word.hasPrefix("-") else { return false }
        for letter in word.dropFirst() {
            if "AjNStw".contains(letter) { return true }
            guard "abcdfiloxsvBDeFHhIkLOX".contains(letter), letter != "h" else { return false }
        }
        return true
    }

    private static let longFlags = [
        "address-radix", "endian", "skip-bytes", "read-bytes", "strings", "format", "output-duplicates", "width",
        "traditional",
    ]

    /// `+20`, `+0x10.b`: an offset of the traditional form.
    private static func isOffset(_ word: String) -> Bool {
        word.hasPrefix("+") && word.dropFirst().first?.isNumber == true
    }

    /// Replaces this process by the system's octal dump. Returns only what went wrong.
    static func become(_ arguments: [String]) -> Failure {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let candidates = path.split(separator: ":").map { "\($0)/od" } + ["/usr/bin/od", "/bin/od"]
        for candidate in candidates where FilePath.isExecutable(candidate) && !isOurs(candidate) {
            var words: [UnsafeMutablePointer<CChar>?] = (["od"] + arguments).map { strdup($0) }
            words.append(nil)
            execv(candidate, words)
            words.forEach { free($0) }
        }
        return Failure(
            .scriptMissing, "the octal dump is not installed", why: "there is no other od in PATH, nor /usr/bin/od",
            next: "install coreutils; od help for this one")
    }

    /// An `od` with a keeper beside it is OpenDaemon, this one or another.
    private static func isOurs(_ file: String) -> Bool {
        guard let real = realpath(file, nil) else { return false }
        defer { free(real) }
        return FilePath.kind(of: FilePath.directory(of: String(cString: real)) + "/od-keeper") != nil
    }
}
