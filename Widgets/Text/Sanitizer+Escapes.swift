extension Sanitizer {
    /// Behind ESC, by ECMA-48: the sequence is passed over. What is no sequence costs only its ESC: nothing that a
    /// terminal would show may be hidden.
    mutating func escape() {
        let start = index
        switch take()?.value {
        case 0x5B: controlSequence(elseFrom: start)
        case 0x50, 0x58, 0x5D, 0x5E, 0x5F: controlString(elseFrom: start)
        case .some(0x20...0x2F):
            while index < scalars.endIndex, (0x20...0x2F).contains(scalars[index].value) { _ = take() }
            if index < scalars.endIndex, (0x30...0x7E).contains(scalars[index].value) { _ = take() }
        case .some(0x30...0x7E): break
        default: index = start
        }
    }

    /// Behind CSI: parameters, intermediates and a final letter. SGR (`m`) is taken to heart.
    /// What is none is read again from `start`.
    mutating func controlSequence(elseFrom start: String.Index) {
        var parameters = String.UnicodeScalarView()
        var isPlain = true
        while let scalar = take() {
            switch scalar.value {
            case 0x30...0x3B: parameters.append(scalar)
            case 0x20...0x2F, 0x3C...0x3F: isPlain = false
            case 0x6D where isPlain:
                flush()
                return graphics.apply(String(parameters))
            case 0x40...0x7E: return
            default:
                index = start
                return
            }
        }
        index = start
    }

    /// Behind OSC, DCS, SOS, PM, APC: text up to ST or BEL.
    /// What has no end is read again from `start`.
    mutating func controlString(elseFrom start: String.Index) {
        while !isUnterminated, let scalar = take() {
            if scalar == "\u{07}" || scalar == "\u{9C}" { return }
            if scalar == "\u{1B}", index < scalars.endIndex, scalars[index] == "\\" {
                _ = take()
                return
            }
        }
        index = start
        isUnterminated = true
    }
}
