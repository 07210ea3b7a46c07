// Two programs for the tests of the log pump, chosen by the first word:
//
//   pump-torture write NAME COUNT CHUNK    writes lines "NAME 0000000 ....\n" of various lengths to stdout, CHUNK
//                                          bytes a write, which cuts lines anywhere; 0: one write a line
//   pump-torture pump WORD...              a log pump in a process that can be killed; the descriptors are inherited:
//       file:PATH:PAGE                     a log file and its commit page
//       rotate:PATH:SIZE                   that file is put aside at this size
//       style:PATH:TYPE                    that file has lines of this type
//       run:INSTANCE:RUN:PIPE:SPOOL:PATH:PIPE:SPOOL:PATH     a run: stdout, then stderr
//     It says "ready", then "drained INSTANCE RUN" for each run, and ends when all are drained.

import Core
import Engine
import Glibc
import Synchronization

/// Writes all of it, or ends the program: the tests read what comes out.
func say(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { unsafe in write(1, unsafe.baseAddress, unsafe.count) }
        guard count > 0 else { exit(3) }
        rest = rest.dropFirst(count)
    }
}

/// The same text as the tests expect: see `Lines` there.
func line(_ name: String, _ number: Int) -> [UInt8] {
    let digits = String(number)
    let padded = String(repeating: "0", count: 7 - digits.count) + digits
    return Array("\(name) \(padded) ".utf8) + [UInt8](repeating: 0x2E, count: number &* 7919 % 120) + [0x0A]
}

func writeLines(_ name: String, count: Int, chunk: Int) {
    var buffer: [UInt8] = []
    for number in 0..<count {
        buffer += line(name, number)
        while chunk > 0, buffer.count >= chunk {
            say(buffer[..<chunk])
            buffer.removeFirst(chunk)
        }
        if chunk == 0 {
            say(buffer[...])
            buffer.removeAll(keepingCapacity: true)
        }
    }
    say(buffer[...])
}

func runPump(_ words: [[String]]) throws {
    let drained = Mutex(0)
    let pump = try LogPump { fact in
        guard case .drained(let run) = fact else { return }
        say(Array("drained \(run.instance) \(run.run)\n".utf8)[...])
        drained.withLock { $0 += 1 }
    }
    var runs = 0
    for word in words {
        if word[0] == "file", let page = Int32(word[2]) {
            guard pump.open(word[1], page: page) else { exit(4) }
        } else if word[0] == "rotate", let size = Int(word[2]) {
            guard pump.rotate(word[1], by: LogRotation(maxSize: size)) else { exit(4) }
        } else if word[0] == "style", let type = LogType(rawValue: word[2]) {
            guard pump.style(word[1], LogStyle(type: type)) else { exit(4) }
        } else if word[0] == "run", let instance = UInt64(word[1]), let run = UInt64(word[2]) {
            func source(_ at: Int) -> StreamSource {
                StreamSource(pipe: Int32(word[at]) ?? -1, spool: Int32(word[at + 1]) ?? -1, path: word[at + 2])
            }
            let (id, origin) = (RunID(instance: instance, run: run), LogOrigin(name: "app", instance: Int(instance)))
            guard pump.attach(id, out: source(3), error: source(6), origin: origin) else { exit(4) }
            runs += 1
        }
    }
    guard pump.settle() else { exit(4) }
    say(Array("ready\n".utf8)[...])
    while drained.withLock({ $0 }) < runs { usleep(500) }
}

let words = CommandLine.arguments.dropFirst()
switch words.first {
case "write" where words.count == 4:
    writeLines(words[2], count: Int(words[3]) ?? 0, chunk: Int(words[4]) ?? 0)
case "pump":
    do {
        try runPump(words.dropFirst().map { $0.split(separator: ":").map(String.init) })
    } catch {
        say(Array("\(error)\n".utf8)[...])
        exit(5)
    }
default:
    exit(2)
}
