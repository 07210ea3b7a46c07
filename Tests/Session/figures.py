"""Prints figures of the od under test: latencies in ms, memory in MiB. Nothing is judged here.

The machine decides most of them: compare two builds in one run, not two days.
"""
import os
import signal
import statistics
import subprocess
import sys
import time

import floods
from terminal import wait
from world import World

APPS = 100


def timed(body):
    began = time.perf_counter()
    body()
    return (time.perf_counter() - began) * 1000


def show(name, value, unit):
    print(f"{name:<44}{value:>10.2f} {unit}")


def memory(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Rss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def show_memory(world, when):
    status = world.status()
    show(f"keeper, {when}", memory(status["keeperPid"]), "MiB")
    show(f"engine, {when}", memory(status["pid"]), "MiB")


def switches(pid):
    """Context switches of a process by thread."""
    result = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as file:
            result[task] = sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return result


def at_rest(pid, seconds=10):
    """Context switches a second of the threads that live all the time."""
    before = switches(pid)
    time.sleep(seconds)
    return sum(count - before[task] for task, count in switches(pid).items() if task in before) / seconds


def restart_gaps(world):
    """Milliseconds from SIGKILL to the first thing that the next run does: a line in a file."""
    path = os.path.join(world.folder, "starts")
    gaps = []
    for _ in range(20):
        before = world.list()["app0#0"]
        count = starts(path)
        began = time.perf_counter()
        os.kill(before["pid"], signal.SIGKILL)
        while starts(path) == count:
            assert time.perf_counter() < began + 10, "it was not started again"
        gaps.append((time.perf_counter() - began) * 1000)
        wait("it is listed", lambda: world.list()["app0#0"].get("pid") not in (None, before["pid"]))
    return gaps


def starts(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0


def main():
    # Asked to end, it still cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    world = World()
    try:
        show("first list, with the start of the daemon", timed(lambda: world.run("list")), "ms")
        show("list, nothing runs (median of 50)",
             statistics.median(timed(lambda: world.run("list")) for _ in range(50)), "ms")
        show_memory(world, "nothing runs")

        script = world.file("app.sh", f"echo >> {world.folder}/starts\nexec sleep 1000\n")
        fleet = world.file("fleet.yaml", "name: bench\napps:\n" + "".join(
            f"  - {{name: app{number}, script: {script},"
            f" restartStrategy: fixed, restartDelay: 0, maxRestarts: 1000}}\n"
            for number in range(APPS)))
        show(f"up with {APPS} apps", timed(lambda: world.run("up", fleet, "--no-dashboard")), "ms")
        show(f"list, {APPS} apps (median of 50)",
             statistics.median(timed(lambda: world.run("list")) for _ in range(50)), "ms")
        show_memory(world, f"{APPS} apps")
        show("kill -9 to the next start (median of 20)", statistics.median(restart_gaps(world)), "ms")

        show("context switches of the engine at rest", at_rest(world.status()["pid"]), "a second")

        show(f"stop all, {APPS} apps", timed(lambda: world.run("stop", "all")), "ms")

        floods.show_floods(world, show)
        floods.show_others(world, show)
        subprocess.run([world.od, "daemon", "stop"], env=world.environment, stdout=subprocess.DEVNULL, check=True)
    finally:
        world.close()


if __name__ == "__main__":
    main()
