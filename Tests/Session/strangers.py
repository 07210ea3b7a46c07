"""Another user of the machine: he can neither connect, nor read state, logs, environment or secrets, nor disturb."""
import os
import stat
import subprocess
import time

from sessions import needs
from terminal import wait

NOBODY = 65534
SECRET = "s3cr3t-of-the-app"


def as_nobody(world, program, *words):
    """Runs a Python program as somebody else; returns what it printed."""
    done = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "/usr/bin/env", "-i",
                           f"PATH={os.environ['PATH']}:/usr/bin:/bin", "python3", "-c", program, *map(str, words)],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", timeout=60,
                          stdin=subprocess.DEVNULL)
    return done.stdout.strip()


def public(world, mode=0o1777):
    """A folder in which everybody may make files, like /tmp. Homes in it have only their own modes to protect them."""
    os.chmod(world.folder, 0o755)
    folder = os.path.join(world.folder, "public")
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, mode)
    world.home = os.path.join(folder, "home")
    world.environment["OD_HOME"] = world.home
    return folder


def busy(world):
    """An app with a secret, a log, and a state."""
    script = world.file("talk.sh", f"echo {SECRET}; echo {SECRET} >&2; exec sleep 1000\n")
    world.run("start", script, "--name", "talk", "--env", f"DB_PASSWORD={SECRET}", "--env", f"PLAIN={SECRET}")
    wait("its log", lambda: SECRET.encode() in world.log("talk#0"))
    world.run("env", "talk", "--show")
    world.json("list", "--verbose")


def refusal_reason():
    return None if os.geteuid() == 0 else "only root can be somebody else"


READ = """
import os, sys
for path in sys.argv[1:]:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
        print("read", path)
    except FileNotFoundError:
        print("is not there", path)
    except OSError:
        pass
"""


@needs("setpriv")
def session_a_stranger_reads_nothing(world):
    if refusal_reason():
        return refusal_reason()
    public(world)
    busy(world)
    paths = [world.home]
    for folder, folders, files in os.walk(world.home):
        paths += [os.path.join(folder, name) for name in folders + files]
    open_to_others = [path for path in paths if os.lstat(path).st_mode & 0o077 and not os.path.islink(path)]
    assert not open_to_others, [(path, oct(os.lstat(path).st_mode)) for path in open_to_others]
    names = {os.path.relpath(path, world.home) for path in paths}
    assert {"state.db", "od.sock", "engine.log", "engine.lock", "logs/default/talk-0.out.log"} <= names, names
    assert as_nobody(world, READ, *paths) == ""
    # Root made them: who knows the names cannot even look whether they are there.
    pids = list(world.processes())
    assert len(pids) >= 3, world.processes()
    files = [f"/proc/{pid}/{name}" for pid in pids
             for name in ("environ", "maps", "mem", "fd", "cwd/.", "root/.", "io")]
    assert as_nobody(world, READ, *files) == ""
    for pid in pids:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            assert SECRET.encode() not in file.read(), pid
    for name in ("state.db", "state.db-wal", "engine.log"):
        path = os.path.join(world.home, name)
        mode = stat.S_IMODE(os.stat(path).st_mode) if os.path.exists(path) else 0o600
        assert mode == 0o600, (name, oct(mode))
    with open(os.path.join(world.home, "engine.log"), "rb") as file:
        assert SECRET.encode() not in file.read()
    # PLAIN has a name that says nothing: it is shown by `od env`, and by nothing else.
    plain = f'"PLAIN","secret":false,"source":"flag","value":"{SECRET}"'
    for words in (["list"], ["info", "talk"], ["env", "talk"], ["daemon", "logs"]):
        assert SECRET not in world.run(*words, "--json").replace(plain, "" if words[0] == "env" else plain), words
    world.ends()
    return None


CONNECT = """
import socket, sys
for speaks in (False, True):
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(10)
    try:
        one.connect(sys.argv[1])
    except OSError as error:
        print(type(error).__name__)
        continue
    hello = b'{"jsonrpc":"2.0","id":1,"method":"daemon.hello","params":{"magic":"opendaemon","version":1,"client":"x"}}'
    text = b""
    try:
        if speaks:
            one.sendall(b"\\x01" + len(hello).to_bytes(4, "big") + hello)
        while more := one.recv(65536):
            text += more
    except (BrokenPipeError, ConnectionResetError):
        pass
    print("closed", text[5:].decode(errors="replace"))
"""


@needs("setpriv")
def session_a_stranger_cannot_connect(world):
    if refusal_reason():
        return refusal_reason()
    public(world)
    busy(world)
    path = os.path.join(world.home, "od.sock")
    assert as_nobody(world, CONNECT, path).split() == ["PermissionError"] * 2
    # Even when somebody opens the doors, the engine looks who it is, says why, and hangs up.
    os.chmod(world.home, 0o755)
    os.chmod(path, 0o666)
    answer = as_nobody(world, CONNECT, path)
    assert answer.count("closed") == 2 and '"result"' not in answer, answer
    # The next verb closes the home again.
    before = world.pids()
    assert stat.S_IMODE(os.stat(world.home).st_mode) == 0o700
    assert as_nobody(world, CONNECT, path).split() == ["PermissionError"] * 2
    assert world.pids() == before
    world.ends()
    return None


KILL = """
import os, signal, sys
for pid in map(int, sys.argv[1:]):
    for number in (0, signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGHUP, signal.SIGUSR1):
        try:
            os.kill(pid, number)
            print("reached", pid)
        except PermissionError:
            pass
"""


@needs("setpriv")
def session_a_stranger_cannot_disturb(world):
    if refusal_reason():
        return refusal_reason()
    folder = public(world)
    busy(world)
    before = world.pids(), world.status()["pid"], world.status()["keeperPid"]
    assert as_nobody(world, KILL, *world.processes()) == ""
    tricks = """
import os, sys
home, folder = sys.argv[1:]
for name, trick in {
    "rename": lambda: os.rename(home, folder + "/stolen"),
    "remove": lambda: os.rmdir(home),
    "replace": lambda: os.symlink("/etc", home),
    "link the state": lambda: os.link(home + "/state.db", folder + "/state"),
    "link the log": lambda: os.link(home + "/engine.log", folder + "/log"),
    "put a file": lambda: open(home + "/config.yaml", "w"),
    "open up": lambda: os.chmod(home, 0o777),
}.items():
    try:
        trick()
        print(name)
    except OSError:
        pass
"""
    assert as_nobody(world, tricks, world.home, folder) == ""
    assert (world.pids(), world.status()["pid"], world.status()["keeperPid"]) == before
    world.ends()
    return None


@needs("setpriv")
def session_a_home_that_a_stranger_prepared_is_refused(world):
    if refusal_reason():
        return refusal_reason()
    folder = public(world)
    prepare = """
import os, socket, sys
folder = sys.argv[1]
for mode in ("700", "755", "777"):
    home = folder + "/his" + mode
    os.mkdir(home)
    os.symlink("/etc/passwd", home + "/engine.log")
    os.symlink(folder + "/target", home + "/state.db")
    os.chmod(home, int(mode, 8))
os.symlink(folder + "/his700", folder + "/link")
print("prepared")
"""
    assert as_nobody(world, prepare, folder) == "prepared"
    for name in ("his700", "his755", "his777", "link", "link/below"):
        home = os.path.join(folder, name)
        for words in (["list"], ["start", "sleep 1000"], ["daemon", "start"], ["ping"]):
            error = world.json(*words, "--home", home, code=1)["error"]
            assert error["code"] in ("OD5002", "OD6002"), (name, words, error)
    assert not os.path.exists(os.path.join(folder, "target"))
    assert not world.processes(), world.processes()
    # Ours, but others can write to it: what they put there cannot be told from what is ours.
    os.mkdir(world.home, 0o700)
    os.chmod(world.home, 0o777)
    assert world.json("list", code=1)["error"]["code"] == "OD5002"
    # Ours and closed, in a folder where anybody can rename it.
    os.chmod(world.home, 0o700)
    os.chmod(folder, 0o777)
    error = world.json("list", code=1)["error"]
    assert error["code"] == "OD5002" and "rename" in error["why"], error
    os.chmod(folder, 0o1777)
    assert world.json("list") == []
    world.ends()
    return None


@needs("setpriv")
def session_files_of_a_stranger_in_our_way_are_not_followed(world):
    """A log of ours that is to be written where everybody can put links."""
    if refusal_reason():
        return refusal_reason()
    folder = public(world)
    victim = os.path.join(world.folder, "victim")
    with open(victim, "w") as file:
        file.write("keep me")
    put = "import os, sys; os.umask(0); os.symlink(sys.argv[1], sys.argv[2] + '/out.log'); " \
          "os.mkfifo(sys.argv[2] + '/err.log', 0o666); open(sys.argv[2] + '/mine.log', 'w').close()"
    as_nobody(world, put, victim, folder)
    # Opened for reading and writing, a FIFO has a reader at once.
    reader = os.open(f"{folder}/err.log", os.O_RDWR | os.O_NONBLOCK)
    talk = "script: sh -c 'echo x; echo y >&2; sleep 1000'"
    fleet = world.file("fleet.yaml", f"name: shop\napps:\n  - {{name: a, {talk}, outFile: {folder}/out.log, "
                                     f"errorFile: {folder}/err.log}}\n  - {{name: b, {talk}, "
                                     f"outFile: {folder}/mine.log}}\n")
    world.run("up", fleet, "--no-dashboard")
    world.becomes("a#0", "online")
    wait("b has written", lambda: b"y" in world.log("b#0", "err", namespace="shop"))
    world.run("stop", "all")
    with open(victim) as file:
        assert file.read() == "keep me"
    assert os.path.getsize(f"{folder}/mine.log") == 0
    try:
        assert not os.read(reader, 1)
    except BlockingIOError:
        pass
    os.close(reader)
    world.ends()
    return None


@needs("setpriv")
def session_a_stranger_has_his_own_world(world):
    """The same programs, another user: his verbs do not see or touch ours.

    PM2's complaint 30: several users of a machine are in each other's way."""
    if refusal_reason():
        return refusal_reason()
    folder = public(world)
    busy(world)
    before = world.pids()
    done = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", world.od, "list",
                           "--json"], env=dict(world.environment, OD_HOME=world.home), cwd="/", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if done.returncode in (126, 127) or "Permission denied" in done.stderr:
        world.ends()
        return "od lies where others cannot execute it"
    assert done.returncode == 1 and '"code":"OD5002"' in done.stdout or '"code":"OD6002"' in done.stdout, done
    assert world.pids() == before and os.listdir(folder) == ["home"]
    world.ends()
    return None


LIE = """
import socket, sys, time
line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
line.setblocking(False)
name = sys.argv[1].replace("@", "\\0", 1)
print("up", flush=True)
while True:
    try:
        line.sendto(b"READY=1\\nSTATUS=a lie\\nWATCHDOG=1", name)
    except BlockingIOError:
        time.sleep(0.001)
    except OSError as error:
        print(type(error).__name__, flush=True)
        break
"""


@needs("setpriv")
def session_a_stranger_cannot_say_that_it_is_ready(world):
    """Root's sockets of sd_notify have names that all can see: what others say there is not believed, and held back."""
    if refusal_reason():
        return refusal_reason()
    go = os.path.join(world.folder, "go")
    app = world.file("app.py", f"""
import os, socket, time
line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
print(os.environ["NOTIFY_SOCKET"], flush=True)
while not os.path.exists({go!r}):
    time.sleep(0.02)
line.sendto(b"READY=1\\nSTATUS=the truth", os.environ["NOTIFY_SOCKET"].replace("@", "\\0", 1))
time.sleep(1000)
""")
    fleet = world.file("fleet.yaml", f"name: w\napps:\n  - {{name: app, script: 'python3 {app}', ready: systemd, "
                                     "listenTimeout: 10m}\n")
    world.run("up", fleet, "--no-dashboard")
    wait("its socket", lambda: b"\n" in world.log("app#0", namespace="w"))
    name = world.log("app#0", namespace="w").decode().strip()
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "python3", "-c", LIE, name]
    liar = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd="/", stdin=subprocess.DEVNULL)
    try:
        assert liar.stdout.readline() == "up\n"
        engine = world.status()["pid"]
        # All the time others are served, and nothing of it is believed.
        for _ in range(5):
            shown = world.list()["app#0"]
            assert shown["status"] == "starting" and "lie" not in str(shown), shown
        before = time_of(engine)
        began = time.monotonic()
        wait("some time", lambda: time.monotonic() - began > 0.5)
        used, passed = time_of(engine) - before, time.monotonic() - began
        assert used < 0.5 * passed, f"{used:.2f} s of {passed:.2f} s are spent on a stranger"
        world.file("go", "")
        shown = world.becomes("app#0", "online")
        assert "lie" not in str(shown) and world.status()["pid"] == engine, shown
        assert liar.poll() is None, liar.stdout.read()
    finally:
        liar.kill()
        liar.wait()
        liar.stdout.close()
    world.ends()
    return None


def time_of(pid):
    """Seconds of processor time."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
