"""Nothing is lost: numbered lines of apps that end at once, in every format, whatever else happens meanwhile."""
import contextlib
import json
import os
import signal
import subprocess
import threading

from terminal import wait
from world import Skipped, read
from written import FORMATS, fleet, unpacked, whole

LONG = os.environ.get("OD_LONG") == "1"
RUNS = 1000 if LONG else 8
LINES = 700
NEWLINE = b"\n"
# Files of a session with rotation are no longer than this, but for the end of a line.
MOST = 64 << 10
TURNING = ", logRotation: {maxSize: 64K, maxFiles: 10000, maxTotal: 0}"
FOR_EVER = ", logRotation: {maxSize: 0}"

# Writes numbered lines at each start, as fast as it can, and ends at once, each time in another way. What it has done
# is counted in a file; at the end it stays.
WRITER = """
import os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
name = os.environ["NODE_APP_INSTANCE"] + "-" + os.environ["OD_NAME"]
path = os.path.join(sys.argv[1], name)
count = int(open(path).read()) + 1 if os.path.exists(path) else 1
if count > int(sys.argv[2]):
    open(path + ".done", "w").close()
    signal.pause()
with open(path + ".new", "w") as file:
    file.write(str(count))
os.rename(path + ".new", path)
text = b"".join(b"%s run %d line %d %s\\n" % (name.encode(), count, n, b"." * (n * 7919 % 90)) for n in range(700))
while text:
    text = text[os.write(1, text):]
if count % 3 == 0:
    os._exit(3)
os.kill(os.getpid(), signal.SIGKILL if count % 3 == 1 else signal.SIGABRT)
"""


def expected(name, runs):
    return [f"{name} run {run} line {n} " + "." * (n * 7919 % 90) for run in range(1, runs + 1) for n in range(LINES)]


def same(kind, seen, lines):
    wrong = [(index, a, b) for index, (a, b) in enumerate(zip(seen, lines)) if a != b][:3]
    assert seen == lines, (kind, len(seen), len(lines), wrong)


class Writers:
    """One app for each format, which writes at each of its starts and ends at once."""

    def __init__(self, world, options="", instances=1):
        # All instances of an app together have RUNS runs.
        self.world, self.runs, self.instances = world, -(-RUNS // instances), instances
        runs = self.runs
        self.place = os.path.join(world.folder, "counts")
        os.mkdir(self.place)
        script = world.file("writer.py", WRITER)
        merged = ", mergeLogs: true" if instances > 1 else ""
        world.run("up", fleet(world, [
            f"{{name: {kind}, script: {script}, interpreter: python3, args: [{self.place}, '{runs}'], restartDelay: 0, "
            f"restartMaxDelay: 0, maxRestarts: {runs + 1}, crashLogs: 5, logType: {kind}, instances: {instances}"
            f"{merged}{options}}}" for kind in FORMATS]), "--no-dashboard")

    def names(self, kind):
        return [f"{number}-{kind}" for number in range(self.instances)]

    def path(self, kind):
        name = f"{kind}-0" if self.instances == 1 else f"{kind}.merged"
        return os.path.join(self.world.home, "logs", "w", f"{name}.out.log")

    def are_done(self):
        return all(os.path.exists(os.path.join(self.place, name + ".done"))
                   for kind in FORMATS for name in self.names(kind))

    def wait(self):
        wait("all runs are over", self.are_done, 60 + RUNS * 2)

    def check(self):
        for kind in FORMATS:
            path, count = self.path(kind), self.runs * self.instances * LINES

            def data():
                return b"".join(whole(path))

            wait(f"{path} has all lines", lambda: data().count(NEWLINE) >= count, 60,
                 lambda: f"{data().count(NEWLINE)} of {count}")
            said = data()
            for number, name in enumerate(self.names(kind)):
                own = of_instance(kind, said, name, number if self.instances > 1 else None)
                same(kind, unpacked(kind, own).decode().splitlines(), expected(name, self.runs))

    def check_parts(self):
        for kind in FORMATS:
            parts = whole(self.path(kind))
            assert len(parts) > 1, kind
            for part in parts[:-1]:
                assert part.endswith(b"\n") and len(part) <= MOST + 300, (kind, len(part), part[-100:])


def of_instance(kind, data, name, number):
    """What one instance wrote into a log that several share."""
    if number is None:
        return data
    own = {"raw": f"{name} ".encode(), "text": f" out#{number}".encode(), "json": f'"instanceId":{number},'.encode()}
    return b"".join(line + b"\n" for line in data.split(b"\n")[:-1] if own[kind] in line)


def has_all(path, count):
    """A follower of so many lines may be long behind, but it gets on."""
    seen = -1
    while seen < count:
        before = seen
        seen = wait(f"{path} gets on", lambda: (now := read(path).count(NEWLINE)) > before and now, 60,
                    lambda: f"{before} of {count}")


@contextlib.contextmanager
def followers(world, writers):
    """Somebody follows each log from its beginning; at the end he has seen it byte for byte."""
    seen = {kind: open(os.path.join(world.folder, f"seen-{kind}"), "wb") for kind in FORMATS}
    running = [subprocess.Popen([world.od, "logs", f"w/{kind}", "--out", "-f", "--json", "--since", "1h"],
                                env=world.environment, stdout=file, stdin=subprocess.DEVNULL)
               for kind, file in seen.items()]
    try:
        yield
        for kind, file in seen.items():
            has_all(file.name, writers.runs * writers.instances * LINES)
            own = {name: [] for name in writers.names(kind)}
            for line in read(file.name).split(NEWLINE)[:-1]:
                message = json.loads(line)["message"]
                own.get(message.split(" ")[0], own[writers.names(kind)[0]]).append(message)
            for name, messages in own.items():
                same(kind, messages, expected(name, writers.runs))
    finally:
        for one in running:
            one.kill()
            one.wait()
        for file in seen.values():
            file.close()


@contextlib.contextmanager
def deaths(world, *roles, pause=0.3):
    """Kills processes of the daemon in turn, again and again, until the body is through."""
    over, failures, count = threading.Event(), [], [0]

    def body():
        try:
            while not over.wait(pause):
                for role in roles:
                    status = world.status()
                    os.kill(status[role], signal.SIGKILL)
                    count[0] += 1
                    wait(f"another {role}", lambda: (now := status_or_none(world)) and now[role] != status[role])
        except Exception as failure:        # told in the session's own thread
            failures.append(failure)

    thread = threading.Thread(target=body)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert not failures, failures
    assert count[0] > 0
    print(f"      {count[0]} kills", flush=True)


def status_or_none(world):
    done = subprocess.run([world.od, "daemon", "status", "--json"], env=world.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    return json.loads(done.stdout) if done.returncode == 0 else None


def session_last_lines_before_a_sudden_end_are_kept(world):
    writers = Writers(world, options=FOR_EVER)
    writers.wait()
    writers.check()
    world.ends()


def session_last_lines_are_kept_over_rotation(world):
    writers = Writers(world, options=TURNING)
    writers.wait()
    writers.check()
    writers.check_parts()
    world.ends()


def session_last_lines_reach_a_follower(world):
    writers = Writers(world, options=TURNING)
    with followers(world, writers):
        writers.wait()
        writers.check()
    world.ends()


def session_last_lines_of_instances_with_one_file_are_kept(world):
    writers = Writers(world, instances=3, options=FOR_EVER)
    writers.wait()
    writers.check()
    world.ends()


def session_last_lines_outlive_the_engine(world):
    """The engine is killed again and again, while files are put aside and somebody follows."""
    writers = Writers(world, options=TURNING)
    with followers(world, writers):
        with deaths(world, "pid"):
            writers.wait()
        writers.check()
        writers.check_parts()
    world.ends()


def session_last_lines_outlive_engine_and_keeper(world):
    """Killed in turn, while instances share their files."""
    if not LONG:
        raise Skipped("counted with OD_LONG=1 only")
    writers = Writers(world, instances=2, options=TURNING)
    with deaths(world, "pid", "keeperPid", pause=1):
        writers.wait()
    writers.check()
    world.ends()
