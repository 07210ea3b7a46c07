import CKernel
package import Core
import Synchronization

/// Takes a copy of what a run writes, on the pump's thread.
package typealias LogTap = @Sendable (LogChunk.Channel, [UInt8]) -> Void

/// Moves the output of all runs into their log files, on one thread of its own.
///
/// A byte is always in a pipe, in a spool that the keeper holds too, or in the file; which of the two is said by the
/// commit page of the file (see `CommitPage`). So a `kill -9` at any instruction loses, doubles and tears nothing, and
/// the way to start is the way to recover: `open` each file with the page that the keeper held, or a new one, `attach`
/// each run that the keeper lists, `settle`.
///
/// Nothing here blocks the caller. At rest the thread sleeps.
package final class LogPump: Sendable {
    /// How far each file is written; wakes who follows one.
    package let growth = LogGrowth()
    private let mailbox: Mailbox

    /// `facts` is called on the pump's thread. Throws `OD9001` when the system gives no thread or no descriptor.
    package init(facts: @escaping @Sendable (LogFact) -> Void) throws(Failure) {
        do {
            let mailbox = try Mailbox(bell: Bell(counting: false))
            let epoll = try Errno.check(od_pump_epoll())
            let growth = growth
            let sync = try FileSync()
            self.mailbox = mailbox
            try Thread.start("od-logs") {
                PumpLoop(epoll: epoll, mailbox: mailbox, growth: growth, sync: sync, facts: facts).run()
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(
                .bug, "the log pump cannot start", why: "\(error)", next: "raise the user's limits (ulimit -a)")
        }
    }

    /// A memfd for a new log file, to be stored in the keeper before the file is opened with it.
    package static func newPage() throws(Failure) -> Int32 {
        do {
            return try CommitPage.create()
        } catch {
            throw Failure(.logFailed, "no page for a log file", why: "\(error)", next: "raise the limit of open files")
        }
    }

    /// The key of the page of `path` in the keeper's store: the first byte is `L`, the rest a hash of the path.
    package static func pageKey(_ path: String) -> UInt64 {
        // FNV-1a: the same in every build, which Swift's own hashing is not.
        let hash = path.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return hash >> 8 | UInt64(UInt8(ascii: "L")) << 56
    }

    // Each of these gives false when the pump has `LogBounds.commands` commands to do already and takes no more; the
    // descriptors are the caller's then.

    /// Makes a file known. `page` is given away; it must be in the keeper's store already. A path that is known keeps
    /// the page that it has, and this one is closed.
    package func open(_ path: String, page: Int32) -> Bool {
        mailbox.post(.open(path, page))
    }

    /// Says when the file, which is known, is put aside; until then never.
    package func rotate(_ path: String, by rotation: LogRotation) -> Bool {
        mailbox.post(.rotate(path, rotation))
    }

    /// Empties the file, which is known: what was in it is put aside; `LogFact.emptied` tells.
    package func empty(_ path: String) -> Bool {
        mailbox.post(.empty(path))
    }

    /// Says what is written into the file, which is known, and how soon; until then raw bytes in batches.
    package func style(_ path: String, _ style: LogStyle) -> Bool {
        mailbox.post(.style(path, style))
    }

    /// Takes over the streams of a run. Their bytes below the committed offset are in the file already. `origin` is who
    /// they are of in the records of a formatted file.
    package func attach(
        _ run: RunID, out: StreamSource, error: StreamSource, origin: LogOrigin = LogOrigin()
    ) -> Bool {
        mailbox.post(.attach(run, out, error, origin))
    }

    /// Gives copies of what a run writes to somebody, from its `attach` on, which comes after this, or from now on; nil:
    /// no more. They begin with what is in no file yet.
    package func tap(_ run: RunID, _ tap: LogTap?) -> Bool {
        mailbox.post(.tap(run, tap))
    }

    /// All runs that the keeper holds have been attached: what pages say about others may be forgotten.
    package func settle() -> Bool {
        mailbox.post(.settle)
    }

    /// Nothing of the run's tree lives: its streams end `Defaults.streamGrace` from now, whoever else holds the pipes.
    package func gone(_ run: RunID) -> Bool {
        mailbox.post(.gone(run))
    }

    /// Forgets a file, once its streams have ended; `LogFact.closed` tells.
    package func close(_ path: String) -> Bool {
        mailbox.post(.close(path))
    }

    /// Asks for copies of all that the keeper holds too, for another keeper; `LogFact.lent` brings them.
    package func lend() -> Bool {
        mailbox.post(.lend)
    }

    /// Asks to be told when all that was said until now is done: files are open, or cannot be (`LogFact.blocked`).
    /// `LogFact.reported` tells, and of which of the folders the disk is full.
    package func report(_ number: UInt64, on folders: Set<String> = []) -> Bool {
        mailbox.post(.report(number, folders))
    }

    /// Writes what it has and ends the thread; waits for it, so never call it on the control loop.
    ///
    /// Streams that are still open stay in the keeper.
    package func stop() {
        mailbox.stop()
    }
}
