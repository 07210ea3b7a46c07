"""Many apps: what one costs does not depend on how many there are, and at rest nothing happens."""
import concurrent.futures
import os
import time

from terminal import wait

LONG = os.environ.get("OD_LONG") == "1"
SIZES = (100, 500, 1000) if LONG else (50, 100, 200)
# Seconds over which rest is counted: figures are taken now and then, and written once a minute.
REST = 30


def switches(pid):
    """Times that each thread of the process was woken up."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/status") as file:
                found[task] = sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
        except FileNotFoundError:
            pass
    return found


def woken(pid, seconds):
    """Wake-ups within that time; a new thread counts whole."""
    before = switches(pid)
    time.sleep(seconds)
    return sum(count - before.get(task, 0) for task, count in switches(pid).items())


def resident(pid):
    """Bytes of memory that only this process has."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    return sum(int(fields[name].split()[0]) * 1024 for name in ("Private_Clean", "Private_Dirty"))


def fleet(world, count):
    return world.file("fleet.yaml", "name: many\napps:\n" + "".join(
        f"  - {{name: app{number}, script: sleep 100000}}\n" for number in range(count)))


def session_many_apps_cost_no_more_each(world):
    """Starts, lists and stops; the engine's memory for each app; wake-ups of engine and keeper when nobody looks."""
    world.run("list")
    memory = {0: resident(world.status()["pid"])}
    for count in SIZES:
        world.run("up", fleet(world, count), "--no-dashboard", seconds=300)
        listed = world.list()
        assert len(listed) == count and {one["status"] for one in listed.values()} == {"online"}
        assert len({one["pid"] for one in listed.values()}) == count
        memory[count] = resident(world.status()["pid"])
    small, middle, large = SIZES
    first = (memory[middle] - memory[small]) / (middle - small)
    second = (memory[large] - memory[middle]) / (large - middle)
    print(f"      engine with {small}, {middle}, {large} apps: "
          + ", ".join(f"{memory[count] / 1048576:.1f} MiB" for count in SIZES), flush=True)
    # Tables double their room now and then: a step of one megabyte is no slope. A machine that is short of memory
    # takes pages back when it likes: 20 KiB for each app are no slope either.
    slope = max(1.5 * first, 20 << 10)
    assert second * (large - middle) <= slope * (large - middle) + (2 << 20), (first, second, memory)
    rest(world)
    world.run("stop", "all", seconds=300)
    assert {one["status"] for one in world.list().values()} == {"stopped"}
    world.ends()


def rest(world):
    """One wake-up a second is allowed to each of the two, and one to the thread pool of the system's library, which
    looks after itself every second once it was used."""
    status = world.status()
    pids = (status["pid"], status["keeperPid"])
    wait("what followed the last command is over", lambda: woken(status["pid"], 1) <= 1)
    with concurrent.futures.ThreadPoolExecutor() as both:
        counts = list(both.map(lambda pid: woken(pid, REST), pids))
    print(f"      woken in {REST} s: engine {counts[0]}, keeper {counts[1]}", flush=True)
    assert sum(counts) <= 3 * REST, counts
