import Core
import Engine
import Testing

/// Files of variables, as docker, node and ruby agree on them.
struct EnvFileTests {
    private func values(_ text: String) throws(Failure) -> [String: String] {
        var result: [String: String] = [:]
        for variable in try EnvFile.parse(text, shown: ".env") { result[variable.name] = variable.value }
        return result
    }

    private func problems(_ text: String) -> String? {
        do throws(Failure) { _ = try EnvFile.parse(text, shown: ".env") } catch { return error.why }
        return nil
    }

    @Test func lines() throws {
        let text = #"""
            # a comment
            PLAIN=value
              INDENTED = spaced out  # and a comment
            export EXPORTED=yes
            export	TAB=1
            EMPTY=
            ONLY_COMMENT= # nothing
            HASH=a#b
            URL=postgres://u:p@h/db?x=1#frag
            SINGLE='it $is `as` \n it # is' # gone
            DOUBLE="a\nb\t\"c\" \\ \$HOME $HOME $(date) \x"
            LINES="one
            two"
            RAW='three
            four'
            PLAIN=last
            exporter=2
            """#
        #expect(
            try values(text) == [
                "PLAIN": "last", "INDENTED": "spaced out", "EXPORTED": "yes", "TAB": "1", "EMPTY": "",
                "ONLY_COMMENT": "", "HASH": "a#b", "URL": "postgres://u:p@h/db?x=1#frag",
                "SINGLE": "it $is `as` \\n it # is", "DOUBLE": "a\nb\t\"c\" \\ $HOME $HOME $(date) \\x",
                "LINES": "one\ntwo", "RAW": "three\nfour", "exporter": "2",
            ])
    }

    @Test func linesOfWindowsAndNoLines() throws {
        #expect(try values("A=1\r\nB=\"x\"\r\n") == ["A": "1", "B": "x"])
        #expect(try values("") == [:])
        #expect(try values("A=1").count == 1)
        #expect(try EnvFile.parse("\n\nA=1", shown: ".env").map(\.line) == [3])
    }

    @Test func mistakesAreAllNamed() {
        #expect(
            problems("A\n1B=2\nC=\"open\n\n")
                == """
                .env:1:1: expected NAME=VALUE
                .env:2:1: ‘1B’ is no name of a variable: letters, digits and ‘_’
                .env:3:3: this quote is not closed
                """)
        #expect(problems("A='x' y") == ".env:1:7: expected the end of the line after the closing quote")
        #expect(problems("export A") == ".env:1:1: expected NAME=VALUE")
        #expect(problems("A=\0") == ".env:1:1: a NUL character in the value")
        #expect(problems("=x")?.contains("is no name") == true)
    }
}
