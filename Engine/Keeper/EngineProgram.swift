import CKernel

/// The engine as a program to execute: its strings as `od_plan` wants them, laid out once. Only the number of the
/// start, the last variable, changes.
struct EngineProgram {
    let strings: UnsafeMutablePointer<CChar>
    let argumentCount: Int
    private(set) var variableCount = 0
    /// Where the digits of the number of the start go; room for 10 and a NUL.
    private var digits = 0

    private static let startsVariable: StaticString = "OD_ENGINE_STARTS="
    private static let digitsMax = 10

    /// nil without memory.
    init?(
        arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, count: Int, _ environment: Environment
    ) {
        var length = Self.length(arguments, count) + Self.length(environment.entries, .max)
        length += Self.length(arguments, 1) + 1 + Self.startsVariable.utf8CodeUnitCount + Self.digitsMax + 1
        guard let memory = od_table(length) else { return nil }
        strings = memory.bindMemory(to: CChar.self, capacity: length)
        argumentCount = count
        var end = 0
        if let program = arguments[0] { append(program, &end) }
        end += 1  // cwd "": stay
        for index in 0..<count {
            if let argument = arguments[index] { append(argument, &end) }
        }
        var index = 0
        while let entry = environment.entries?[index] {
            index += 1
            if Self.isOurs(entry) { continue }
            append(entry, &end)
            variableCount += 1
        }
        for offset in 0..<Self.startsVariable.utf8CodeUnitCount {
            strings[end + offset] = CChar(bitPattern: Self.startsVariable.utf8Start[offset])
        }
        digits = end + Self.startsVariable.utf8CodeUnitCount
        variableCount += 1
    }

    /// Variables that are for the keeper only.
    private static func isOurs(_ entry: UnsafePointer<CChar>) -> Bool {
        starts(entry, with: startsVariable) || starts(entry, with: "OD_KEEPER_TABLE=")
            || starts(entry, with: "OD_ENGINE_PID=") || starts(entry, with: "OD_FOREGROUND=")
    }

    /// Says which start the next one is, 1 for the first.
    func setStarts(_ number: UInt32) {
        var count = 1
        var rest = number
        while rest > 9 {
            rest /= 10
            count += 1
        }
        strings[digits + count] = 0
        rest = number
        for place in stride(from: count - 1, through: 0, by: -1) {
            strings[digits + place] = CChar(48 + rest % 10)
            rest /= 10
        }
    }

    private func append(_ text: UnsafePointer<CChar>, _ end: inout Int) {
        var index = 0
        repeat {
            strings[end] = text[index]
            end += 1
            index += 1
        } while text[index - 1] != 0
    }

    /// Bytes of the first `limit` texts with their NULs.
    private static func length(_ texts: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ limit: Int) -> Int {
        var total = 0
        var index = 0
        while index < limit, let text = texts?[index] {
            var length = 0
            while text[length] != 0 { length += 1 }
            total += length + 1
            index += 1
        }
        return total
    }
}
