internal import Core
internal import Engine

/// An instance as `pm2 jlist` prints it: scripts read it. https://pm2.keymetrics.io/docs/usage/quick-start/ shows the
/// list; the fields are those that PM2 7 has, as far as they mean something here. Times are milliseconds since 1970.
struct PM2Process: Encodable {
    struct Environment: Encodable {
        var name: String
        var namespace: String
        var pm_id: Int
        var status: String
        var restart_time: Int
        var unstable_restarts: Int
        /// When the present run, else the last one, started; 0 when there was none.
        var pm_uptime: Int64
        var created_at: Int64
        var exec_mode: String
        var exec_interpreter: String
        var pm_exec_path: String
        var pm_cwd: String
        var pm_out_log_path: String
        var pm_err_log_path: String
        var pm_pid_path: String
        var args: [String]
        var instances: Int
        var NODE_APP_INSTANCE: Int
        var autorestart: Bool
        var kill_timeout: Int
        var exit_code: Int32?
        /// Without the values of secrets.
        var env: [String: String]
        var node_version: String
        var version: String
    }

    struct Figures: Encodable {
        /// Bytes.
        var memory: UInt64
        /// Percent of one core.
        var cpu: Double
    }

    var pid: Int32
    var name: String
    var pm2_env: Environment
    var pm_id: Int
    var monit: Figures

    /// - Parameters:
    ///   - variables: of the same instance; nil leaves `env` empty.
    ///   - count: instances of its app.
    ///   - nodeVersion: of the node that runs it; nil for what is no node, or does not run here.
    init(_ detail: ProcessDetail, variables: ProcessEnvironment?, count: Int, nodeVersion: String? = nil) {
        let process = detail.process
        let started = process.startedAt?.milliseconds ?? 0
        let file = FilePath.absolute(process.script, in: process.cwd)
        let code: Int32? = if case .code(let code)? = process.exit { code } else { nil }
        pid = process.pid ?? 0
        name = process.name
        pm_id = process.id
        monit = Figures(memory: process.memory ?? 0, cpu: ((process.cpu ?? 0) * 10).rounded() / 10)
        pm2_env = Environment(
            name: process.name, namespace: process.namespace, pm_id: process.id, status: Self.status(process.status),
            restart_time: process.restarts, unstable_restarts: 0, pm_uptime: started, created_at: started,
            exec_mode: process.mode + "_mode", exec_interpreter: process.interpreter ?? "none",
            pm_exec_path: FilePath.kind(of: file) == .file ? file : process.script, pm_cwd: process.cwd,
            pm_out_log_path: process.outFile, pm_err_log_path: process.errorFile,
            pm_pid_path: detail.order?.pidFile ?? "",
            args: process.arguments, instances: count, NODE_APP_INSTANCE: process.instance,
            autorestart: detail.restart.mode != .never, kill_timeout: detail.killTimeout, exit_code: code,
            env: (variables?.variables ?? []).reduce(into: [:]) { $0[$1.name] = $1.value ?? Self.hidden },
            node_version: nodeVersion ?? Self.unknown, version: detail.metadata?.version ?? Self.unknown)
    }

    private static let hidden = "********"
    /// As PM2 says it.
    private static let unknown = "N/A"

    /// PM2's words for our states.
    static func status(_ status: ProcessStatus) -> String {
        switch status {
        case .online: "online"
        case .starting, .reloading: "launching"
        case .stopping, .killing: "stopping"
        case .waiting: "waiting restart"
        case .created, .stopped: "stopped"
        case .errored: "errored"
        }
    }
}
