package import Core

extension InstanceInfo {
    /// What is executed, in words. A command line has its first arguments in the place of its script's name. Of a
    /// moment that is over the arguments are not kept: then it is what was to be executed.
    package var command: [String] {
        if let interpreter, arguments.isEmpty { return [interpreter, script] }
        let words = script.split(whereSeparator: \.isWhitespace).map(String.init)
        return [interpreter ?? (isLine(words) ? words[0] : script)] + arguments
    }

    /// Quotes may have made one argument of several words.
    private func isLine(_ words: [String]) -> Bool {
        guard interpreter == nil, words.count > 1 else { return false }
        let line = words.dropFirst().joined(separator: " ").filter { !"'\"\\".contains($0) }
        return arguments.joined(separator: " ").filter { !"'\"\\".contains($0) }.hasPrefix(line)
    }
}
