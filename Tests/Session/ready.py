"""Readiness: in each idiom, late, never, and while engines and keepers die; the message that asks to end."""
import os
import re
import signal
import socket
import subprocess
import time

from terminal import wait

NODE = """
    const fs = require('fs');
    process.on('message', m => { if (m === 'shutdown') { console.log('bye'); process.exit(0); } });
    process.on('SIGTERM', () => console.log('a signal'));
    const go = process.argv[2], said = () => fs.writeFileSync(go + '.said', '');
    setInterval(() => { if (fs.existsSync(go)) process.send('ready', said); }, 20);
"""
# Says what stands in a file to NOTIFY_SOCKET, as often as the file changes.
NOTIFY = """
import os, socket, sys, time
name = os.environ["NOTIFY_SOCKET"]
line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
print("up", os.environ.get("WATCHDOG_USEC"), flush=True)
last = ""
while True:
    said = open(sys.argv[1]).read() if os.path.exists(sys.argv[1]) else ""
    if said != last or "WATCHDOG" in said:
        line.sendto(said.encode(), name.replace("@", "\\0", 1))
    last = said
    time.sleep(0.02)
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def up(world, apps, name="fleet"):
    path = world.file(f"{name}.yaml", f"name: {name}\napps:\n" + "".join(f"  - {app}\n" for app in apps))
    world.run("up", path, "--no-dashboard")


def engine(world):
    with open(os.path.join(world.home, "engine.pid")) as file:
        return int(file.read())


def kill_engine(world):
    old = engine(world)
    os.kill(old, signal.SIGKILL)
    wait("another engine is there", lambda: world.list_or_none() is not None and engine(world) != old)


def session_every_idiom_of_readiness(world):
    """Starting until it is said, online then; with all the others that are waited for at the same time."""
    go, port = os.path.join(world.folder, "go"), free_port()
    held = world.file("held.sh", f"while [ ! -e {go} ]; do sleep 0.02; done\n")
    notify = world.file("notify.py", NOTIFY)
    said = world.file("said", "")
    up(world, [
        f"{{name: line, script: \"sh -c '. {held}; echo done >&4; exec sleep 1000'\", ready: {{notify: fd, fd: 4}}}}",
        f"{{name: port, script: \"sh -c '. {held}; exec python3 -m http.server -b 127.0.0.1 {port}'\","
        f" ready: {{port: {port}}}}}",
        f"{{name: log, script: \"sh -c 'echo no; . {held}; echo listening on 80; exec sleep 1000'\","
        " ready: {log: '^listening on [0-9]+$'}}",
        f"{{name: notify, script: 'python3 {notify} {said}', ready: systemd}}",
        f"{{name: at-once, script: 'sleep 1000'}}",
    ])
    names = ("line", "port", "log", "notify")
    world.becomes("at-once#0", "online")
    wait("they run", lambda: all(world.pids()[f"{name}#0"] for name in names))
    shown = world.list()
    assert {shown[f"{name}#0"]["status"] for name in names} == {"starting"}, shown
    assert "waits for port" in shown["port#0"]["reason"], shown["port#0"]
    assert "waits for a line on descriptor 4" in world.run("info", "line")
    pids = world.pids()
    world.file("go", "")
    world.file("said", "READY=1\nSTATUS=serving 3 of 7\n")
    for name in names:
        assert world.becomes(f"{name}#0", "online")["restarts"] == 0
    assert world.pids() == pids
    wait("its words are shown", lambda: world.list()["notify#0"].get("message") == "serving 3 of 7")
    assert "serving 3 of 7" in world.run("info", "notify")
    world.ends()


def session_node_says_ready_and_hears_shutdown(world):
    """An app written for PM2, over the death of the engine and of both keepers."""
    app, go = world.file("app.js", NODE), os.path.join(world.folder, "go")
    up(world, [f"{{name: pm2, script: {app}, args: [{go}], waitReady: true, shutdownWithMessage: true}}"])
    assert world.list()["pm2#0"]["status"] == "starting"
    pid = world.pids()["pm2#0"]
    kill_engine(world)
    assert world.list()["pm2#0"]["status"] == "starting"
    status = world.status()
    for one in (status["sparePid"], status["keeperPid"]):
        os.kill(one, signal.SIGSTOP)
    for one in (status["sparePid"], status["keeperPid"]):
        os.kill(one, signal.SIGKILL)
    wait("another keeper is there", lambda: world.status()["keeperPid"] != status["keeperPid"])
    assert world.list()["pm2#0"]["status"] == "starting"
    # What is said while there is no engine is there for the next.
    os.kill(engine(world), signal.SIGSTOP)
    world.file("go", "")
    wait("it is said", lambda: os.path.exists(go + ".said"))
    os.kill(engine(world), signal.SIGKILL)
    one = world.becomes("pm2#0", "online")
    assert one["pid"] == pid and one["restarts"] == 0, one
    kill_engine(world)
    assert world.list()["pm2#0"]["status"] == "online"
    world.run("stop", "pm2")
    assert world.list()["pm2#0"]["exit"] == {"code": 0}
    assert b"bye" in world.log("pm2#0", namespace="fleet") and b"a signal" not in world.log("pm2#0", namespace="fleet")
    world.ends()


session_node_says_ready_and_hears_shutdown.needs = ["node"]


def session_what_is_not_ready_is_never_online(world):
    """PM2's complaint 12. `--wait` says why with 1, and shows stderr."""
    up(world, ["{name: late, script: \"sh -c 'echo no luck >&2; exec sleep 1000'\", ready: {port: 1}, "
               "listenTimeout: 300, restart: never}",
               "{name: early, script: \"sh -c 'echo bad luck >&2; exit 0'\", ready: {port: 1}, restart: never}"])
    for name, words in (("late", "it was not ready in 300 ms: no port 1"),
                        ("early", "it ended before it was ready: exit 0, no port 1")):
        assert world.becomes(f"{name}#0", "errored")["reason"] == words
        online = world.json("events", "process:online", "-n", "100")
        assert not [one for one in online if one["process"]["name"] == name]
        assert name in world.run("restart", name, "--wait", code=1)
    path = world.file("slow.yaml", "name: slow\napps:\n  - {name: slow, script: 'sleep 1000', ready: {port: 1}}\n")
    failed = world.json("start", path, "--wait", "--wait-timeout", "300ms", code=1)["failures"]
    assert failed[0]["code"] == "OD4003" and "waits for port 1" in failed[0]["why"], failed
    assert world.list()["slow#0"]["status"] == "starting"
    # Nothing of an app was started that waits for another: what it said when it ran last is no reason.
    path = world.file("held.yaml", """\
name: held
apps:
  - {name: base, script: 'sleep 1000', ready: {port: 1}, listenTimeout: 1h, autoStart: false}
  - {name: top, script: "sh -c 'echo old words >&2; exec sleep 1000'", dependencies: [base], autoStart: false}
""")
    world.run("start", path)
    world.run("start", "top", "--no-deps", "--wait")
    wait("its words are in its log", lambda: "old words" in world.output("logs", "top"))
    world.run("stop", "top")
    words = [world.od, "start", "top", "--wait", "--wait-timeout", "300ms"]
    done = subprocess.run(words, env=world.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "it waits for base (starting), after 300 ms" in said, said
    assert "od why top#0" in said and "old words" not in said, said
    world.run("start", "sleep 1000", "-n", "plain", "--wait")
    world.run("start", "slow", "--wait-timeout", "1s", code=2)
    world.ends()


def session_the_time_to_be_ready_goes_on(world):
    """Another engine waits for what is left of listenTimeout, not for all of it again."""
    up(world, ["{name: late, script: 'sleep 1000', ready: {port: 1}, listenTimeout: 3s, restart: never}"])
    began = time.monotonic()
    while world.list()["late#0"]["status"] == "starting" and time.monotonic() - began < 10:
        kill_engine(world)
    assert world.becomes("late#0", "errored")["reason"].startswith("it was not ready in 3000 ms")
    world.ends()


def session_a_watchdog_that_is_not_fed(world):
    """It gets SIGABRT and is started again; strangers on its socket are not believed."""
    notify, said = world.file("notify.py", NOTIFY), world.file("said", "")
    up(world, [f"{{name: dog, script: 'python3 {notify} {said}', ready: {{notify: systemd, watchdog: 500ms}}}}"])
    wait("it is up", lambda: b"up 500000" in world.log("dog#0", namespace="fleet"))
    with open(f"/proc/{world.pids()['dog#0']}/environ", "rb") as file:
        name = re.search(rb"NOTIFY_SOCKET=([^\0]*)", file.read())[1].replace(b"@", b"\0", 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        for _ in range(50):
            stranger.sendto(b"READY=1\nSTATUS=mine", name)
    one = world.list()["dog#0"]
    assert one["status"] == "starting" and "message" not in one, one
    world.file("said", "READY=1\nWATCHDOG=1\n")
    pid = world.becomes("dog#0", "online")["pid"]
    time.sleep(1)
    assert world.pids()["dog#0"] == pid
    world.file("said", "READY=1\n")
    wait("it was ended", lambda: world.pids()["dog#0"] != pid)
    assert world.list()["dog#0"]["exit"]["signal"] == signal.SIGABRT
    world.becomes("dog#0", "online")
    world.ends()


def session_systemd_notify_does_not_wait(world):
    """Its BARRIER=1 ends when we have read what came before."""
    script = "sh -c 'systemd-notify --ready && echo passed; exec sleep 1000'"
    up(world, [f'{{name: tool, script: "{script}", ready: systemd}}'])
    world.becomes("tool#0", "online")
    wait("the barrier is open", lambda: b"passed" in world.log("tool#0", namespace="fleet"))
    world.ends()


session_systemd_notify_does_not_wait.needs = ["systemd-notify"]
