import CKernel
import Glibc

/// What this build is.
package enum Build {
    package static let version = String(cString: od_build())
}

/// The number of this process.
func processID() -> Int32 { getpid() }
