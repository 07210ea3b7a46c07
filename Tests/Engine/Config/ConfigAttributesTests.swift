import Core
import Engine
import Testing

/// User, limits and priorities in a config.
struct ConfigAttributesTests {
    private func read(_ text: String, _ json: Bool = false) throws(Failure) -> ProcessAttributes {
        let source = json ? "{\"apps\": [{\"script\": \"a.js\", \(text)}]}" : "apps:\n  - script: a.js\n    \(text)\n"
        let config = try ConfigDraft.decode(source, file: json ? "/s/c.json" : "/s/c.yaml", shown: "c")
        return config.apps[0].attributes
    }

    private func why(_ text: String, _ json: Bool = false) -> String {
        do throws(Failure) { _ = try read(text, json) } catch { return error.why }
        return "nothing"
    }

    @Test(arguments: [
        ("umask: 022", 0o22), ("umask: 0027", 0o27), ("umask: \"77\"", 0o77), ("umask: 0o77", 0o77), ("umask: 0", 0),
        ("umask: 777", 0o777),
    ])
    func aMaskIsOctalHoweverItIsWritten(_ text: String, _ mask: Int) throws {
        #expect(try read(text).umask == mask)
    }

    @Test(arguments: [
        ("uid: www-data", "www-data", nil), ("uid: 33", "33", nil), ("uid: 33\n    gid: adm", "33", "adm"),
    ])
    func usersAreNamesOrNumbers(_ text: String, _ uid: String, _ gid: String?) throws {
        let attributes = try read(text)
        #expect(attributes.uid == uid && attributes.gid == gid)
    }

    @Test(arguments: [
        ("cpuAffinity: 0-3,6", [0, 1, 2, 3, 6]), ("cpuAffinity: 2", [2]), ("cpuAffinity: [4, 0-1, \"1\"]", [0, 1, 4]),
        ("cpuAffinity: 0, 2", [0, 2]),
    ])
    func cpusAreRangesOrLists(_ text: String, _ cpus: [Int]) throws {
        #expect(try read(text).cpuAffinity == cpus)
    }

    @Test func limitsAreOneValueOrTwo() throws {
        let limits = try read(
            "limits: {nofile: 4096, as: 512M, core: unlimited, nproc: {soft: 10, hard: 20}, stack: {hard: 1M}, "
                + "cpu: {soft: 1, hard: unlimited}}"
        ).limits
        #expect(
            limits == [
                "nofile": ResourceLimit(soft: 4096, hard: 4096), "as": ResourceLimit(soft: 512 << 20, hard: 512 << 20),
                "core": ResourceLimit(soft: nil, hard: nil), "nproc": ResourceLimit(soft: 10, hard: 20),
                "stack": ResourceLimit(soft: 1 << 20, hard: 1 << 20), "cpu": ResourceLimit(soft: 1, hard: nil),
            ])
    }

    @Test func theOthers() throws {
        let attributes = try read(
            """
            "groups": ["adm", 4], "nice": -5, "ioNice": {"class": "realtime", "level": 2}, "noNewPrivileges": true,
            "oomScoreAdjust": -500
            """, true)
        #expect(attributes.groups == ["adm", "4"] && attributes.nice == -5)
        #expect(attributes.ioNice == IOPriority(.realtime, level: 2))
        #expect(attributes.noNewPrivileges == true && attributes.oomScoreAdjust == -500)
        #expect(try read("ioNice: idle").ioNice == IOPriority(.idle))
        #expect(try read("ioNice: {level: 1}").ioNice == IOPriority(.bestEffort, level: 1))
    }

    @Test(arguments: [
        ("umask: 8", "octal digits"), ("umask: 1000", "octal digits"), ("umask: -1", "octal digits"),
        ("umask: {}", "octal digits"), ("umask: \"\"", "octal digits"), ("nice: 20", "-20 to 19"),
        ("nice: low", "-20 to 19"), ("ioNice: fast", "best-effort"), ("ioNice: {}", "‘class’ is missing"),
        ("ioNice: {class: idle, level: 9}", "0 to 7"), ("limits: 5", "expected a map"),
        ("limits: {nofiles: 5}", "did you mean ‘nofile’?"), ("limits: {somethingElse: 5}", "the limits are cpu"),
        ("limits: {nofile: many}", "unlimited"), ("limits: {nofile: -1}", "unlimited"),
        ("limits: {nofile: {}}", "‘soft’ and ‘hard’ are missing"), ("limits: {nofile: [1]}", "unlimited"),
        ("limits: {nofile: {soft: 2, hard: 1}}", "higher than"), ("limits: {nofile: {sift: 2}}", "did you mean ‘soft’"),
        ("cpuAffinity: 3-1", "CPUs from 0"), ("cpuAffinity: 0-", "CPUs from 0"), ("cpuAffinity: []", "CPUs from 0"),
        ("cpuAffinity: a", "CPUs from 0"), ("cpuAffinity: 0-8192", "CPUs from 0"),
        ("cpuAffinity: 1-2-3", "CPUs from 0"),
        ("cpuAffinity: [[1]]", "CPUs from 0"), ("cpuAffinity: 99999999999999999999", "CPUs from 0"),
        ("oomScoreAdjust: 1001", "-1000 to 1000"), ("noNewPrivileges: 1", "true or false"), ("uid: [a]", "a text"),
    ])
    func mistakesAreNamed(_ text: String, _ part: String) {
        #expect(why(text).contains(part), "\(why(text))")
    }

    @Test func aUserHasHisOwnVariables() throws {
        let folder = try ConfigFolder()
        folder.write("a.sh", "#!/bin/sh\n", executable: true)
        var app = AppConfig()
        app.script = "a.sh"
        let shell = ["PATH": "/bin", "HOME": "/h", "USER": "me", "LOGNAME": "me", "SHELL": "/bin/x", "LANG": "C"]
        let place = LaunchPlace(namespace: "shop", directory: folder.path, shell: shell)
        let mine = try AppSpec(app, in: place)
        #expect(mine.env == shell && mine.attributes == nil)
        app.attributes.uid = "33"
        app.env = ["USER": "said"]
        let other = try AppSpec(app, in: place)
        #expect(other.env == ["PATH": "/bin", "LANG": "C", "USER": "said"] && other.attributes?.uid == "33")
    }
}
