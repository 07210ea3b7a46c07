internal import Core

/// The file by which an init system knows a service, and what it has to be told.
struct BootFile: Hashable, Sendable {
    var path: String
    var text: String
    var mode: UInt32 = 0o644
    /// Commands after the file was written.
    var enable: [[String]] = []
    /// … after those, when it is to run at once.
    var start: [String]?
    /// Before it is removed, and after.
    var disable: [[String]] = []
    var forget: [[String]] = []
    /// Tells whether the file is in order; must end with 0.
    var verify: [String]?

    /// By it we know our own.
    static let mark = "Written by od startup; od unstartup removes it."

    /// - Parameter configuration: the folder of a user's own units or agents.
    init(_ system: InitSystem, _ service: BootService, configuration: String) {
        switch system {
        case .systemd: self = Self.systemd(service, configuration)
        case .openrc: self = Self.openrc(service)
        case .launchd: self = Self.launchd(service, configuration)
        case .upstart: self = Self.upstart(service)
        case .rcd: self = Self.rcd(service)
        case .nssm: self = Self.nssm(service)
        }
    }

    private init(path: String, text: String, mode: UInt32 = 0o644) {
        self.path = path
        self.text = text
        self.mode = mode
    }

    /// Seconds that a manager gives the daemon to stop its apps; systemd is asked for more while it goes on.
    private static let stopTime = 90

    // MARK: systemd

    private static func systemd(_ service: BootService, _ configuration: String) -> BootFile {
        let user: String? = if case .user(let name) = service.owner { name } else { nil }
        let own = service.isOfSession ? ["--user"] : []
        let unit = service.name + ".service"
        var file = BootFile(
            path: (service.isOfSession ? "\(configuration)/systemd/user/" : "/etc/systemd/system/") + unit,
            text: """
                # \(mark)
                [Unit]
                Description=\(service.title)
                After=network.target
                RequiresMountsFor=\(Quoting.systemd([service.home])) \(Quoting.systemd([service.od]))
                StartLimitIntervalSec=0

                [Service]
                Type=notify
                NotifyAccess=all
                \(user.map { "User=\($0)\n" } ?? "")ExecStart=\(Quoting.systemd(service.words("daemon", "start", "--foreground")))
                # Another od takes over; apps go on.
                ExecReload=\(Quoting.systemd(service.words("daemon", "restart")))
                # The main process is the keeper's spare. When it is killed, the keeper takes its place and says so.
                ExitType=cgroup
                SuccessExitStatus=SIGKILL SIGABRT SIGBUS SIGSEGV
                RestartForceExitStatus=SIGKILL SIGABRT SIGBUS SIGSEGV
                # After od daemon stop it stays down until the next boot.
                Restart=on-failure
                RestartSec=5
                # od asks for more time while apps are being stopped.
                TimeoutStopSec=\(stopTime)
                # The keeper replaces an engine that hangs; this is for the day when that hangs too.
                WatchdogSec=120
                KillMode=mixed
                Delegate=yes
                OOMPolicy=continue
                TasksMax=infinity

                [Install]
                WantedBy=\(service.isOfSession ? "default.target" : "multi-user.target")

                """)
        file.enable = [["systemctl"] + own + ["daemon-reload"], ["systemctl"] + own + ["enable", unit]]
        file.start = ["systemctl"] + own + ["start", unit]
        file.disable = [["systemctl"] + own + ["disable", unit]]
        file.forget = [["systemctl"] + own + ["daemon-reload"]]
        file.verify = ["systemd-analyze"] + own + ["verify", file.path]
        return file
    }

    // MARK: OpenRC

    private static func openrc(_ service: BootService) -> BootFile {
        /// As the user, by a shell that reads one text.
        func run(_ verb: String...) -> String {
            let line = Quoting.shell([service.od] + verb + ["--home", service.home])
            return service.user.map { "su -s /bin/sh \($0) -c \(Quoting.shell(line))" } ?? line
        }
        var file = BootFile(
            path: "/etc/init.d/\(service.name)",
            text: """
                #!/sbin/openrc-run
                # \(mark)

                description="\(service.title)"
                extra_started_commands="reload"
                description_reload="Lets another od take over; apps go on"

                depend() {
                    need localmount
                    use net
                }

                start() {
                    ebegin "Starting \(service.title)"
                    \(run("daemon", "start", "--quiet"))
                    eend $?
                }

                stop() {
                    ebegin "Stopping \(service.title) and its apps"
                    \(run("daemon", "stop", "--quiet"))
                    eend $?
                }

                reload() {
                    ebegin "Replacing \(service.title)"
                    \(run("daemon", "restart", "--quiet"))
                    eend $?
                }

                status() {
                    if \(run("ping", "--quiet")) 2>/dev/null; then
                        einfo "status: started"
                        return 0
                    fi
                    einfo "status: stopped"
                    return 3
                }

                """, mode: 0o755)
        file.enable = [["rc-update", "add", service.name, "default"]]
        file.start = ["rc-service", service.name, "start"]
        file.disable = [["rc-update", "del", service.name, "default"]]
        file.verify = ["sh", "-n", file.path]
        return file
    }

    // MARK: launchd

    private static func launchd(_ service: BootService, _ configuration: String) -> BootFile {
        let label = "org.\(service.name)"
        let words = service.words("daemon", "start", "--foreground").map {
            "        <string>\(Quoting.xml($0))</string>"
        }
        let user: String? = if case .user(let name) = service.owner { name } else { nil }
        var file = BootFile(
            path: (service.isOfSession ? "\(configuration)/LaunchAgents/" : "/Library/LaunchDaemons/") + label
                + ".plist",
            text: """
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- \(mark) -->
                <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
                <plist version="1.0">
                <dict>
                    <key>Label</key>
                    <string>\(label)</string>
                    <key>ProgramArguments</key>
                    <array>
                \(words.joined(separator: "\n"))
                    </array>
                \(user.map { "    <key>UserName</key>\n    <string>\($0)</string>\n" } ?? "")    <key>RunAtLoad</key>
                    <true/>
                    <key>KeepAlive</key>
                    <dict>
                        <key>SuccessfulExit</key>
                        <false/>
                    </dict>
                    <key>ExitTimeOut</key>
                    <integer>\(stopTime)</integer>
                </dict>
                </plist>

                """)
        file.enable = [["launchctl", "load", "-w", file.path]]
        file.disable = [["launchctl", "unload", "-w", file.path]]
        file.verify = ["plutil", "-lint", file.path]
        return file
    }

    // MARK: upstart

    private static func upstart(_ service: BootService) -> BootFile {
        var file = BootFile(
            path: "/etc/init/\(service.name).conf",
            text: """
                # \(mark)
                description "\(service.title)"

                start on runlevel [2345]
                stop on runlevel [!2345]

                # After od daemon stop it stays down until the next boot.
                normal exit 0
                respawn
                respawn limit unlimited
                kill timeout \(stopTime)
                \(service.user.map { "setuid \($0)\n" } ?? "")exec \(Quoting.shell(service.words("daemon", "start", "--foreground")))

                """)
        file.enable = [["initctl", "reload-configuration"]]
        file.start = ["initctl", "start", service.name]
        file.forget = [["initctl", "reload-configuration"]]
        file.verify = ["init-checkconf", file.path]
        return file
    }

    // MARK: rc.d

    private static func rcd(_ service: BootService) -> BootFile {
        let name = service.name.map { $0 == "-" || $0 == "." ? "_" : String($0) }.joined()
        func run(_ verb: String...) -> String {
            let line = Quoting.shell([service.od] + verb + ["--home", service.home])
            return service.user.map { "su -m \($0) -c \(Quoting.shell(line))" } ?? line
        }
        var file = BootFile(
            path: "/usr/local/etc/rc.d/\(name)",
            text: """
                #!/bin/sh
                # \(mark)
                #
                # PROVIDE: \(name)
                # REQUIRE: LOGIN FILESYSTEMS
                # KEYWORD: shutdown

                . /etc/rc.subr

                name=\(name)
                rcvar=\(name)_enable
                extra_commands="reload status"
                start_cmd=\(name)_start
                stop_cmd=\(name)_stop
                reload_cmd=\(name)_reload
                status_cmd=\(name)_status

                \(name)_start() {
                    \(run("daemon", "start", "--quiet"))
                }

                \(name)_stop() {
                    \(run("daemon", "stop", "--quiet"))
                }

                \(name)_reload() {
                    \(run("daemon", "restart", "--quiet"))
                }

                \(name)_status() {
                    \(run("daemon", "status"))
                }

                load_rc_config $name
                : ${\(name)_enable:=NO}
                run_rc_command "$1"

                """, mode: 0o755)
        file.enable = [["sysrc", "\(name)_enable=YES"]]
        file.start = ["service", name, "start"]
        file.disable = [["sysrc", "-x", "\(name)_enable"]]
        file.verify = ["sh", "-n", file.path]
        return file
    }

    // MARK: NSSM

    private static func nssm(_ service: BootService) -> BootFile {
        func line(_ words: String...) -> String { "nssm " + Quoting.batch(words) + " || exit /b 1\r\n" }
        let name = service.name
        let words = service.words("daemon", "start", "--foreground")
        let text =
            "@echo off\r\nrem \(mark)\r\n"
            + "nssm install \(name) \(Quoting.batch(words)) || exit /b 1\r\n"
            + line("set", name, "DisplayName", service.title)
            + line("set", name, "Start", "SERVICE_AUTO_START")
            + line("set", name, "AppExit", "Default", "Restart") + line("set", name, "AppExit", "0", "Exit")
            + line("set", name, "AppStopMethodConsole", "\(stopTime * 1000)") + line("start", name)
        return BootFile(path: "\(name).bat", text: text)
    }
}
