import Core
import Testing

@testable import Engine

/// `instances`, `execMode`, `port`, `reusePort`, `incrementVar`, `instanceVar` and `stdin`.
@Suite struct ClusterKeyTests {
    private let folder: ConfigFolder
    private let place: LaunchPlace

    init() throws {
        folder = try ConfigFolder()
        folder.write("bin/node", "#!/bin/sh\n", executable: true)
        folder.write("a.js", "")
        folder.write("own", "#!/usr/bin/env node\n", executable: true)
        folder.write("other", "#!/bin/sh\n", executable: true)
        place = LaunchPlace(namespace: "p", directory: folder.path, shell: ["PATH": "\(folder.path)/bin:/usr/bin:/bin"])
    }

    private func spec(_ keys: String, script: String = "other") throws(Failure) -> AppSpec {
        let config = try ConfigDraft.decode(
            "apps:\n  - {script: \(script), \(keys)}\n", file: "\(folder.path)/o.yaml", shown: "o.yaml")
        return try AppSpec(config.apps[0], in: place)
    }

    @Test func counts() throws {
        let cpus = UsableCPUs.count
        #expect(cpus >= 1)
        #expect(try spec("instances: max").instances == cpus && spec("instances: 0").instances == cpus)
        #expect(try spec("instances: -1").instances == max(1, cpus - 1) && spec("instances: 7").instances == 7)
        for wrong in ["-2", "1025", "many", "'3'", "1.5"] {
            #expect(throws: Failure.self) { try spec("instances: \(wrong)") }
        }
    }

    @Test(arguments: [
        ("cluster", ClusterSpec.Mode.cluster), ("cluster_mode", .cluster), ("fork", .fork), ("fork_mode", .fork),
    ])
    func modes(_ word: String, _ mode: ClusterSpec.Mode) throws {
        #expect(try spec("execMode: \(word), port: 80").cluster == ClusterSpec(mode: mode, port: 80))
    }

    @Test func nodeIsFoundOut() throws {
        #expect(try spec("args: x", script: "a.js").cluster == ClusterSpec(node: true))
        #expect(try spec("args: x", script: "own").cluster == ClusterSpec(node: true))
        #expect(try spec("args: x", script: "node").cluster == ClusterSpec(node: true))
        #expect(try spec("args: x").cluster == nil)
        #expect(try spec("execMode: cluster", script: "a.js").sharesSockets)
    }

    @Test func theRest() throws {
        let counted = try spec("instances: 2, env: {PORT: 3000}, incrementVar: PORT, instanceVar: N").cluster
        #expect(counted == ClusterSpec(incrementVar: "PORT", instanceVar: "N"))
        #expect(try spec("port: 80, incrementVar: PORT").cluster?.port == 80)
        #expect(try spec("stdin: pipe").stdin == .pipe && spec("stdin: 'null'").stdin == nil)
        #expect(try spec("reusePort: true, execMode: cluster").cluster?.reusePort == true)
    }

    @Test func contradictions() {
        for (keys, words) in [
            ("execMode: cluster", "needs to know the port"), ("execMode: fork, port: 80, instances: 2", "only one can"),
            ("incrementVar: PORT", "is not set"), ("incrementVar: PORT, env: {PORT: x}", "is ‘x’"),
            ("execMode: thread", "fork or cluster"), ("port: 0", "1 to 65535"), ("incrementVar: A-B", "a variable"),
            ("stdin: tty", "null or pipe"),
        ] {
            let failure = #expect(throws: Failure.self) { try spec(keys) }
            #expect(failure?.code == .configValue && failure?.why.contains(words) == true, "\(keys)")
        }
    }
}
