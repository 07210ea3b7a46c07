/// How well what somebody types fits a text: its letters in their order, those of a word's beginning and neighbours
/// counting more. In any case (ASCII).
package struct Fuzzy: Hashable, Sendable {
    private let words: [[Unicode.Scalar]]

    /// A match: the better, the higher.
    package struct Match: Hashable, Sendable {
        package var score: Int
        /// Places of the letters in the text's code points, ascending.
        package var places: [Int]
    }

    /// Blanks separate words, which may be found in any order.
    package init(_ pattern: String) {
        words = pattern.lowercased().split(separator: " ").map { Array($0.unicodeScalars) }
    }

    /// Nil when a letter is missing. An empty pattern fits everything.
    package func match(_ text: String) -> Match? {
        let letters = Array(text.unicodeScalars)
        let folded = letters.map { ("A"..."Z").contains($0) ? Unicode.Scalar(UInt8($0.value) + 0x20) : $0 }
        var (score, places) = (0, Set<Int>())
        for word in words {
            guard let best = Self.best(word, in: folded) else { return nil }
            score += best.score
            places.formUnion(best.places)
        }
        return Match(score: score, places: places.sorted())
    }

    /// Tries every place at which the word may begin, and takes from each the nearest letters.
    private static func best(_ word: [Unicode.Scalar], in text: [Unicode.Scalar]) -> Match? {
        var best: Match?
        for start in text.indices where text[start] == word[0] {
            guard let match = match(word, in: text, from: start) else { break }
            if match.score > (best?.score ?? .min) { best = match }
        }
        return best
    }

    private static func match(_ word: [Unicode.Scalar], in text: [Unicode.Scalar], from start: Int) -> Match? {
        var places: [Int] = []
        var at = start
        for letter in word {
            guard let place = text[at...].firstIndex(of: letter) else { return nil }
            places.append(place)
            at = place + 1
        }
        var score = -min(6, start)
        for (index, place) in places.enumerated() {
            if place == 0 || !isLetter(text[place - 1]) { score += 12 }
            if index > 0 { score += places[index - 1] == place - 1 ? 14 : -min(12, place - places[index - 1]) }
        }
        return Match(score: score, places: places)
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar.value > 0x7F
    }
}
