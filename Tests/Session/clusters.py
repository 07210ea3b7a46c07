"""Clusters: instances on one port that is open whatever becomes of them, reload, scale, signals and stdin."""
import http.client
import os
import signal
import socket
import threading

from sessions import needs
from terminal import wait

# A server as people write it, that ends as it should: what it has begun it answers.
SERVER = """
const http = require('http');
const server = http.createServer((request, response) => response.end(`${process.pid}\\n`));
server.keepAliveTimeout = 1;
server.listen(Number(process.env.WANTED), () => console.log('listens'));
process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
if (process.env.BROKEN) { console.error('a broken release'); process.exit(3); }
"""

# Sockets as systemd passes them, in the words of sd_listen_fds(3). Whom it has accepted it answers before it ends: an
# exception out of a signal handler would meet it between the two.
INHERITS = """
import os, select, signal, socket
assert os.environ["LISTEN_PID"] == str(os.getpid()) and os.environ["LISTEN_FDS"] == "1", dict(os.environ)
ending, tell = os.pipe()
signal.signal(signal.SIGTERM, lambda *_: os.write(tell, b"."))
listener = socket.socket(fileno=3)
listener.setblocking(False)
while ending not in select.select([listener, ending], [], [])[0]:
    try:
        peer, _ = listener.accept()
    except BlockingIOError:
        continue
    peer.setblocking(True)
    peer.recv(4096)
    peer.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n%d\\n" % os.getpid())
    peer.close()
"""


def free_port():
    with socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::", 0))
        return probe.getsockname()[1]


class Visitors:
    """Ask a port again and again, one connection each time; what went wrong is kept."""

    def __init__(self, port, count=2):
        self.port, self.pids, self.errors, self.answers = port, set(), [], 0
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.visit) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            asker.request("GET", "/", headers={"Connection": "close"})
            return int(asker.getresponse().read())
        finally:
            asker.close()

    def visit(self):
        while not self.over.is_set():
            try:
                self.pids.add(self.ask())
                self.answers += 1
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))

    def more(self, count=20):
        """Waits for further answers."""
        goal = self.answers + count
        wait("answers go on", lambda: self.answers >= goal or self.errors)

    def leave(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert not self.errors, (len(self.errors), self.errors[:3], self.answers)


def online(world, count, name="web"):
    """The pids of the instances, when all are online."""
    def all_of_them():
        found = [one for one in world.list().values() if one["name"] == name]
        up = [one["pid"] for one in found if one["status"] == "online"]
        return up if len(up) == len(found) == count else None

    return set(wait(f"{count} instances are online", all_of_them, 30, lambda: f"\n{world.run('list')}"))


@needs("node")
def session_many_write_the_preload_at_once(world):
    """Each run that begins may be the first that needs it: it is there as a whole for all, and nothing else is left."""
    world.file("web.js", SERVER)
    ports = [free_port() for _ in range(2)]
    fleet = world.file("webs.yaml", "name: shop\napps:\n" + "".join(
        f"  - {{name: web{port}, script: web.js, instances: 3, ready: {{log: listens}}, env: {{WANTED: {port}}}}}\n"
        for port in ports))
    world.run("up", fleet, "--no-dashboard")
    for port in ports:
        online(world, 3, f"web{port}")
    folder = os.path.join(world.home, "node")
    assert os.listdir(folder) == ["listen.cjs"], os.listdir(folder)
    assert os.stat(os.path.join(folder, "listen.cjs")).st_mode & 0o077 == 0
    assert all(one["restarts"] == 0 for one in world.list().values())
    world.ends()


@needs("node")
def session_cluster_without_a_gap(world):
    """PM2's cluster mode, for an unchanged app: no connection is refused while it is reloaded, scaled, restarted one
    by one, or while the engine is killed (PM2's complaints 22 and 23)."""
    port = free_port()
    world.file("web.js", SERVER)
    config = world.file("web.yaml", f"""
name: shop
apps:
  - {{name: web, script: web.js, instances: 3, execMode: cluster_mode, ready: {{log: listens}},
     env: {{WANTED: {port}}}}}
""")
    world.run("start", config)
    first = online(world, 3)
    assert all(one["mode"] == "cluster" for one in world.list().values())
    visitors = Visitors(port)
    try:
        visitors.more()
        result = world.json("reload", "web")
        assert not result["failures"] and not result["restarted"], result
        second = online(world, 3)
        assert first.isdisjoint(second), (first, second)
        visitors.more()
        world.run("scale", "web", "+1")
        assert second < online(world, 4)
        world.run("scale", "web", "-2")
        online(world, 2)
        world.run("restart", "web#1")
        visitors.more()
        os.kill(world.status()["pid"], signal.SIGKILL)
        visitors.more()
        world.run("reload", "web")
        visitors.more()
    finally:
        visitors.leave()
    # A broken release: the old runs go on, and the reason is shown.
    before = online(world, 2)
    with open(os.path.join(world.folder, "web.js"), "w") as file:
        file.write("console.error('a broken release'); process.exit(3)\n")
    failed = world.json("reload", "web", code=1)
    assert [one["code"] for one in failed["failures"]] == ["OD4006"], failed
    assert online(world, 2) == before
    world.run("stop", "web")
    with socket.socket() as refused:
        assert refused.connect_ex(("127.0.0.1", port)) != 0, "who is stopped is not connected to"
    world.ends()


@needs("python3")
def session_inherited_port(world):
    """A port that the config names is open before the program is, and passed as systemd does.

    PM2's complaints 24 and 25: a restart meets its own port in use; clusters are for node alone."""
    port = free_port()
    world.file("web.py", INHERITS)
    config = world.file("web.yaml", f"""
name: shop
apps:
  - {{name: web, script: web.py, interpreter: python3, instances: 2, port: {port}}}
""")
    world.run("start", config)
    first = online(world, 2)
    visitors = Visitors(port)
    try:
        visitors.more()
        world.run("reload", "web")
        assert first.isdisjoint(online(world, 2))
        visitors.more()
    finally:
        visitors.leave()
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken = free_port()
        other.bind(("::", taken))
        other.listen()
        done = world.json("start", os.path.join(world.folder, "web.py"), "--name", "late", "--interpreter", "python3",
                          "--port", str(taken), "--exec-mode", "cluster", code=1)
        assert [one["code"] for one in done["failures"]] == ["OD4007"], done
    world.ends()


def session_counts_up(world):
    """incrementVar and instanceVar, a count by CPUs, restarts that are counted anew."""
    config = world.file("many.yaml", """
name: shop
apps:
  - {name: job, script: 'sleep 1000', instances: 2, incrementVar: PORT, instanceVar: WORKER, env: {PORT: 3000}}
  - {name: cpus, script: 'sleep 1000', instances: max}
""")
    world.run("start", config)
    second = {one["name"]: one for one in world.json("env", "job#1", "--show")[0]["variables"]}
    assert (second["PORT"]["value"], second["PORT"]["source"]) == ("3001", "incrementVar"), second["PORT"]
    assert second["WORKER"]["value"] == "1" and "NODE_APP_INSTANCE" not in second
    assert len(world.json("info", "cpus")) == len(os.sched_getaffinity(0))
    world.run("reload", "job")
    assert {one["restarts"] for one in world.list().values() if one["name"] == "job"} == {1}
    world.run("reset", "job")
    assert {one["restarts"] for one in world.list().values()} == {0}
    world.run("scale", "cpus", "0", code=2)
    wrong = world.file("wrong.yaml", "name: w\napps: [{name: a, script: 'sleep 9', execMode: cluster}]\n")
    world.run("start", wrong, code=2)
    world.ends()


def session_signal_and_stdin(world):
    """Signals go to the main process only; lines reach stdin, also after the engine was killed."""
    world.file("ear.sh", "trap 'echo heard' USR1\nsleep 1000 &\nwhile :; do read -r line && echo \"got $line\"; done\n")
    world.run("start", os.path.join(world.folder, "ear.sh"), "--interpreter", "sh", "--stdin", "pipe")
    pid = world.becomes("ear#0", "online")["pid"]
    world.run("send", "ear", "hello", "you")
    wait("the line is read", lambda: b"got hello you" in world.log("ear#0"))
    os.kill(world.status()["pid"], signal.SIGKILL)
    world.run("send", "ear", "again")
    wait("the line is read", lambda: b"got again" in world.log("ear#0"))
    world.run("signal", "USR1", "ear")
    wait("the signal is heard", lambda: b"heard" in world.log("ear#0"))
    world.run("signal", "ear", "sigusr1")
    assert world.pids()["ear#0"] == pid
    screen = world.terminal()
    screen.type("od attach ear")
    screen.sees("got again")
    screen.type("from a terminal")
    screen.sees("got from a terminal")
    screen.keys("C-d")
    wait("the app goes on", lambda: world.pids()["ear#0"] == pid)
    world.run("start", os.path.join(world.folder, "ear.sh"), "--interpreter", "sh", "--stdin", "pipe", "--name", "json",
              "--set", "logType=json")
    screen.type("clear; od attach json")
    screen.type("of a record")
    screen.sees("got of a record")
    assert "timestamp" not in screen.screen(), screen.screen()
    screen.keys("C-d")
    world.run("start", "sleep 1000", "--name", "deaf")
    world.run("send", "deaf", "x", code=1)
    world.run("stop", "ear")
    world.run("signal", "HUP", "ear", code=1)
    world.run("signal", "SIGNONE", "ear", code=2)
    world.ends()
