import Core
import Support
import Testing
import Themes
import Widgets

@testable import Interface

/// Several daemons as tabs, each with a link of its own.
struct HostsTests {
    private static let sizes = [(80, 24), (120, 40), (200, 60)]
    private static let white = RGB(0xFFFFFF)
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// A dashboard of some machines, and a clock.
    private struct Desk {
        var hosts: Hosts
        var now = HostsTests.start
        var wishes: [Hosts.Wish] = []

        init(_ names: [String], _ width: Int = 120, _ height: Int = 40) {
            hosts = Hosts(names, each: State(size: Size(width: width, height: height), isOwner: false))
        }

        @discardableResult
        mutating func send(_ message: Message, from host: Int? = nil) -> [Hosts.Wish] {
            wishes = hosts.update(message, of: host, at: now)
            return wishes
        }

        @discardableResult
        mutating func press(_ keys: Key...) -> [Hosts.Wish] {
            wishes = keys.flatMap { hosts.update(.key($0), at: now) }
            return wishes
        }

        @discardableResult
        mutating func wait(_ milliseconds: Int) -> [Hosts.Wish] {
            now = now.advanced(byMilliseconds: milliseconds)
            return send(.tick)
        }

        mutating func arrives(_ host: Int, _ processes: [InstanceInfo], cpu: Double = 38) {
            send(.connected(HelloResult(build: "0.1.0", pid: 1, embedded: false)), from: host)
            var machine = HostInfo.sample
            (machine.hostname, machine.cpu) = ("machine\(host)", cpu)
            send(.snapshot(FleetSnapshot(seq: 10, processes: processes, host: machine)), from: host)
        }

        mutating func falls(_ host: Int) {
            let failure = Failure(
                .remoteFailed, "web2 cannot be reached", why: "ssh: connect to host web2 port 22: Connection refused",
                next: "try by hand: ssh web2 true")
            send(.disconnected(failure), from: host)
        }

        var screen: String { hosts.view(glyphs: .unicode).rows.joined(separator: "\n") }
        var bar: String { hosts.view(glyphs: .unicode).rows[0] }
    }

    private func desk(_ width: Int = 120, _ height: Int = 40) -> Desk {
        var desk = Desk(["deploy@web1", "deploy@web2", "db1"], width, height)
        desk.arrives(0, shop)
        desk.arrives(2, [.sample(1, "postgres"), .sample(2, "backup", 0, .errored)], cpu: 4)
        return desk
    }

    @Test(arguments: sizes) func tabs(size: (Int, Int)) {
        var desk = desk(size.0, size.1)
        desk.falls(1)
        golden("Screens/hosts-\(size.0)x\(size.1).txt", desk.hosts.view(glyphs: .unicode).golden)
    }

    @Test func aHostThatCannotBeReachedSaysSo() {
        var desk = desk(80, 24)
        desk.falls(1)
        #expect(desk.screen.contains("gateway") && desk.hosts.shown.link == .live, "the others go on")
        desk.press("}")
        golden("Screens/hosts-unreachable-80x24.txt", desk.hosts.view(glyphs: .unicode).golden)
        // Another reason takes its place, and the age goes on.
        desk.wait(5000)
        desk.send(.disconnected(Failure(.engineSilent, "no daemon runs", why: "none", next: "start one")), from: 1)
        #expect(desk.screen.contains("no daemon runs") && desk.screen.contains("no link, trying again"))
        desk.arrives(1, [.sample(1, "late")])
        #expect(desk.screen.contains("late") && desk.hosts.shown.link == .live)
        #expect(!desk.screen.contains("connected again"), "it never was before")
        desk.falls(1)
        desk.wait(5000)
        desk.falls(1)
        #expect(desk.screen.contains("lost 5s ago") && desk.screen.contains("Connection refused"))
        #expect(desk.hosts.states[0].toasts.isEmpty)
    }

    @Test func keysTurnTheTabsRound() {
        var desk = desk()
        #expect(desk.hosts.chosen == 0)
        desk.press("}")
        #expect(desk.hosts.chosen == 1)
        desk.press("}", "}")
        #expect(desk.hosts.chosen == 0)
        desk.press("{")
        #expect(desk.hosts.chosen == 2 && desk.screen.contains("postgres"))
        // In a line that is typed they are letters.
        desk.press("/", "}")
        #expect(desk.hosts.chosen == 2 && desk.hosts.shown.list.filter == "}")
    }

    @Test func keysActOnTheShownHostOnly() {
        var desk = desk()
        desk.press("{")
        let wishes = desk.press("r")
        #expect(
            wishes.contains {
                if case .call(_, .restart([named("backup")])) = $0.command { $0.host == 2 } else { false }
            })
        #expect(wishes.allSatisfy { $0.host == 2 })
        // The answer of another host, under the same number, is none.
        desk.send(.answered(call: 1, .processes([])), from: 0)
        #expect(!desk.screen.contains("restarted backup"))
    }

    @Test func aClickTurnsToATab() throws {
        var desk = desk()
        let places = desk.bar.unicodeScalars.map { String($0) }
        let column = try #require(places.indices.first { places[$0...].prefix(3).joined() == "db1" })
        desk.send(.mouse(Mouse(.press, x: column, y: 0)))
        #expect(desk.hosts.chosen == 2)
        desk.send(.mouse(Mouse(.press, x: 119, y: 0)))
        desk.send(.mouse(Mouse(.wheelDown, x: column, y: 0)))
        #expect(desk.hosts.chosen == 2, "there is no tab, and no click")
        // Below the bar everything is one row lower: the second process.
        let row = desk.hosts.shown.layout.inner(desk.hosts.shown.layout.list).y + 2
        desk.send(.mouse(Mouse(.press, x: 5, y: row + 1)))
        #expect(desk.hosts.shown.list.selected == named("postgres"))
    }

    @Test func aHiddenLogIsNotFollowed() {
        var desk = desk()
        desk.wait(400)
        #expect(desk.hosts.shown.log.process != nil)
        let stream = desk.hosts.shown.log.stream
        let left = desk.press("}")
        #expect(left.contains(Hosts.Wish(host: 0, command: .followLogs(stream: stream, nil))))
        desk.wait(2000)
        #expect(desk.wishes.allSatisfy { $0.host == 1 }, "who is hidden asks for nothing")
        let back = desk.press("{")
        #expect(back.contains(Hosts.Wish(host: 0, command: .followLogs(stream: stream + 1, named("api")))))
        // A log that stands still stays as it is.
        desk.send(
            .logChunk(
                stream: stream + 1,
                LogChunk(
                    stream: 1, process: 1, channel: .out, offset: 0,
                    bytes: Array((0..<200).map { "line \($0)\n" }.joined().utf8))), from: 0)
        desk.press("l", .up, .up)
        #expect(desk.press("}").allSatisfy { $0.host == 1 })
        desk.press("{")
        #expect(desk.hosts.shown.log.buffer.count == 200 && !desk.hosts.shown.log.follows)
    }

    /// A daemon that nobody looks at wakes the screen only for the age in its tab.
    @Test func aHiddenHostSleeps() {
        var desk = desk()
        desk.wait(400)
        desk.arrives(2, [.sample(9, "new")])
        desk.wait(10_000)
        #expect(desk.hosts.states[2].wakesAt == nil)
        desk.falls(2)
        #expect(desk.hosts.states[2].wakesAt == desk.now.advanced(byMilliseconds: 1000))
        desk.wait(14_000)
        #expect(desk.bar.contains("14s old"), "\(desk.bar)")
    }

    @Test func whatIsArrangedIsArrangedForAll() {
        var desk = desk()
        desk.press(">", "w", "/", "a", "p", "i", .enter)
        #expect(desk.hosts.states[2].list.sort == .status && desk.hosts.states[2].log.wraps)
        #expect(desk.hosts.states[2].list.filter.isEmpty, "a filter is of one fleet")
        let saved = desk.press("{", "t")
        #expect(saved.count { if case .save = $0.command { true } else { false } } == 1)
        #expect(desk.hosts.states.allSatisfy { $0.list.isTree })
        #expect(desk.hosts.states[0].list.filter == "api")
        // The colours, too; what is tried on is not.
        desk.press("C", .down)
        #expect(desk.hosts.states[0].look.tried == nil)
        desk.press(.enter)
        #expect(Set(desk.hosts.states.map(\.look.chosen)).count == 1)
    }

    @Test func theTerminalIsEverybodys() {
        var desk = desk()
        desk.send(.resized(width: 90, height: 30))
        #expect(desk.hosts.states.allSatisfy { $0.size == Size(width: 90, height: 29) })
        for (width, height) in [(200, 60), (60, 16), (40, 9), (40, 8), (40, 7), (20, 5), (5, 40), (1, 1), (0, 0)] {
            desk.send(.resized(width: width, height: height))
            #expect(desk.hosts.view(glyphs: .ascii).size == Size(width: width, height: height))
        }
        desk.send(.resized(width: 40, height: 7))
        #expect(!desk.bar.contains("web2"), "a low screen has no row for tabs")
        desk.send(.mouse(Mouse(.press, x: 3, y: 0)))
        desk.press("}")
        #expect(desk.hosts.chosen == 1)
        desk.send(.ground(Self.white))
        #expect(desk.hosts.states.allSatisfy { $0.look.ground == Self.white })
        desk.send(.themes(desk.hosts.shown.look.themes, mistakes: ["torn"]))
        #expect(desk.hosts.states.map { $0.toasts.contains { $0.text == "torn" } } == [false, true, false])
        desk.send(.tick, from: 99)
        desk.send(.disconnected(Failure(.bug, "a", why: "b", next: "c")), from: 99)
    }

    /// One machine's processes are not all that goes on.
    @Test func leavingSaysNothingOfProcesses() {
        var desk = desk()
        #expect(desk.press("q") == [Hosts.Wish(host: 0, command: .quit(nil))])
        #expect(desk.press("D") == [Hosts.Wish(host: 0, command: .quit(nil))])
        #expect(Scene.showing(shop).state.farewell?.contains("go on in the background") == true)
    }

    @Test func namesAreShortWhereTheyCanBe() {
        let state = State(size: Size(width: 80, height: 24), isOwner: false)
        let names = Hosts(["a@web", "b@web", "root@db", "plain"], each: state).names
        #expect(names == ["a@web", "b@web", "db", "plain"])
        let alone = Hosts(state)
        #expect(alone.names == [""] && alone.shown.size.height == 24)
    }

    /// With one daemon nothing is different.
    @Test func oneHostHasNoTabs() {
        let scene = Scene.showing(shop, 80, 24)
        var alone = Hosts(scene.state)
        #expect(alone.view(glyphs: .unicode) == scene.state.view(glyphs: .unicode))
        #expect(alone.update(.key("}"), at: scene.now).isEmpty)
        #expect(!scene.screen().contains("host"))
        _ = alone.update(.mouse(Mouse(.press, x: 3, y: 4)), at: scene.now)
        #expect(alone.shown.list.selectedIndex == 1)
    }

    @Test func sixteenTabsScroll() {
        var desk = Desk((1...16).map { "machine\($0)" }, 80, 24)
        for host in 0..<16 { desk.arrives(host, shop) }
        for _ in 0..<15 { desk.press("}") }
        #expect(desk.bar.contains("machine16") && !desk.bar.contains("machine1 "))
    }
}
