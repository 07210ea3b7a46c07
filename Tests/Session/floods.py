"""Figures of logs: what a flood costs, and what others feel of it. Printed by figures.py."""
import os
import signal
import statistics
import subprocess
import time

from terminal import wait

# Million bytes of an app that writes as fast as it can.
SIZE = int(os.environ.get("OD_FLOOD", "200"))
LINE = 100
TICKS = os.sysconf("SC_CLK_TCK")
# Lines a second of the flood during which others are looked at.
RATE = 50_000
LOOKS = 60

FLOOD = """
import os, signal, sys
while not os.path.exists(sys.argv[1]): signal.sigtimedwait([], 0.01)
text = b"".join(b"%0{digits}d\\n" % n for n in range(10000))
for _ in range(int(sys.argv[2])):
    rest = memoryview(text)
    while rest: rest = rest[os.write(1, rest):]
signal.pause()
"""

STEADY = """
import os, time
text = b"".join(b"%0{digits}d\\n" % n for n in range({count}))
due = time.monotonic()
while True:
    rest = memoryview(text)
    while rest: rest = rest[os.write(1, rest):]
    due += 0.02
    time.sleep(max(0, due - time.monotonic()))
"""

ROWS = (
    ("raw", "logType: raw, logRotation: {maxSize: 0}", False),
    ("raw, put aside every 10 MB", "logType: raw, logRotation: {maxSize: 10M, maxFiles: 9999, maxTotal: 0, "
                                   "compress: false}", False),
    ("text", "logType: text, logRotation: {maxSize: 0}", False),
    ("json", "logType: json, logRotation: {maxSize: 0}", False),
    ("raw, with a follower", "logType: raw, logRotation: {maxSize: 0}", True),
)


def seconds(*pids):
    """CPU seconds that processes have used."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def peak(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024


def lines_of(folder, name):
    """Lines in all files of a log."""
    total = 0
    for entry in os.listdir(folder):
        if entry.startswith(f"{name}-0.out.log") and not entry.endswith(".idx"):
            with open(os.path.join(folder, entry), "rb") as file:
                while block := file.read(1 << 20):
                    total += block.count(b"\n")
    return total


def size_of(folder, name):
    total = 0
    for entry in os.listdir(folder) if os.path.isdir(folder) else []:
        if entry.startswith(f"{name}-0.out.log") and not entry.endswith(".idx"):
            try:
                total += os.path.getsize(os.path.join(folder, entry))
            except FileNotFoundError:
                pass
    return total


def show_floods(world, show):
    script = world.file("flood.py", FLOOD.format(digits=LINE - 1))
    status = world.status()
    engine, keeper = status["pid"], status["keeperPid"]
    folder = os.path.join(world.home, "logs", "floods")
    for number, (label, options, follows) in enumerate(ROWS):
        name, go = f"flood{number}", os.path.join(world.folder, f"go{number}")
        config = world.file("floods.yaml", f"name: floods\napps:\n  - {{name: {name}, script: {script}, "
                                           f"interpreter: python3, args: [{go}, '{SIZE}'], {options}}}\n")
        world.run("up", config, "--no-dashboard")
        follower = follow(world, name) if follows else None
        used, began = seconds(engine, keeper), time.perf_counter()
        open(go, "w").close()
        # A record has the bytes of its line and more.
        wanted = SIZE * 1_000_000 * record(folder, name, label)
        wait(f"the bytes of {label}", lambda: size_of(folder, name) >= wanted, 300)
        took = time.perf_counter() - began
        used = seconds(engine, keeper) - used
        show(f"flood of {SIZE} MB, {label}", SIZE / took, "MB/s")
        show("    CPU of engine and keeper", used * 1000 / SIZE, "s for a GB")
        show("    most memory of the engine", peak(engine), "MiB")
        wait("the last line", lambda: lines_of(folder, name) >= SIZE * 10_000)
        show("    lines lost", SIZE * 10_000 - lines_of(folder, name), "")
        if follower:
            follower.kill()
            follower.wait()
        world.run("delete", f"floods/{name}")
        for entry in os.listdir(folder):
            os.unlink(os.path.join(folder, entry))


def record(folder, name, label):
    """How much longer a record is than its line."""
    if label.startswith("raw"):
        return 1
    path = os.path.join(folder, f"{name}-0.out.log")
    wait("the first record", lambda: size_of(folder, name) > 1000)
    with open(path, "rb") as file:
        return len(file.readline()) / LINE


def follow(world, name):
    return subprocess.Popen([world.od, "logs", f"floods/{name}", "-f", "--raw", "--since", "1h"],
                            env=world.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def show_others(world, show):
    """What `od list` and a restart take, in quiet and during a flood of 50,000 lines a second."""
    steady = world.file("steady.py", STEADY.format(digits=LINE - 1, count=RATE // 50))
    calm = world.file("calm.sh", f"echo >> {world.folder}/calm\nexec sleep 1000\n")
    world.run("start", calm, "--name", "calm", "--interpreter", "sh", "--set", "maxRestarts=10000",
              "--restart-delay", "0")
    for when in ("in quiet", f"while {RATE} lines/s are written"):
        if when != "in quiet":
            world.run("start", steady, "--name", "steady", "--interpreter", "python3")
            before = world.log_end("steady#0")
            wait("it writes", lambda: world.log_end("steady#0") != before)
        lists = sorted(timed(lambda: world.run("list")) for _ in range(LOOKS))
        show(f"list, {when} (median)", statistics.median(lists), "ms")
        show(f"list, {when} (p95)", lists[int(LOOKS * 0.95)], "ms")
        gaps = sorted(restart(world) for _ in range(20))
        show(f"kill -9 to the next start, {when} (median)", statistics.median(gaps), "ms")
        show(f"kill -9 to the next start, {when} (most)", gaps[-1], "ms")
        show(f"restart, {when} (median of 20)",
             statistics.median(timed(lambda: world.run("restart", "calm")) for _ in range(20)), "ms")


def timed(body):
    began = time.perf_counter()
    body()
    return (time.perf_counter() - began) * 1000


def restart(world):
    """Milliseconds from SIGKILL to the first thing that the next run does."""
    path = os.path.join(world.folder, "calm")
    before = world.list()["calm#0"]
    size = os.path.getsize(path)
    began = time.perf_counter()
    os.kill(before["pid"], signal.SIGKILL)
    while os.path.getsize(path) == size:
        assert time.perf_counter() < began + 30, "it was not started again"
    took = (time.perf_counter() - began) * 1000
    wait("it is listed", lambda: world.list()["calm#0"].get("pid") not in (None, before["pid"]))
    return took
