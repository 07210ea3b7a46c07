/// Reads an untrusted text once from left to right and keeps what may be shown.
struct Sanitizer {
    let scalars: String.UnicodeScalarView
    var index: String.Index
    var graphics = Graphics()
    /// No string sequence ends behind this place: looking again for each that starts would take square time.
    var isUnterminated = false

    private var runs: [StyledText.Run] = []
    private var run = String.UnicodeScalarView()
    private var columns = 0
    /// The glyph to which marks belong; nil at the start and after blanks.
    private var base: Unicode.Scalar?
    private var isMarked = false
    /// A joiner stands between `base`, an emoji, and what comes next.
    private var isJoined = false

    init(_ text: String) {
        // A text that came from elsewhere may be stored in another form; its scalars are then slow to reach.
        var text = text
        text.makeContiguousUTF8()
        scalars = text.unicodeScalars
        index = scalars.startIndex
    }

    mutating func read() -> StyledText {
        while let scalar = take() { handle(scalar) }
        flush()
        return StyledText(runs)
    }

    mutating func take() -> Unicode.Scalar? {
        guard index < scalars.endIndex else { return nil }
        defer { index = scalars.index(after: index) }
        return scalars[index]
    }

    /// What was read so far gets the present style; called before that changes.
    mutating func flush() {
        guard !run.isEmpty else { return }
        runs.append(StyledText.Run(String(run), graphics.style))
        run = String.UnicodeScalarView()
    }

    private mutating func handle(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x20..<0x7F: glyph(scalar, columns: 1)
        case 0x09: blanks(8 - columns % 8)
        case 0x0A...0x0D, 0x85, 0x2028, 0x2029: lineEnd()
        case 0x1B: escape()
        case 0x9B: controlSequence(elseFrom: index)
        case 0x90, 0x98, 0x9D, 0x9E, 0x9F: controlString(elseFrom: index)
        // Regional indicators: pairs are drawn as flags by some terminals, as letters of unknown width by others.
        case 0x1F1E6...0x1F1FF: glyph(Unicode.Scalar(UInt8(scalar.value - 0x1F1E6 + 0x41)), columns: 1)
        case 0x200D: isJoined = base?.isEmoji ?? false
        default: beyondASCII(scalar)
        }
    }

    private mutating func beyondASCII(_ scalar: Unicode.Scalar) {
        switch Text.kind(of: scalar) {
        case .hidden: return
        case .unknown: glyph("\u{FFFD}", columns: 1)
        case .combining:
            // A frame around a digit makes an emoji of it; a second mark has no place in a cell.
            guard base != nil, !isMarked, scalar != "\u{20E3}" else { return }
            run.append(scalar)
            isMarked = true
        case .narrow, .wide:
            let isTone = (0x1F3FB...0x1F3FF).contains(scalar.value) && base?.isEmoji ?? false
            guard isTone || isJoined && scalar.isEmoji else { return glyph(scalar, columns: Text.width(scalar)) }
            isJoined = false
        }
    }

    private mutating func glyph(_ scalar: Unicode.Scalar, columns width: Int) {
        run.append(scalar)
        columns += width
        (base, isMarked, isJoined) = (scalar, false, false)
    }

    private mutating func blanks(_ count: Int) {
        for _ in 0..<count { glyph(" ", columns: 1) }
        base = nil
    }

    /// Any number of line ends is one blank, and nothing at the end of the text.
    private mutating func lineEnd() {
        while index < scalars.endIndex, scalars[index].isLineEnd { _ = take() }
        if index < scalars.endIndex { blanks(1) }
    }
}

extension Unicode.Scalar {
    /// Whether it may start or go on an emoji sequence; digits and signs below U+00FF are not meant.
    fileprivate var isEmoji: Bool { value > 0xFF && properties.isEmoji }

    fileprivate var isLineEnd: Bool { (0x0A...0x0D).contains(value) || [0x85, 0x2028, 0x2029].contains(value) }
}
