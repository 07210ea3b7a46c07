import CKernel
import Core

/// Measures the machine: processors, memory, load.
struct HostSampler {
    private let proc: Int32
    private let name: String
    private let cores = Int(max(1, od_pump_cores()))
    private var last: (busy: UInt64, all: UInt64)?
    private var cpu = 0.0

    /// - Throws: the errno with which `place`, usually /proc, cannot be opened.
    init(proc place: String = ProcessTable.usualPlace) throws(Errno) {
        proc = try Errno.check(od_pump_open_dir(place))
        var buffer = [CChar](repeating: 0, count: 256)
        let result = od_pump_hostname(&buffer, buffer.count)
        name =
            result < 0
            ? "localhost" : String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// - Parameter now: CLOCK_BOOTTIME, which is the uptime.
    mutating func sample(at now: Instant) -> HostInfo {
        let memory = memory()
        measureProcessors()
        return HostInfo(
            hostname: name, cores: cores, cpu: cpu, memoryUsed: memory.total - min(memory.total, memory.available),
            memoryTotal: memory.total, load: load(), uptime: Int(now.nanoseconds / 1_000_000))
    }

    /// The first line of /proc/stat: user nice system idle iowait irq softirq steal, in ticks.
    private mutating func measureProcessors() {
        let ticks = reading("stat") { text -> [UInt64] in
            var fields = FieldReader(text: text, position: 0)
            fields.skip(1)
            return (0..<8).compactMap { _ in fields.next() }
        }
        guard ticks.count == 8 else { return }
        let all = ticks.reduce(0, +)
        let busy = all - ticks[3] - ticks[4]
        if let last, all > last.all {
            cpu = Double(busy - min(busy, last.busy)) / Double(all - last.all) * 100
        }
        last = (busy, all)
    }

    private func memory() -> (total: UInt64, available: UInt64) {
        reading("meminfo") { text in
            (Self.field("MemTotal:", text) * 1024, Self.field("MemAvailable:", text) * 1024)
        }
    }

    private func load() -> [Double] {
        reading("loadavg") { text in
            String(decoding: text, as: UTF8.self).split(separator: " ").prefix(3).compactMap { Double($0) }
        }
    }

    /// The number behind a name in a file of lines `Name: number kB`.
    private static func field(_ name: StaticString, _ text: UnsafeRawBufferPointer) -> UInt64 {
        let key = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        var start = 0
        while start + key.count < text.count {
            if text[start..<start + key.count].elementsEqual(key) {
                var fields = FieldReader(text: text, position: start + key.count)
                return fields.next() ?? 0
            }
            guard let end = text[start...].firstIndex(of: 10) else { break }
            start = end + 1
        }
        return 0
    }

    private func reading<T>(_ file: String, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        withUnsafeTemporaryAllocation(byteCount: 8192, alignment: 1) { buffer in
            let length = od_pump_read_at(proc, file, buffer.baseAddress, buffer.count)
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<Int(max(0, length))]))
        }
    }
}
