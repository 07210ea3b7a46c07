import Glibc

/// What this build is.
package enum Build {
    package static let version = "0.1.0"
}

/// The number of this process.
func processID() -> Int32 { getpid() }
