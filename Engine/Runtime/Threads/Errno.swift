import CKernel

/// A number of errno(3), positive.
package struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    // The numbers of asm-generic/errno.h, the same on x86 and ARM.
    static let noEntry: Int32 = 2
    static let inputOutput: Int32 = 5
    static let again: Int32 = 11
    static let access: Int32 = 13
    static let busy: Int32 = 16
    static let exists: Int32 = 17
    static let invalid: Int32 = 22
    static let noSpace: Int32 = 28
    static let notImplemented: Int32 = 38
    static let overflow: Int32 = 75
    static let cancelled: Int32 = 125

    package var number: Int32

    package init(_ number: Int32) {
        self.number = number
    }

    /// The result of a call of pump.h that gives a negative errno on failure.
    static func check(_ result: Int32) throws(Errno) -> Int32 {
        guard result >= 0 else { throw Errno(-result) }
        return result
    }

    /// `No space left on device`
    package var description: String { String(cString: od_pump_reason(number)) }
}
