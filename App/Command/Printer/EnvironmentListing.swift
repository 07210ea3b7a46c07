internal import Core
internal import OpenDaemon
internal import Themes
internal import Widgets

/// `od env`: for each instance a name, where it comes from, and its value, one variable a line.
enum EnvironmentListing {
    /// What stands in the place of a secret value.
    static let stars = "********"

    static func text(_ environments: [ProcessEnvironment], colour: Bool) -> String {
        var text = environments.map { block($0, colour) }.joined(separator: "\n")
        if environments.contains(where: { $0.variables.contains { $0.value == nil } }) {
            text += Paint.text(
                "\n  \(stars) is secret by its name or has a password; --show shows it\n", Style(.dim), colour)
        }
        return text
    }

    private static func block(_ environment: ProcessEnvironment, _ colour: Bool) -> String {
        let variables = environment.variables
        let names = variables.map { Text.width(Text.sanitize($0.name)) }.max() ?? 0
        let sources = variables.map { Text.width(source($0)) }.max() ?? 0
        let label = Text.sanitize("\(environment.namespace)/\(environment.name)#\(environment.instance)")
        return Paint.text(label, Style(.heading, .bold), colour) + "\n"
            + variables.map { variable in
                let name = Text.sanitize(variable.name)
                let source = source(variable)
                let value = variable.value.map { Text.sanitize($0) } ?? stars
                return "  " + name + padding(names - Text.width(name) + 2)
                    + Paint.text(source, Style(.dim), colour) + padding(sources - Text.width(source) + 2)
                    + (variable.value == nil ? Paint.text(value, Style(.warning), colour) : value) + "\n"
            }.joined()
    }

    private static func padding(_ count: Int) -> String { String(repeating: " ", count: max(count, 0)) }

    /// `config shop.yaml:12`
    private static func source(_ variable: ProcessEnvironment.Variable) -> String {
        word(variable.source) + (variable.place.map { " " + Text.sanitize($0) } ?? "")
    }

    private static func word(_ source: VariableSource) -> String {
        switch source {
        case .flag: "--env"
        case .od: "od"
        default: Text.sanitize(source.rawValue)
        }
    }
}
