import CKernel
import Glibc
import Testing

@testable import Core
@testable import Engine

@Suite struct SpawnGrantTests {
    static let order = SpawnOrder(
        id: RunID(instance: 3, run: 4), program: "/bin/x", arguments: ["x", "y"], cwd: "/",
        environment: ["A=1", "HOME=/h"], voice: Voice())

    private func grant(_ change: (inout ProcessAttributes) -> Void) throws(AttributeTrouble) -> SpawnGrant {
        var attributes = ProcessAttributes()
        change(&attributes)
        return try SpawnGrant(attributes)
    }

    private func head(_ frame: SpawnFrame) -> od_spawn {
        frame.body.withUnsafeBytes { $0.loadUnaligned(as: od_spawn.self) }
    }

    private func more(_ frame: SpawnFrame) -> od_spawn_more {
        frame.body.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: MemoryLayout<od_spawn>.size, as: od_spawn_more.self)
        }
    }

    @Test func withoutAttributesItIsAFrameOfVersion1() throws {
        let frame = try SpawnFrame(Self.order, SpawnGrant())
        #expect(head(frame).head == 0 && frame.descriptors.isEmpty)
        let strings = "/bin/x\0/\0x\0y\0A=1\0HOME=/h\0"
        #expect(Array(frame.body.dropFirst(MemoryLayout<od_spawn>.size)) == Array(strings.utf8))
        #expect(MemoryLayout<od_spawn>.size + MemoryLayout<od_spawn_more>.size == Int(OD_SPAWN_WHOLE))
    }

    @Test func tablesComeInTheirOrder() throws {
        var grant = try grant {
            $0.limits = ["nofile": ResourceLimit(soft: 5, hard: nil)]
            $0.cpuAffinity = [0, 65]
            $0.groups = ["7", "8", "9"]
        }
        grant.passed = [PassedDescriptor(target: 5, source: .stored(77))]
        let frame = try SpawnFrame(Self.order, grant)
        #expect(head(frame).head == UInt32(OD_SPAWN_WHOLE) << 16)
        let more = more(frame)
        #expect(more.groups == 3 && more.limits == 1 && more.cpus == 2 && more.passed == 1)
        #expect(more.set == OD_SET_CPUS.rawValue | OD_SET_GROUPS.rawValue)
        let words = frame.body.dropFirst(Int(OD_SPAWN_WHOLE)).prefix(16 + 24 + 16 + 16)
        var expected: [UInt8] = []
        for number in [7, 8, 9, 0] as [UInt32] { expected += withUnsafeBytes(of: number) { Array($0) } }
        for number in [7, 5, UInt64.max, 1, 2, 77, 5] as [UInt64] {
            expected += withUnsafeBytes(of: number) { Array($0) }
        }
        #expect(Array(words) == expected)
    }

    @Test func whatIsLongTravelsInAFile() throws {
        var grant = SpawnGrant()
        grant.passed = [PassedDescriptor(target: 3, source: .attached(Descriptor(dup(0))))]
        grant.environment = ["LONG": String(repeating: "x", count: 70_000), "HOME": "/not/this"]
        let frame = try SpawnFrame(Self.order, grant)
        #expect(head(frame).head == UInt32(OD_SPAWN_WHOLE) << 16 | OD_SPAWN_MEMFD.rawValue)
        #expect(frame.body.count == Int(OD_SPAWN_WHOLE) && frame.descriptors.count == 2)
        #expect(head(frame).envc == 3)
        // The memfd is the first; what is passed comes after it.
        var entry = od_passed()
        let file = frame.descriptors[0].lent
        #expect(pread(file, &entry, MemoryLayout<od_passed>.size, 0) == MemoryLayout<od_passed>.size)
        #expect(entry.attached == 2 && entry.target == 3)
    }

    @Test func moreDescriptorsThanAFrameCarriesAreRefused() {
        var grant = SpawnGrant()
        grant.passed = (0...Int32(OD_LINK_FDS_MAX)).map {
            PassedDescriptor(target: 3 + $0, source: .attached(Descriptor(dup(0))))
        }
        #expect(throws: Errno(EMFILE)) { try SpawnFrame(Self.order, grant) }
    }

    @Test func aUserBringsHisGroupsAndVariables() throws {
        let root = try grant { $0.uid = "root" }
        #expect(root.more.uid == 0 && root.more.gid == 0)
        #expect(root.environment["HOME"] == Users.person("0")?.home && root.environment["USER"] == "root")
        let other = try grant {
            $0.uid = "65534"
            $0.gid = "12"
            $0.groups = ["root"]
        }
        #expect(other.more.uid == 65534 && other.more.gid == 12 && other.groups == [0])
        let stranger = try grant {
            $0.uid = "4000000"
            $0.gid = "12"
        }
        #expect(stranger.groups == [12] && stranger.environment.isEmpty)
    }

    @Test func whoIsNotThereIsNamed() {
        let cases: [(AttributeTrouble, (inout ProcessAttributes) -> Void)] = [
            (AttributeTrouble(key: "uid", text: "there is no such user on this machine"), { $0.uid = "no such" }),
            (
                AttributeTrouble(key: "uid", text: "it is nobody in passwd, so ‘gid’ must say its group"),
                { $0.uid = "4000000" }
            ),
            (AttributeTrouble(key: "gid", text: "there is no such group on this machine"), { $0.gid = "no such" }),
            (
                AttributeTrouble(key: "groups", text: "there is no group ‘no such’ on this machine"),
                { $0.groups = ["root", "no such"] }
            ),
        ]
        for (trouble, change) in cases { #expect(throws: trouble) { try grant(change) } }
    }

    @Test func refusalsNameTheKey() {
        var refused = od_refused()
        refused.error = EPERM
        for (stage, key) in [
            (OD_AT_LIMITS, "limits"), (OD_AT_NICE, "nice"), (OD_AT_IO_PRIORITY, "ioNice"),
            (OD_AT_OOM_SCORE, "oomScoreAdjust"), (OD_AT_AFFINITY, "cpuAffinity"), (OD_AT_GROUPS, "groups"),
            (OD_AT_GID, "gid"), (OD_AT_UID, "uid"), (OD_AT_PRIVILEGES, "noNewPrivileges"),
        ] {
            refused.stage = stage.rawValue
            let trouble = SpawnTrouble(refused)
            #expect(trouble.stage == .attribute(key))
            let missing =
                geteuid() == 0
                ? "od is root, but its container or service does not let it"
                : "it needs root, and od runs as user \(geteuid())"
            #expect(trouble.text == "Operation not permitted; \(missing)")
        }
        refused.stage = OD_AT_CGROUP.rawValue
        #expect(SpawnTrouble(refused).stage == .cgroup)
        refused.stage = OD_AT_AFFINITY.rawValue
        refused.error = EINVAL
        #expect(SpawnTrouble(refused).text == "Invalid argument")
    }
}

@Suite struct CgroupTreeTests {
    @Test(arguments: [
        ("1 2 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/user.slice/a", "/sys/fs/cgroup/user.slice/a"),
        ("1 2 0:28 / /sys/fs/cgroup rw shared:4 - cgroup2 x rw", "1:name=systemd:/\n0::/", "/sys/fs/cgroup"),
        ("1 2 0:28 /pod /mnt rw - cgroup2 x rw", "0::/pod/a b", "/mnt/a b"),
        ("1 2 0:28 /pod /mnt rw - cgroup2 x rw", "0::/pod", "/mnt"),
        ("1 2 0:28 / /my\\040place rw - cgroup2 x rw", "0::/a", "/my place/a"),
        ("1 2 0:28 /pod /mnt rw - cgroup2 x rw", "0::/podium", nil),
        ("1 2 0:28 / /mnt rw - cgroup2 x rw", "0::/../other", nil),
        ("1 2 0:28 / /mnt rw - cgroup cgroup rw,cpu", "0::/", nil),
        ("1 2 0:28 / /mnt rw - cgroup2 x rw", "4:memory:/x", nil), ("", "0::/", nil), ("a - cgroup2", "0::/", nil),
    ])
    func whereOurOwnCgroupIs(mounts: String, membership: String, place: String?) {
        #expect(CgroupPlace.directory(mountinfo: mounts, membership: membership) == place)
    }

    @Test(arguments: [
        ("0::/system.slice/x.service/od-daemon", "/c/system.slice/x.service"), ("0::/od-daemons", "/c/od-daemons"),
    ])
    func appsAreBesideTheDaemon(_ membership: String, _ place: String) {
        let mounts = "1 2 0:28 / /c rw - cgroup2 x rw"
        #expect(CgroupPlace.ofApps(mountinfo: mounts, membership: membership) == place)
    }

    @Test func aPlaceThatIsNoCgroupIsOfNoUse() throws {
        let folder = try ConfigFolder()
        folder.write("cgroup.procs")
        #expect(CgroupTree(in: folder.path, home: "/h", holder: "1") == nil)
        #expect(CgroupTree(in: folder.path + "/nowhere", home: "/h", holder: "1") == nil)
        // Nothing of the trial is left.
        let left = try #require(opendir(folder.path))
        defer { closedir(left) }
        var count = 0
        while readdir(left) != nil { count += 1 }
        #expect(count == 3)
    }

    @Test func leavesComeAndGo() throws {
        guard let mounts = CgroupTree.text("/proc/self/mountinfo"), let own = CgroupTree.text("/proc/self/cgroup"),
            let place = CgroupPlace.directory(mountinfo: mounts, membership: own),
            var tree = CgroupTree(in: place, home: "/h\(getpid())", holder: "1")
        else { return print("SKIPPED leaves of cgroups: no cgroup of version 2 can be written here") }
        let directory = try tree.leaf(instance: 1, run: 2)
        let again = try tree.leaf(instance: 1, run: 2)
        close(again)
        #expect(od_cgroup_count(directory) == 0)
        tree.remove(instance: 1, run: 2)
        #expect(od_cgroup_count(directory) < 0)
        close(directory)
        // What an earlier keeper has left goes with the next start.
        close(try tree.leaf(instance: 1, run: 3))
        let next = try #require(CgroupTree(in: place, home: "/h\(getpid())", holder: "2"))
        #expect(throws: Errno(ENOENT)) { close(try tree.leaf(instance: 1, run: 4)) }
        next.close()
        tree.close()
    }
}
