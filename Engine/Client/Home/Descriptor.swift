import Glibc

/// A file descriptor with one owner, who closes it.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes over an open descriptor; nil for the -1 of a failed call.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { _ = Glibc.close(number) }

    /// Hands the descriptor on: the caller closes it.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// `errno` as a value, with the words of strerror(3).
struct SystemError: Hashable, Sendable, CustomStringConvertible {
    let number: Int32

    /// The error of the call just made by this thread.
    static var last: SystemError { SystemError(number: errno) }

    var description: String { String(cString: strerror(number)) }
}
