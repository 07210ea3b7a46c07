import Testing

/// The reader of the house, on planted faults: each is found, and what only looks like one is not.
struct RuleTests {
    private func source(_ text: String, _ path: String = "Engine/Core/Kernel/X.swift") -> Source {
        Source(path: path, text: text)
    }

    private func lines(_ violations: [Violation]) -> [Int] { violations.map(\.line) }

    // MARK: Reading sources

    @Test func commentsAndStringsAreNoCode() {
        let text = ##"""
            a // b "c
            d /* e /* f */ g */ h "i \" j" k
            l #"m \ " n"# o
            """##
        let read = source(text)
        #expect(read.code.map { $0.split(separator: " ") } == [["a"], ["d", "h", "k"], ["l", "o"]])
        #expect(read.strings == ["i \" j", #"m \ " n"#])
        #expect(read.lines.count == 3)
    }

    @Test func whatIsInterpolatedIsCode() {
        let read = source(#"x = "a\(fork("b\(1)"))c" + y"#)
        #expect(read.code == [#"x =    (fork(   (1) ))   + y"#])
        #expect(read.strings == ["b*", "a*c"])
    }

    @Test func longStringsKeepTheirLines() {
        let read = source("let a = \"\"\"\n    \"quoted\" {\n    \"\"\"\nlet b = 1\n")
        #expect(read.code.count == 4)
        #expect(read.code[1].allSatisfy { $0 == " " })
        #expect(read.code[3] == "let b = 1")
    }

    @Test func charactersOfCAreNoStrings() {
        let read = source("if (a == '\"' || a == '\\'') { /* b /* c */ d(); }", "Engine/CKernel/x.c")
        #expect(read.code[0].contains("d();"))
        #expect(read.strings.isEmpty)
    }

    @Test func functionsHaveLengths() {
        let text = """
            protocol P {
                func none()
                var nothing: Int { get }
            }
            struct S {
                var stored = f { 1 }
                init(a: Int = g { 2 }) {
                    self.init(b: a)
                }
                func long<T>(_ a: T) -> [T]
                where T: P {
                    if a { }
                    return [a]
                }
            }
            """
        #expect(source(text).functions.map { [$0.line, $0.length] } == [[3, 1], [7, 3], [10, 5]])
    }

    @Test func functionsOfCHaveLengths() {
        let text = """
            struct s { int a; };
            int a[] = { 1 };
            static int f(int b)
            {
                if (b) { return 1; }
                return 2;
            }
            """
        #expect(source(text, "Engine/CKernel/x.c").functions == [Source.Function(line: 4, length: 4)])
    }

    // MARK: Rules

    @Test(arguments: [
        ("import Glibc", "Engine/Core/Model/X.swift"), ("package import Foundation", "App/Command/X.swift"),
        ("@preconcurrency import Dispatch", "Tests/Core/X.swift"), ("import struct Core.Exit", "Widgets/X.swift"),
        ("import Engine", "App/Interface/X.swift"), ("import CNcurses", "App/Command/Verbs/X.swift"),
        ("@testable import Testing", "Engine/Runtime/X.swift"), ("import NIOCore", "Engine/Keeper/X.swift"),
    ])
    func aForbiddenImportIsFound(_ text: String, _ path: String) {
        #expect(lines(Rules.imports(source("let a = 1\n\(text)\n", path))) == [2])
    }

    @Test(arguments: [
        ("import Core // not Glibc", "Engine/Runtime/X.swift"), ("// import Foundation", "Engine/Core/X.swift"),
        ("import CNcurses", "App/Command/Terminal/X.swift"), ("let a = \"import Dispatch\"", "Widgets/X.swift"),
        ("import Glibc", "Tests/Core/X.swift"), ("importance = 1", "Engine/Core/X.swift"),
    ])
    func anAllowedImportIsNot(_ text: String, _ path: String) {
        #expect(Rules.imports(source(text, path)).isEmpty)
    }

    @Test func longFilesAndFunctionsAreFound() {
        let body = String(repeating: "    a()\n", count: 69)
        #expect(lines(Rules.lengths(source("x()\nfunc f() {\n\(body)}\n"))) == [2])
        #expect(Rules.lengths(source("func f() {\n\(body.dropLast(8))}\n")).isEmpty)
        #expect(lines(Rules.lengths(source(String(repeating: "a\n", count: 401)))) == [0])
        #expect(Rules.lengths(source(String(repeating: "a\n", count: 400))).isEmpty)
    }

    @Test func longLinesAreFound() {
        let wide = String(repeating: "é", count: 120)
        #expect(lines(Rules.columns(source("\(wide)\n\(wide)é\n"))) == [2])
    }

    @Test func aPublicDeclarationIsFound() {
        #expect(lines(Rules.accessLevel(source("let a = 1\npublic struct S {}"))) == [2])
        #expect(Rules.accessLevel(source("public struct S {}", "Engine/Core/Wire/X.swift")).isEmpty)
        #expect(Rules.accessLevel(source("let publicKey = 1 // public")).isEmpty)
    }

    @Test func whatIsSharedWithoutACommentIsFound() {
        let text = """
            /// Said.
            public struct S {
                package func f() {
                }

                /// Said.
                @discardableResult
                package func g() { 1 }
                package func h() { 2 }

                package mutating func i() { 3 }
                public static func < (a: S, b: S) -> Bool { true }
                func own() {}
                package var a = 1
            }
            package final class C {}
            """
        #expect(lines(Rules.comments(source(text))) == [3, 11, 16])
    }

    @Test(arguments: [
        "fork()", "a = Glibc.system(b)", "DispatchQueue.main", "try! f()", "a as! B",
        #"print("\(popen(a))")"#,
    ])
    func aForbiddenCallIsFound(_ text: String) {
        #expect(lines(Rules.calls(source(text))) == [1])
    }

    @Test(arguments: [
        "// fork()", "operatingSystem()", "metrics.system(1)", "\"as! fork( TRY\"", "try? f()", "subsystem(1)",
    ])
    func whatLooksLikeOneIsNot(_ text: String) {
        #expect(Rules.calls(source(text)).isEmpty)
    }

    @Test func anUncheckedTypeNeedsAReasonAndALine() {
        let bare = source("final class A: @unchecked Sendable {}")
        let told = source("// `lock` guards all.\nfinal class A: @unchecked Sendable {}")
        #expect(lines(Rules.unchecked(bare, allowed: [bare.path])) == [1])
        #expect(lines(Rules.unchecked(told, allowed: [])) == [2])
        #expect(Rules.unchecked(told, allowed: [told.path]).isEmpty)
        #expect(lines(Rules.unchecked(source("nonisolated(unsafe) var a = 1"), allowed: [])) == [1])
    }

    @Test func anExtraOrMissingTopLevelEntryIsFound() {
        let whole = Rules.topLevel + [".git", ".build", "Package.resolved"]
        #expect(Rules.topLevel(Array(whole)).isEmpty)
        #expect(Rules.topLevel(whole + ["Sources"]).map(\.path) == ["Sources"])
        #expect(Rules.topLevel(whole.filter { $0 != "LICENSE" }).map(\.path) == ["LICENSE"])
    }

    @Test func putOffWorkAndPathsOfOneMachineAreFound() {
        let text = "fine\n// TO" + "DO: later\nsee /opt/here/a\n"
        #expect(lines(Rules.words("a.md", text, machine: ["/opt/here/"])) == [2, 3])
        #expect(Rules.words("a.md", "to do, /opt/there", machine: ["/opt/here/"]).isEmpty)
    }

    @Test func aStaleGoldenIsFound() {
        let goldens = [
            "Snapshots/Screens/list-80x24.canvas", "Snapshots/Widgets/table.txt", "Snapshots/Commands/help/start.txt",
            "Snapshots/Screens/old.canvas",
        ]
        let strings = ["*", "list-*x*", "Widgets/table", "Commands/help/*.txt", "is old"]
        #expect(Rules.staleGoldens(goldens, strings: strings).map(\.path) == ["Snapshots/Screens/old.canvas"])
        #expect(Rules.staleGoldens(goldens, strings: ["*", "*/*"]).count == 4)
    }

    @Test func errorCodesAndTheirTableAgree() {
        let model = source(#"case a = "OD1001"; case b = "OD1002"; case c = "OD1002""#)
        let readme = "| `OD1001` | usage |\n| `OD9009` | gone |\nsee OD1002\n"
        #expect(
            Rules.errorCodes(model, readme: readme).map(\.what) == [
                "OD1002 is used twice", "OD1002 is not explained", "OD9009 does not exist",
            ])
    }

    @Test func theFormatterIsReallyAsked() throws {
        #expect(try run(["sh", "-c", "echo out; echo err >&2; exit 3"]) == (3, "out\nerr\n"))
        #expect(try run(["sh", "-c", "kill -9 $$"]).status == 137)
    }
}
