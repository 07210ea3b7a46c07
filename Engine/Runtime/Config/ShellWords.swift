/// Command lines as people type them, split the way a POSIX shell splits words, without any of its expansions.
package enum ShellWords {
    /// The words of `text`; nil when a quote is not closed or the text ends in a backslash.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = text[...]
        while let c = rest.popFirst() {
            if let open = quote {
                if c == open {
                    quote = nil
                } else if c == "\\", open == "\"", let next = rest.first, "\"\\$`\n".contains(next) {
                    rest.removeFirst()
                    if next != "\n" { word?.append(next) }
                } else {
                    word?.append(c)
                }
            } else if c == "'" || c == "\"" {
                quote = c
                word = word ?? ""
            } else if c == "\\" {
                guard let next = rest.popFirst() else { return nil }
                if next != "\n" { word.add(next) }
            } else if c.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word.add(c)
            }
        }
        guard quote == nil else { return nil }
        if let done = word { words.append(done) }
        return words
    }

    /// Whether only a shell can run `text`: it has operators, expansions, comments, or sets a variable first.
    package static func needsShell(_ text: String) -> Bool {
        var quote: Character?
        var escaped = false
        var atWordStart = true
        for c in text {
            defer { atWordStart = quote == nil && !escaped && c.isWhitespace }
            if escaped {
                escaped = false
            } else if c == "\\", quote != "'" {
                escaped = true
            } else if let open = quote {
                if c == open { quote = nil } else if open == "\"", c == "$" || c == "`" { return true }
            } else if c == "'" || c == "\"" {
                quote = c
            } else if "|&;<>()$`*?[]\n".contains(c) || atWordStart && "~#".contains(c) {
                return true
            }
        }
        return setsVariable(text)
    }

    /// `NAME=value command`
    private static func setsVariable(_ text: String) -> Bool {
        guard let first = text.split(whereSeparator: \.isWhitespace).first, let sign = first.firstIndex(of: "=") else {
            return false
        }
        return AppEnvironment.isName(String(first[..<sign]))
    }
}

extension String? {
    /// In its place: a word of a megabyte is not copied for each of its characters.
    fileprivate mutating func add(_ c: Character) {
        if self?.append(c) == nil { self = String(c) }
    }
}
