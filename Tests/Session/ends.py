"""How programs end: every exit code, every fatal signal, and what they do on their way."""
import os
import signal
import sqlite3
import subprocess

from terminal import wait

# Signals that end a program which does nothing about them (signal(7)), real-time ones included.
HARMLESS = {signal.SIGCHLD, signal.SIGCONT, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU,
            signal.SIGURG, signal.SIGWINCH}
FATAL = [number for number in [*range(1, 32), *range(34, 65)] if number not in HARMLESS]


def stored_exits(world):
    """waitpid(2) statuses as they are in state.db, one list for each instance number of the app."""
    base = sqlite3.connect(f"file:{world.home}/state.db?mode=ro", uri=True)
    try:
        found = {}
        for number, status in base.execute("SELECT number, status FROM exit JOIN instance ON exit.instance = key"):
            found.setdefault(number, []).append(status)
        return found
    finally:
        base.close()


def ended(world, count):
    """The instances by number, when all have ended and all is on disk."""
    def all_stopped():
        listed = world.list().values()
        return len(listed) == count and all(one["status"] == "stopped" for one in listed)
    wait("all have ended", all_stopped, 60, lambda: "\n" + world.run("list"))
    wait("all exits are stored", lambda: len(stored_exits(world)) == count)
    return {one["instance"]: one for one in world.list().values()}


def session_every_exit_code_is_known(world):
    fleet = world.file("codes.yaml", """
name: ends
apps:
  - {name: code, script: "sh -c 'exit $NODE_APP_INSTANCE'", instances: 256, restart: never}
""")
    world.run("up", fleet, "--no-dashboard")
    shown = ended(world, 256)
    assert {number: one["exit"] for number, one in shown.items()} == {code: {"code": code} for code in range(256)}
    assert stored_exits(world) == {code: [code << 8] for code in range(256)}
    world.ends()


def statuses(folder, core):
    """What the kernel says of each fatal signal here: some machines write cores, others cannot."""
    found = {}
    for number in FATAL:
        child = subprocess.Popen(["sh", "-c", f"{limit(core)}; kill -{number} $$"], cwd=folder)
        # Popen would translate it.
        found[number] = os.waitpid(child.pid, 0)[1]
    return found


def limit(core):
    return "ulimit -S -c $(ulimit -H -c)" if core else "ulimit -c 0"


def session_every_fatal_signal_is_known(world):
    """With a core and without, as the kernel says it."""
    for core in (False, True):
        wanted = statuses(world.folder, core)
        # Each in a folder of its own: all cores have the same name.
        script = world.file(f"signal{core}.sh", f"""
            {limit(core)}
            set -- {' '.join(map(str, FATAL))}
            shift $NODE_APP_INSTANCE
            mkdir {world.folder}/{core}.$1 && cd {world.folder}/{core}.$1
            kill -$1 $$
            sleep 1000
            """)
        fleet = world.file(f"signals{core}.yaml", f"""
name: ends
apps:
  - {{name: signal, script: {script}, instances: {len(FATAL)}, restart: never}}
""")
        world.run("up", fleet, "--no-dashboard")
        shown = ended(world, len(FATAL))
        stored = stored_exits(world)
        for index, number in enumerate(FATAL):
            dumped = os.WCOREDUMP(wanted[number])
            assert os.WTERMSIG(wanted[number]) == number, (core, number, wanted)
            assert stored[index] == [wanted[number]], (number, stored[index], wanted[number])
            assert shown[index]["exit"] == {"signal": number, **({"core": True} if dumped else {})}, shown[index]
        if core and not any(os.WCOREDUMP(status) for status in wanted.values()):
            print("      no cores here: core_pattern or the hard limit forbids them", flush=True)
        world.run("down", "ends")
    world.ends()


def session_closed_streams_and_ignored_signals(world):
    """A program that closes its streams goes on; a tree that ignores everything is gone after a stop all the same."""
    world.run("start", "sh -c 'exec <&- >&- 2>&-; exec sleep 1000'", "-n", "mute")
    tree = world.file("tree.sh", """
        trap '' TERM INT HUP
        for n in 1 2 3; do sh -c 'trap "" TERM; sleep 1000 & sleep 1000; wait' & done
        (setsid sh -c 'trap "" TERM; echo ready; exec sleep 1000' &)
        while :; do sleep 1000; done
        """)
    world.run("start", tree, "-n", "deaf", "--kill-timeout", "200")
    wait("it is ready", lambda: b"ready" in world.log("deaf#0"))
    assert world.becomes("mute#0", "online")["restarts"] == 0
    world.run("stop", "all")
    assert {one["status"] for one in world.list().values()} == {"stopped"}
    left = [words for words in world.processes().values() if "sleep 1000" in words]
    assert not left, left
    assert world.list()["deaf#0"]["exit"] == {"signal": 9}
    world.ends()


def session_a_flood_and_a_fork_storm_disturb_nobody(world):
    """One app writes as fast as it can, one forks and ends again and again: a third does not notice."""
    world.run("start", "yes 'a line of a flood that never ends'", "-n", "flood")
    world.run("start", "sh -c 'for n in $(seq 200); do sleep 0.01 & done; wait'", "-n", "storm",
              "--restart-delay", "0", "--max-restarts", "1000000")
    world.run("start", "sh -c 'while :; do date +%s%N; sleep 0.05; done'", "-n", "quiet")
    wait("the storm came again", lambda: world.list()["storm#0"]["restarts"] >= 5)
    lines = world.log("quiet#0").count(b"\n")
    wait("the quiet one goes on", lambda: world.log("quiet#0").count(b"\n") > lines + 5)
    quiet = world.list()["quiet#0"]
    assert quiet["status"] == "online" and quiet["restarts"] == 0, quiet
    world.ends()
