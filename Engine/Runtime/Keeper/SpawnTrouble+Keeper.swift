import CKernel
import Core
import Glibc

extension SpawnTrouble {
    /// What OD_REFUSED says, for people: which part of a start, what the system said, and what it would have needed.
    init(_ refused: od_refused) {
        let said = Errno(refused.error).description
        if let key = Self.key(of: refused.stage) {
            let isForbidden = refused.error == EPERM || refused.error == EACCES
            let missing =
                geteuid() == 0
                ? "; od is root, but its container or service does not let it"
                : "; it needs root, and od runs as user \(geteuid())"
            let needs = isForbidden ? missing : ""
            self.init(stage: .attribute(key), errno: refused.error, text: said + needs)
            return
        }
        let stage: Stage =
            switch refused.stage {
            case OD_AT_CWD.rawValue: .directory
            case OD_AT_EXEC.rawValue: .execute
            case OD_AT_CGROUP.rawValue: .cgroup
            case OD_AT_TABLE.rawValue, OD_AT_PIPE.rawValue, OD_AT_SPOOL.rawValue, OD_AT_FORK.rawValue,
                OD_AT_MEMORY.rawValue:
                .resources
            default: .other
            }
        self.init(stage: stage, errno: refused.error, text: said)
    }

    /// The config's key behind a stage.
    private static func key(of stage: UInt32) -> String? {
        switch stage {
        case OD_AT_LIMITS.rawValue: "limits"
        case OD_AT_NICE.rawValue: "nice"
        case OD_AT_IO_PRIORITY.rawValue: "ioNice"
        case OD_AT_OOM_SCORE.rawValue: "oomScoreAdjust"
        case OD_AT_AFFINITY.rawValue: "cpuAffinity"
        case OD_AT_GROUPS.rawValue: "groups"
        case OD_AT_GID.rawValue: "gid"
        case OD_AT_UID.rawValue: "uid"
        case OD_AT_PRIVILEGES.rawValue: "noNewPrivileges"
        default: nil
        }
    }
}
