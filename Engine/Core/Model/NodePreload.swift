/// The few lines that node runs before an app of several instances: its `listen` takes the sockets that the keeper holds.
///
/// The sockets are from descriptor 3 on, as many as OD_SOCKETS says, open in all instances alike. A `listen(port)` takes
/// the one that is bound to this port, or binds the next that is free: what one instance binds is bound for all, and stays
/// so while instances come and go. What has no socket left, a path or port 0 is node's own business.
package enum NodePreload {
    /// Where the engine writes it.
    package static func path(home: String) -> String { "\(home)/node/listen.cjs" }

    /// For `--require`, which every node knows.
    package static let script = "\"use strict\";\nconst net = require(\"net\");\n" + body

    /// NODE_OPTIONS with the preload.
    ///
    /// - Parameter file: nil for an app of another user, who cannot read our home: then the script itself is the option.
    static func option(file: String?, after others: String?) -> String {
        let own =
            file.map { "--require \(quoted($0))" }
            ?? "--import data:text/javascript,\(encoded("import net from \"node:net\";\n" + body))"
        return others.map { "\($0) \(own)" } ?? own
    }

    /// As node splits NODE_OPTIONS: quotes hold blanks together, a backslash takes the next character as it is.
    private static func quoted(_ path: String) -> String {
        guard path.contains(where: { " \"\\".contains($0) }) else { return path }
        return "\"\(path.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined())\""
    }

    /// Percent-encoding (RFC 3986) of all but letters, digits and `-._~`.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.properties.isAlphabetic && byte < 0x80 || (0x30...0x39).contains(byte)
            if isPlain || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) { return String(Character(scalar)) }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count < 2 ? "0" : "") + hex
        }.joined()
    }

    /// A socket that another instance binds in the same moment is bound all the same, and its port is looked at again.
    /// Without IPv6 the sockets are of the older family.
    private static let body = """
        const env = process.env;
        const sockets = /^(\\d+)\\+(\\d+)$/.exec(env.OD_SOCKETS || "");
        if (sockets && env.LISTEN_PID === String(process.pid)) {
          delete env.OD_SOCKETS;
          const { TCP, constants } = process.binding("tcp_wrap");
          const open = new Map();
          const taken = new Set();
          const socket = (fd) => {
            if (!open.has(fd)) {
              const handle = new TCP(constants.SERVER);
              open.set(fd, handle.open(fd) === 0 ? handle : null);
            }
            return open.get(fd);
          };
          const bind = (handle, host, port) => {
            if (host && net.isIPv6(host)) return handle.bind6(host, port, 0);
            return handle.bind6(host ? `::ffff:${host}` : "::", port, 0) && handle.bind(host || "0.0.0.0", port);
          };
          const take = (name, port) => {
            const host = name === "localhost" ? "127.0.0.1" : name;
            if (host && !net.isIP(host)) return null;
            for (let fd = Number(sockets[1]); fd < Number(sockets[1]) + Number(sockets[2]); fd++) {
              const handle = taken.has(fd) ? null : socket(fd);
              if (!handle) continue;
              const at = {};
              handle.getsockname(at);
              if (!at.port) {
                bind(handle, host, port);
                handle.getsockname(at);
              }
              if (at.port === port) {
                taken.add(fd);
                return handle;
              }
            }
            return null;
          };
          const listen = net.Server.prototype.listen;
          net.Server.prototype.listen = function (...args) {
            const first = args[0];
            const isObject = first !== null && typeof first === "object";
            const wish = isObject ? first : { port: first, host: args.find((one, i) => i && typeof one === "string") };
            const port = typeof wish.port === "string" && wish.port.trim() ? Number(wish.port) : wish.port;
            const isOurs = Number.isInteger(port) && port > 0 && port < 65536 && wish.fd === undefined
              && !wish.exclusive && !wish.reusePort && !wish.ipv6Only;
            const handle = isOurs ? take(wish.host, port) : null;
            if (!handle) return listen.apply(this, args);
            const told = args[args.length - 1];
            return listen.call(this, handle, ...(typeof told === "function" ? [told] : []));
          };
        }

        """
}
