"""od starts with the machine: what service managers hear and what their files say, here and on a booted systemd."""

import json
import os
import plistlib
import shutil
import socket
import subprocess

from terminal import wait
from world import Skipped


class Manager:
    """Starts a service as systemd does, and hears what it says (sd_notify(3))."""

    def __init__(self, world):
        self.said = {}
        self.path = os.path.join(world.folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.2)

    def start(self, world, **variables):
        environment = {**world.environment, "NOTIFY_SOCKET": self.path, **variables}
        return subprocess.Popen([world.od, "daemon", "start", "--foreground"], env=environment, cwd="/",
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def hears(self, name, value=None):
        """Until it is told that variable (with that value); returns the value."""
        def look():
            try:
                for line in self.socket.recv(4096).decode().splitlines():
                    key, _, text = line.partition("=")
                    self.said.setdefault(key, []).append(text)
            except TimeoutError:
                pass
            found = [text for text in self.said.get(name, []) if value is None or text == str(value)]
            return found and found[-1]
        answer = wait(f"{name}={value or ''} is told", look, 30, lambda: f"\n{self.said}")
        self.said = {}
        return answer


def session_a_service_manager_hears_all(world):
    world.run("start", "/bin/sleep", "--name", "app", "--", "1000")
    world.run("daemon", "stop")
    manager = Manager(world)
    service = manager.start(world, WATCHDOG_USEC="1000000")
    manager.hears("READY", 1)
    manager.hears("WATCHDOG", 1)
    # A boot ends the halt.
    app = world.becomes("app#0", "online")["pid"]
    assert world.status()["sparePid"] == service.pid, (world.status(), service.pid)
    # There is one daemon for a home.
    second = manager.start(world)
    assert second.wait(30) == 1 and b"OD5014" in second.stderr.read()
    # Complaint 17 (PM2 #4108 #3949 #5759): an update stops everything and starts it again. Here another engine comes.
    world.run("daemon", "restart")
    manager.hears("READY", 1)
    assert world.pids()["app#0"] == app
    # The main process is killed: the manager is told of the next.
    spare = world.status()["keeperPid"]
    service.kill()
    manager.hears("MAINPID", spare)
    service.wait(10)
    assert world.pids()["app#0"] == app
    # The new main process is asked to end, as systemctl stop does.
    os.kill(spare, 15)
    manager.hears("STOPPING", 1)
    world.is_empty()
    # A daemon under which nothing runs gives way.
    assert world.json("list")[0]["status"] != "errored"
    world.run("stop", "app")
    service = manager.start(world)
    manager.hears("READY", 1)
    assert world.status()["sparePid"] == service.pid
    service.terminate()
    assert service.wait(30) == 0


def printed(world, system, *words):
    return world.run("startup", system, "--print", *words)


def session_files_of_init_systems_are_in_order(world):
    """Each by its own checker, where the machine has one."""
    place = os.path.join(world.folder, "files")
    os.makedirs(place)

    def check(name, text, *command):
        path = os.path.join(place, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "nknown" not in done.stderr, (command, done.stdout, done.stderr, text)
        return path

    user = ["--user", "root", "--home", world.home] if os.geteuid() == 0 else []
    unit = printed(world, "systemd", *user)
    if shutil.which("systemd-analyze"):
        check("opendaemon.service", unit, "systemd-analyze", "verify", "--man=no")
    else:
        print("SKIPPED systemd-analyze verify: it is not installed")
    assert "Type=notify" in unit and f"--home {world.home}" in unit, unit
    for system in ("openrc", "rcd"):
        check(system, printed(world, system), "sh", "-n")
    listing = plistlib.loads(printed(world, "launchd").encode())
    assert listing["ProgramArguments"][1:4] == ["daemon", "start", "--foreground"], listing
    assert "exec " in printed(world, "upstart") and "nssm install" in printed(world, "nssm")
    report = world.json("startup", "systemd", "--print")
    assert report["text"] and not report["done"] and not report["started"], report
    world.run("startup", "initd", code=2)
    if not os.path.isdir("/run/systemd/system"):
        assert "--print" in json.loads(world.run("startup", "launchd", "--json", code=1))["error"]["next"]
    world.is_empty()


def session_openrc_starts_and_stops_it(world):
    if os.geteuid() != 0 or not shutil.which("openrc-run"):
        raise Skipped("needs root and OpenRC")
    world.run("start", "/bin/sleep", "--name", "app", "--", "1000")
    world.run("daemon", "stop")
    script = world.file("od.rc", printed(world, "openrc"))
    os.chmod(script, 0o755)
    os.makedirs("/run/openrc", exist_ok=True)
    mark = "/run/openrc/softlevel"
    if not os.path.exists(mark):
        world.at_end(lambda: os.unlink(mark))
        with open(mark, "w", encoding="utf-8"):
            pass

    def call(action, code=0):
        done = subprocess.run([script, "--nodeps", action], env=world.environment, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == code, (action, done.returncode, done.stdout, done.stderr)

    call("start")
    app = world.becomes("app#0", "online")["pid"]
    call("status")
    call("reload")
    assert world.pids()["app#0"] == app
    call("stop")
    world.is_empty()
    call("status", code=3)


# On the booted machine, as root: $1 is the folder of od.
LIFE = r"""
    set -e
    unit=opendaemon-alice.service
    alice() { su alice -s /bin/sh -c "$OD $*"; }
    pid() { pgrep -x sleep || true; }
    main() { systemctl show $unit -p MainPID --value; }
    until_is() { for i in $(seq 200); do [ "$($1)" = "$2" ] && return 0; sleep 0.1; done; echo "$1 is not $2"; exit 1; }
    until_not() { for i in $(seq 200); do [ "$($1)" != "$2" ] && return 0; sleep 0.1; done; echo "$1 is $2"; exit 1; }
    state() { systemctl show $unit -p ActiveState --value; }
    engine() { cat /home/alice/.opendaemon/engine.pid; }
    keeper() { cat /home/alice/.opendaemon/keeper.pid; }

    if [ "$1" = first ]; then
        id alice >/dev/null 2>&1 || useradd -m alice
        alice start /bin/sleep --name nap -- 100000
        alice daemon stop
        $OD startup --user alice
        until_is state active
        until_not pid ""
        nap=$(pid)
        old=$(main); kill -9 $old; until_not main $old; until_is state active; [ "$(pid)" = $nap ]; echo spare
        old=$(main); systemctl kill -s KILL --kill-who=main $unit; until_not main $old; [ "$(pid)" = $nap ]; echo main
        systemctl reload $unit; until_is state active; [ "$(pid)" = $nap ]; echo reload
        old=$(engine); kill -9 $old; until_not engine $old; until_is state active; [ "$(pid)" = $nap ]; echo engine
        old=$(main); kill -9 $(keeper) $old; until_not main $old; until_is state active; [ "$(pid)" = $nap ]; echo both
        systemctl stop $unit; [ -z "$(pid)" ]; echo stop
        systemctl start $unit; until_is state active; until_not pid ""; echo start
    else
        until_is state active
        until_not pid ""
        $OD unstartup --user alice
        [ ! -e /etc/systemd/system/$unit ]
        echo back
    fi
"""


def session_a_booted_systemd_keeps_it(world):
    """In a container with a systemd of its own: OD_BOOT_ROOT is its tree, or debootstrap makes one (OD_LONG=1)."""
    tree = os.environ.get("OD_BOOT_ROOT")
    if os.geteuid() != 0 or not shutil.which("systemd-nspawn"):
        raise Skipped("needs root and systemd-nspawn")
    if not tree:
        if os.environ.get("OD_LONG") != "1":
            raise Skipped("needs OD_LONG=1 or OD_BOOT_ROOT")
        tree = os.path.join(world.folder, "machine")
        packages = "systemd-sysv,dbus,procps,passwd"
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", tree], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=900)
    place = os.path.join(tree, "opt", "od")
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    for name in ("od", "od-keeper"):
        shutil.copy2(os.path.join(os.path.dirname(os.path.realpath(world.od)), name), place)
    # What a build for debugging links to lies where it was built.
    for line in subprocess.run(["ldd", world.od], capture_output=True, text=True, check=True).stdout.splitlines():
        path = line.partition("=> ")[2].split(" ")[0]
        if path.startswith("/") and not path.startswith(("/lib", "/usr/lib")):
            os.makedirs(tree + os.path.dirname(path), exist_ok=True)
            shutil.copy2(path, tree + path)
    lived = booted(world, tree, ["first", "second"])
    assert lived == ["spare main reload engine both stop start".split(), ["back"]], lived


def booted(world, tree, parts):
    """Boots the tree once for each part of LIFE; the last words of each line that it said alone."""
    said = []
    for part in parts:
        machine = subprocess.Popen(
            ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--private-network", "-D", tree, "-b"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        world.at_end(lambda machine=machine: machine.poll() is None and machine.kill())
        inside = wait("the machine has booted", lambda: leader(machine.pid))
        try:
            done = subprocess.run(
                ["nsenter", "-t", inside, "-a", "env", "-i", "OD=/opt/od/od", "HOME=/root",
                 "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", "-c", LIFE, "sh", part],
                capture_output=True, text=True, timeout=300, check=False)
            assert done.returncode == 0, (part, done.returncode, done.stdout, done.stderr)
            words = "spare main reload engine both stop start back".split()
            said.append([line for line in done.stdout.splitlines() if line in words])
        finally:
            # SIGRTMIN+4 to its init: power off in order, with what is started by it stopped.
            subprocess.run(["nsenter", "-t", inside, "-a", "systemctl", "poweroff"], capture_output=True, check=False)
            machine.wait(120)
    return said


def leader(container):
    """The pid of the init inside, once it is up."""
    children = subprocess.run(["pgrep", "-P", str(container)], capture_output=True, text=True, check=False)
    for child in children.stdout.split():
        asked = subprocess.run(["nsenter", "-t", child, "-a", "systemctl", "is-system-running"], capture_output=True,
                               text=True, check=False)
        if asked.stdout.strip() in ("running", "degraded"):
            return child
    return None
