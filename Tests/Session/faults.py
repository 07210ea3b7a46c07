"""What must hold when a part of od is killed. Counts are small by default, OD_LONG=1 counts in full."""
import os
import random
import signal

from terminal import wait

LONG = os.environ.get("OD_LONG") == "1"
# The keeper waits longer before each further engine, up to 5 s: few kills take long.
KILLS = 200 if LONG else 6


def engine(world):
    return world.status()["pid"]


def killed(world):
    """Kills the engine and returns when another answers."""
    before = engine(world)
    os.kill(before, signal.SIGKILL)
    wait("another engine", lambda: engine(world) != before)


def session_a_killed_engine_loses_no_app(world):
    world.run("start", "sleep 1000", "-n", "a", "-i", "5")
    before = world.pids()
    for _ in range(KILLS):
        killed(world)
        assert world.pids() == before
    assert all(one["restarts"] == 0 for one in world.list().values())
    world.ends()


def session_a_killed_engine_loses_no_log_line(world):
    """Numbered lines on both channels while the engine dies again and again: each once, in order, whole."""
    script = world.file("lines.sh", """
        n=0
        while [ ! -e "$1" ]; do
            n=$((n + 1))
            echo "line $n $(printf %050d $n)"
            [ $((n % 3)) -eq 0 ] && echo "error $n" >&2
        done
        echo "last $n"
        exec sleep 1000
        """)
    end = os.path.join(world.folder, "end")
    world.run("start", script, "--", end)
    rolls = random.Random(7)
    for _ in range(KILLS):
        mark = len(world.log("lines#0")) + rolls.randrange(20_000)
        wait("more lines", lambda: len(world.log("lines#0")) > mark)
        killed(world)
    open(end, "w").close()
    wait("the last line", lambda: b"last" in world.log("lines#0"))
    lines = world.log("lines#0").decode().splitlines()
    count = len(lines) - 1
    assert lines[-1] == f"last {count}", lines[-1]
    assert lines[:-1] == [f"line {n} {n:050d}" for n in range(1, count + 1)]
    wanted = [f"error {n}" for n in range(3, count + 1, 3)]
    wait("all errors", lambda: len(world.log("lines#0", "err").decode().splitlines()) >= len(wanted))
    assert world.log("lines#0", "err").decode().splitlines() == wanted
    world.ends()


def session_an_exit_without_an_engine_is_seen(world):
    """An app ends while no engine runs: its exit code is known afterwards, and it runs again."""
    script = world.file("fragile.sh", "trap 'exit 42' USR1\nwhile :; do sleep 0.05; done\n")
    world.run("start", script)
    before = world.becomes("fragile#0", "online")
    for _ in range(KILLS if LONG else 3):
        before = world.becomes("fragile#0", "online")
        os.kill(engine(world), signal.SIGKILL)
        os.kill(before["pid"], signal.SIGUSR1)
        wait("it runs again", lambda: world.list()["fragile#0"].get("pid") not in (None, before["pid"]))
        after = world.list()["fragile#0"]
        assert after["exit"] == {"code": 42} and after["restarts"] == before["restarts"] + 1, after
    world.ends()


def session_an_answered_command_is_not_forgotten(world):
    for number in range(KILLS if LONG else 5):
        name = f"app{number}"
        world.run("start", "sleep 1000", "-n", name)
        os.kill(engine(world), signal.SIGKILL)
        assert world.becomes(f"{name}#0", "online")
        world.run("stop", name)
        os.kill(engine(world), signal.SIGKILL)
        assert world.list()[f"{name}#0"]["status"] == "stopped"
    world.ends()


def session_a_dashboard_survives_the_engine(world):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh", "--", "--every", "1")
    terminal = world.terminal(120, 40)
    terminal.type("od monit")
    terminal.sees("ticker", "online")
    killed(world)
    marker = world.log("ticker#0").count(b"\n") + 2
    terminal.sees(f"tick {marker}:")
    terminal.keys("q")
    wait("the shell again", terminal.is_shell, detail=lambda: "\n" + terminal.screen())
    world.ends()


def session_many_exits_are_counted(world):
    count = 1000 if LONG else 100
    fleet = world.file("fleet.yaml", f"""
apps:
  - {{name: short, script: sh -c 'exit 3', restartStrategy: fixed, restartDelay: 0, maxRestarts: {count}}}
""")
    world.run("up", fleet, "--no-dashboard")
    short = world.becomes("short#0", "errored", 60 if LONG else 30)
    assert short["exit"] == {"code": 3} and short["restarts"] >= count - 1, short
    world.ends()
