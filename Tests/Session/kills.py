"""The promise: `kill -9` of the engine under load, again and again, and nothing is lost."""
import collections
import os
import random
import select
import signal
import statistics
import subprocess
import time

from terminal import wait
from world import ROOT

KILLS = 200 if os.environ.get("OD_LONG") == "1" else 25
WRITERS = 16
# These end by themselves with a code of their own, and are started again.
ENDERS = {f"ender{number}": 10 + number for number in range(4)}
RATE = 2000
LINES = 3000


def probe():
    path = os.path.join(ROOT, ".build", "debug", "probe")
    assert os.access(path, os.X_OK), "there is no probe: swift build --product probe"
    return path


def fleet(world):
    apps = [f"  - {{name: writer{number}, script: {probe()}, args: [lines, '100000000', '{RATE}']}}"
            for number in range(WRITERS)]
    apps += [f"  - {{name: {name}, script: {probe()}, args: [lines, '{LINES}', '{RATE}', '{code}'], restartDelay: 0}}"
             for name, code in ENDERS.items()]
    return world.file("fleet.yaml", "name: load\napps:\n" + "\n".join(apps) + "\n")


def answered_after_kill(world):
    """Kills the engine; seconds until another has answered `od list`."""
    with open(os.path.join(world.home, "engine.pid")) as file:
        pid = int(file.read())
    began = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    listed = world.list()
    return time.monotonic() - began, listed


def numbers(world, name):
    """What an app has written: the number at the end of each line, every line whole."""
    lines = world.log(f"{name}#0", namespace="load").split(b"\n")
    return [int(line[-7:] if len(line) == 13 and line.startswith(b"probe ") else b"-1") for line in lines if line]


def follow(world):
    """A client that sees all of one log."""
    return subprocess.Popen([world.od, "logs", "writer0", "-f", "--raw", "--lines", "10000000"],
                            env=world.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def session_kills_under_load_lose_nothing(world):
    world.run("up", fleet(world), "--no-dashboard")
    before = {label: pid for label, pid in world.pids().items() if label.startswith("writer")}
    assert len(before) == WRITERS and all(before.values()), before
    follower = follow(world)
    took, rolls = [], random.Random(11)
    for _ in range(KILLS):
        time.sleep(1 + rolls.random() / 4)      # the load goes on; the moment of the kill is by chance
        seconds, listed = answered_after_kill(world)
        took.append(seconds)
        assert {label: listed[label].get("pid") for label in before} == before
        for name, code in ENDERS.items():
            ended = listed[f"{name}#0"].get("exit")
            assert ended in (None, {"code": code}), (name, ended)
    print(f"      engine killed {KILLS} times, answered `od list` after "
          f"{statistics.median(took) * 1000:.0f} ms (median), "
          f"{max(took) * 1000:.0f} ms at most", flush=True)
    check_all(world, before, follower)
    world.ends()


def check_all(world, before, follower):
    """Stops all; every line of every run is in its log once, in order, and every exit was seen."""
    world.run("stop", "all")
    listed = world.list()
    wait("the streams' ends", lambda: settled(world))
    for label in before:
        seen = numbers(world, label[:-2])
        assert seen == list(range(1, len(seen) + 1)), (label, gaps(seen))
    for name, code in ENDERS.items():
        # The last run was stopped; each one before ended by itself.
        assert listed[f"{name}#0"].get("exit") in ({"code": code}, {"signal": signal.SIGTERM}), listed[f"{name}#0"]
        seen = numbers(world, name)
        runs = listed[f"{name}#0"]["restarts"] + 1
        # The end of one run and the begin of the next may stand side by side: every number comes once a run.
        last = len(seen) - (runs - 1) * LINES
        assert 0 <= last <= LINES, (name, runs, len(seen))
        counts = collections.Counter(seen)
        wanted = {number: runs - (number > last) for number in range(1, LINES + 1)}
        assert counts == {number: times for number, times in wanted.items() if times}, name
    check_follower(world, follower)


def settled(world):
    """The files do not grow any more: all apps are stopped, what is in the pipes is read."""
    def ends():
        return [world.log_end(f"writer{number}#0", namespace="load") for number in range(WRITERS)]

    before = ends()
    time.sleep(0.3)
    return before == ends()


def check_follower(world, follower):
    """A client that was connected all the time has seen the file, byte for byte, over all reconnects."""
    wanted = world.log("writer0#0", namespace="load")
    got = bytearray()
    os.set_blocking(follower.stdout.fileno(), False)

    def arrived():
        """As long as more comes, there is more to come."""
        while select.select([follower.stdout], [], [], 0.5)[0] and (part := follower.stdout.read()):
            got.extend(part)
        return len(got) >= len(wanted)

    wait("the follower's last line", arrived, 60, lambda: f" ({len(got)} of {len(wanted)} bytes)")
    follower.kill()
    follower.wait()
    assert got == wanted, "the follower saw something else than what is in the file"


def gaps(seen):
    """Where the row of numbers breaks, for the message."""
    return [(index, a, b) for index, (a, b) in enumerate(zip(seen, seen[1:])) if b not in (a + 1, 1)][:5]
