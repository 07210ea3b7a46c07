"""Any of od's own processes is killed, alone or together, under load: no app dies and nothing is lost.

OD_CGROUP=0 in the environment is passed on: the same without cgroups.
"""
import os
import random
import signal
import time

import kills
from terminal import wait

COUNT = 100 if os.environ.get("OD_LONG") == "1" else 5


def of(world, *names):
    """Pids of the daemon's processes: engine, worker (the keeper), spare."""
    status = world.status()
    pids = {"engine": status["pid"], "worker": status["keeperPid"], "spare": status["sparePid"]}
    return [pids[name] for name in names]


def blow(world, *names):
    """Kills them at one moment, and waits until others are in their places."""
    before = of(world, "engine", "worker", "spare")
    # Stopped first: else one of them follows another before its own turn comes.
    doomed = of(world, *names)
    for one in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            os.kill(pid, one)
    if len(names) < 3:
        lives = [pid for name, pid in zip(("engine", "worker", "spare"), before) if name not in names]
    else:
        lives = []
        # Nobody is left; the next command starts them anew.
        wait("all are dead", lambda: not any(alive(pid) for pid in before))
        world.list()

    def replaced():
        now = of(world, "engine", "worker", "spare")
        dead = set(before) - set(lives)
        return all(now) and not dead & set(now) and all(alive(pid) for pid in now)

    wait("the dead are replaced", replaced, 30, lambda: f"\n{before} {world.run('daemon', 'status')}")
    if "engine" not in names:
        assert of(world, "engine") == before[:1], "the engine lives on"
    return world.list()


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def under_load(world, *names):
    """Kills again and again while apps write, end and begin. Returns what is listed when all is stopped."""
    if "OD_CGROUP" in os.environ:
        world.environment["OD_CGROUP"] = os.environ["OD_CGROUP"]
    world.run("up", kills.fleet(world), "--no-dashboard")
    before = {label: pid for label, pid in world.pids().items() if label.startswith("writer")}
    assert len(before) == kills.WRITERS and all(before.values()), before
    follower = kills.follow(world)
    rolls = random.Random(len(names))
    began = time.monotonic()
    for _ in range(COUNT):
        time.sleep(rolls.random() / 2)      # the load goes on; the moment of the kill is by chance
        listed = blow(world, *names)
        assert {label: listed[label].get("pid") for label in before} == before, "an app died with a part of od"
        assert all(listed[label]["restarts"] == 0 for label in before)
    print(f"      {' and '.join(names)} killed {COUNT} times in {time.monotonic() - began:.0f} s", flush=True)
    return before, follower


def nothing_is_lost(world, *names):
    before, follower = under_load(world, *names)
    kills.check_all(world, before, follower)
    world.ends()


def session_the_worker_is_killed_under_load(world):
    nothing_is_lost(world, "worker")


def session_the_spare_is_killed_under_load(world):
    nothing_is_lost(world, "spare")


def session_worker_and_spare_are_killed_under_load(world):
    nothing_is_lost(world, "worker", "spare")


def session_worker_and_engine_are_killed_under_load(world):
    nothing_is_lost(world, "worker", "engine")


def session_spare_and_engine_are_killed_under_load(world):
    nothing_is_lost(world, "spare", "engine")


def session_all_are_killed_under_load(world):
    """What lives is adopted, never started a second time; what was in nobody's hands may be missing in the logs.

    PM2's complaint 8: its daemon dies, apps go with it or are started twice."""
    before, follower = under_load(world, "worker", "spare", "engine")
    follower.kill()
    follower.wait()
    marks = {label: world.log_end(label, namespace="load") for label in before}
    wait("the logs go on", lambda: all(world.log_end(label, namespace="load") > mark for label, mark in marks.items()))
    for name, code in kills.ENDERS.items():
        ended = world.list()[f"{name}#0"].get("exit")
        assert ended in (None, {}, {"code": code}), (name, ended)
    world.run("stop", "all")
    wait("the streams' ends", lambda: kills.settled(world))
    for label in before:
        seen = [number for number in kills.numbers(world, label[:-2]) if number >= 0]
        assert seen == sorted(set(seen)), f"{label}: a line came twice"
        assert len(seen) > 0.5 * seen[-1], f"{label}: {len(seen)} of {seen[-1]} lines"
    world.ends()


def session_all_are_killed_while_an_app_ends(world):
    """It ended while nobody looked: its code is unknown, and its policy starts it again; what lives is left alone."""
    world.run("start", "sleep 1000", "-n", "steady")
    world.run("start", "sleep 1000", "-n", "fragile")
    pids = world.pids()
    # Stopped first: else one of them follows another before its own turn comes.
    doomed = of(world, "spare", "worker", "engine")
    for blow in (signal.SIGSTOP, signal.SIGKILL):
        for pid in doomed:
            os.kill(pid, blow)
    os.kill(pids["fragile#0"], signal.SIGKILL)
    wait("it is gone", lambda: not alive(pids["fragile#0"]))
    listed = world.list()
    assert listed["steady#0"]["pid"] == pids["steady#0"] and listed["steady#0"]["restarts"] == 0, listed
    again = world.becomes("fragile#0", "online")
    assert again["pid"] != pids["fragile#0"] and again["restarts"] == 1 and again["exit"] == {}, again
    world.ends()


def session_a_socket_that_was_removed_is_made_anew(world):
    """Nobody could find the engine, and nobody could start another: it looks itself. Its successors have it too."""
    world.run("start", "sleep 1000", "-n", "a")
    before = world.pids()
    os.unlink(os.path.join(world.home, "od.sock"))
    assert world.pids() == before
    os.kill(of(world, "engine")[0], signal.SIGKILL)
    assert world.pids() == before
    world.ends()


def session_a_hung_engine_is_replaced(world):
    """Stopped, it answers no pulse: it is killed, another one takes over, and no line is lost.

    PM2's complaint 10: every command hangs when the daemon is stuck."""
    world.run("up", kills.fleet(world), "--no-dashboard")
    before = {label: pid for label, pid in world.pids().items() if label.startswith("writer")}
    follower = kills.follow(world)
    hung = of(world, "engine")[0]
    # Only an engine that has answered a pulse is judged by them.
    time.sleep(6)
    os.kill(hung, signal.SIGSTOP)
    wait("it is killed", lambda: not alive(hung))
    listed = world.list()
    assert {label: listed[label].get("pid") for label in before} == before
    assert of(world, "engine") != [hung]
    kills.check_all(world, before, follower)
    world.ends()


def session_a_damaged_state_is_told_and_mended(world):
    """The engine cannot work: it says why, is not started again and again, obeys `daemon stop`; and a state that is put
    back is taken up with all that runs."""
    world.run("start", "sleep 1000", "-n", "a")
    pid = world.pids()["a#0"]
    engine = of(world, "engine")[0]
    os.kill(engine, signal.SIGSTOP)
    names = [name for name in ("state.db", "state.db-wal", "state.db-shm")
             if os.path.exists(os.path.join(world.home, name))]
    for name in names:
        os.rename(os.path.join(world.home, name), os.path.join(world.folder, name))
    with open(os.path.join(world.home, "state.db"), "wb") as file:
        file.write(b"this is no database " * 1000)
    os.kill(engine, signal.SIGKILL)
    for _ in range(3):
        said = world.json("list", code=1)
        assert said["error"]["code"] == "OD6001", said
    with open(os.path.join(world.home, "engine.pid")) as file:
        refusing = int(file.read())
    time.sleep(2.5)     # as long as it leaves between two looks at the state
    world.run("list", code=1)
    assert alive(refusing) and alive(pid)
    os.unlink(os.path.join(world.home, "state.db"))
    for name in names:
        os.rename(os.path.join(world.folder, name), os.path.join(world.home, name))
    wait("the state is read again", lambda: world.list_or_none())
    assert world.pids()["a#0"] == pid
    os.kill(of(world, "engine")[0], signal.SIGSTOP)
    hung = of_file(world)
    with open(os.path.join(world.home, "state.db"), "r+b") as file:
        file.write(b"\0" * 4096)
    for name in ("state.db-wal", "state.db-shm"):
        if os.path.exists(os.path.join(world.home, name)):
            os.unlink(os.path.join(world.home, name))
    os.kill(hung, signal.SIGKILL)
    world.run("list", code=1)
    world.run("daemon", "stop")
    assert not alive(pid)
    world.is_empty()


def of_file(world):
    with open(os.path.join(world.home, "engine.pid")) as file:
        return int(file.read())
