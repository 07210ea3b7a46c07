"""What logs cost: system calls of the pump, memory of a search."""
import os
import re
import signal
import subprocess

from sessions import needs
from terminal import wait
from written import FORMATS, fleet

LONG = os.environ.get("OD_LONG") == "1"
LINE = 100
# Calls for each million bytes; a batch is a quarter of a pipe at least, and takes seven.
CALLS = 500

# Waits for a file, then writes so many million bytes of numbered lines.
FLOOD = """
import os, signal, sys
while not os.path.exists(sys.argv[1]): signal.sigtimedwait([], 0.02)
for part in range(int(sys.argv[2])):
    text = memoryview(b"".join(b"%0{digits}d\\n" % n for n in range(part * 10000, part * 10000 + 10000)))
    while text: text = text[os.write(1, text):]
signal.pause()
"""


class Floods:
    """Apps that write when they are told to."""

    def __init__(self, world, apps):
        """`apps`: how many million bytes, and options, by name."""
        self.world = world
        script = world.file("flood.py", FLOOD.format(digits=LINE - 1))
        self.sizes = {name: size for name, (size, _) in apps.items()}
        world.run("up", fleet(world, [
            f"{{name: {name}, script: {script}, interpreter: python3, args: [{self.go(name)}, '{size}'], {options}}}"
            for name, (size, options) in apps.items()]), "--no-dashboard")

    def go(self, name):
        return os.path.join(self.world.folder, "go-" + name)

    def run(self, name):
        """Returns when the last line is in the file."""
        open(self.go(name), "w").close()
        last = b"%0*d" % (LINE - 1, self.sizes[name] * 10_000 - 1)
        log = os.path.join(self.world.home, "logs", "w", f"{name}-0.out.log")
        wait(f"all of {name}", lambda: last in end_of(log), 120)
        return log


def end_of(path, most=1024):
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - most))
            return file.read()
    except FileNotFoundError:
        return b""      # it was put aside just now


def thread(pid, name):
    """The thread of a process that has a name."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm") as file:
            if file.read().strip() == name:
                return int(task)
    raise AssertionError(f"no thread {name}")


@needs("strace")
def session_a_flood_costs_few_system_calls(world):
    """Bytes are moved in batches, whatever the format: calls are counted for the pump's thread."""
    size = 100 if LONG else 10
    floods = Floods(world, {kind: (size, f"logType: {kind}, logRotation: {{maxSize: 0}}") for kind in FORMATS})
    task = thread(world.status()["pid"], "od-logs")
    for kind in FORMATS:
        counts = os.path.join(world.folder, f"calls-{kind}")
        with subprocess.Popen(["strace", "-c", "-p", str(task), "-o", counts], stderr=subprocess.PIPE) as tracer:
            said = tracer.stderr.readline()
            if b"attached" not in said:
                tracer.kill()
                return f"strace may not look: {said.decode().strip()}"
            floods.run(kind)
            tracer.send_signal(signal.SIGINT)
        with open(counts) as file:
            total = re.search(r"^ *100\.00 +\S+ +\d+ +(\d+) .*total$", file.read(), re.M)
        calls = int(total[1]) / size
        print(f"      {kind}: {calls:.0f} calls for a million bytes", flush=True)
        assert 0 < calls < CALLS, (kind, calls)
    world.ends()


def peak(pid):
    """The most memory that a process ever had, bytes."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) * 1024


def session_a_burst_takes_no_more_memory(world):
    """A million bytes and many, with a follower: what the engine and the keeper take at most is the same."""
    large = 100 if LONG else 10
    floods = Floods(world, {
        f"{size}-{kind}": (large if size == "large" else 1, f"logType: {kind}, logRotation: {{maxSize: 0}}")
        for size in ("small", "large") for kind in FORMATS})
    pids = world.status()["pid"], world.status()["keeperPid"]
    with subprocess.Popen([world.od, "logs", "-f"], env=world.environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as follower:
        try:
            for kind in FORMATS:
                floods.run(f"small-{kind}")
            before = [peak(pid) for pid in pids]
            for kind in FORMATS:
                floods.run(f"large-{kind}")
            after = [peak(pid) for pid in pids]
        finally:
            follower.kill()
    print(f"      engine {before[0] >> 10} and {after[0] >> 10} KB, keeper {before[1] >> 10} and {after[1] >> 10} KB",
          flush=True)
    # Tables double their room once more; what grew with the bytes would take as many.
    assert all(large < small + (4 << 20) for small, large in zip(before, after)), (before, after)
    world.ends()


def search(world, name):
    """Searches a whole log; lines that were found, and the memory that the searching `od` took."""
    with subprocess.Popen([world.od, "logs", f"w/{name}", "--grep", "777$"], env=world.environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as verb:
        lines = verb.stdout.read().splitlines()
        _, status, usage = os.wait4(verb.pid, 0)
        verb.returncode = os.waitstatus_to_exitcode(status)
    assert verb.returncode == 0, verb.returncode
    return lines, usage.ru_maxrss * 1024


def session_a_search_takes_no_more_memory_for_more_log(world):
    """A million bytes and many, in compressed files: engine and `od` need the same."""
    large = 100 if LONG else 30
    options = "logRotation: {maxSize: 500K, maxFiles: 1000}"
    floods = Floods(world, {"small": (1, options), "large": (large, options)})
    folder = os.path.dirname(floods.run("small"))
    floods.run("large")
    plain = re.compile(r"large-0\.out\.log\.\d+")
    wait("old files are compressed", lambda: not any(plain.fullmatch(name) for name in os.listdir(folder)), 120)
    engine = world.status()["pid"]
    found, verb = search(world, "small")
    assert len(found) == 10, len(found)
    before = peak(engine)
    found, large_verb = search(world, "large")
    assert len(found) == large * 10 and found == sorted(found), len(found)
    after = peak(engine)
    print(f"      engine {before >> 10} and {after >> 10} KB, od {verb >> 10} and {large_verb >> 10} KB", flush=True)
    assert after < before * 1.1, (before, after)
    assert large_verb < verb * 1.1, (verb, large_verb)
    world.ends()
