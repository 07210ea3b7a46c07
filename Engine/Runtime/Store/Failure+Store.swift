import Core
import GRDB

// What a person reads when state.db fails: always OD6001, with the cause in his terms and the way out.
extension Failure {
    init(opening path: String, _ error: any Error) {
        self.init(path, what: "cannot open the state database \(path)", error)
    }

    init(reading path: String, _ error: any Error) {
        self.init(path, what: "cannot read the state database \(path)", error)
    }

    init(writing path: String, _ error: any Error) {
        self.init(path, what: "cannot write the state database \(path)", error)
    }

    private init(_ path: String, what: String, _ error: any Error) {
        let (why, next) = Self.cause(error, path)
        self.init(.storeFailed, what, why: why, next: next)
    }

    private static func cause(_ error: any Error, _ path: String) -> (why: String, next: String) {
        switch error {
        case let error as Schema.TooNew:
            return (
                "it was made by a newer od (schema \(error.version), this one knows \(Schema.migrations.count))",
                "use the newer od, or another home with --home"
            )
        case let error as RowReader.BadRow:
            return ("row \(error.key) of table \(error.table) cannot be understood", setAside(path))
        case is DatabaseFile.Replaced:
            return (
                "another file was put in its place while it was open", "put the right one there, then od daemon restart"
            )
        case let error as DatabaseError:
            return cause(error, path)
        default:
            return ("\(error)", "report this as a bug of od")
        }
    }

    private static func cause(_ error: DatabaseError, _ path: String) -> (why: String, next: String) {
        let detail = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            return ("the file is damaged: \(detail)", setAside(path))
        case .SQLITE_FULL:
            return ("the disk is full", "free some space and repeat the command; nothing was half-written")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return ("another program holds it", "end that program (fuser \(path) names it) and repeat the command")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            return (detail, "make \(path) and its directory readable and writable for the user of od")
        case .SQLITE_IOERR:
            return ("the disk does not work: \(detail)", "check the disk (dmesg, df) and repeat the command")
        default:
            return (detail, "report this as a bug of od")
        }
    }

    private static func setAside(_ path: String) -> String {
        "put a copy of it back, or set it aside (mv \(path) \(path).damaged); od resurrect then starts what the last od "
            + "save has kept"
    }
}
