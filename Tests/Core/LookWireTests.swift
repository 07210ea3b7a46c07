import Core
import Support
import Testing

/// What is told of open files and of the machine.
@Suite struct LookWireTests {
    @Test func messages() throws {
        let tests = WireTests()
        try tests.check(
            "process-files",
            ProcessFiles(
                id: 3, name: "api", instance: 1, namespace: "shop", processes: 2, hidden: 1, open: 12, limit: 1024,
                ports: [ProcessFiles.Port(transport: "tcp6", address: "::1", port: 8080)], files: ["/srv/api.db"],
                isCut: true))
        try tests.check(
            "machine-info",
            MachineInfo(
                cores: [12.5, 0], swapUsed: 1, swapTotal: 2, cached: 3,
                disks: [MachineInfo.Disk(path: "/", used: 4, total: 5, available: 1, read: 6.5, written: 7)],
                interfaces: [
                    MachineInfo.Interface(name: "eth0", received: 8, sent: 9, receiving: 10, sending: 11)
                ]))
    }
}
