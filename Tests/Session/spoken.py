"""How verbs speak: to pipes that close, to full disks, to terminals that can show little, loud and quiet."""
import os
import signal
import subprocess

from sessions import needs
from terminal import wait

TICKER = "Examples/Fleets/quickstart/ticker.sh"


def shell(world, text, **environment):
    return subprocess.run(["bash", "-c", text], env=dict(world.environment, **environment), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def session_a_reader_that_leaves_and_a_full_disk(world):
    world.run("start", "sleep 1000", "--name", "a", "-i", "40")
    for verb in ("list", "info all", "help man", "env all", "list --json", "completions bash"):
        done = shell(world, f"od {verb} | true; echo ${{PIPESTATUS[0]}}")
        assert not done.stderr and done.stdout.strip() in ("0", "141"), (verb, done)
        done = shell(world, f"od {verb} | head -n 1")
        assert done.returncode == 0 and not done.stderr and done.stdout.count("\n") == 1, (verb, done)
        done = shell(world, f"od {verb} >/dev/full")
        assert done.returncode == 1 and "OD6003" in done.stderr and done.stderr.count("\n") == 3, (verb, done)
    # What was asked for is done though nobody could be told; and an error that cannot be said is still an error.
    assert shell(world, "od stop a#0 >/dev/full").returncode == 1
    assert world.list()["a#0"]["status"] == "stopped"
    assert shell(world, "od stop nobody 2>/dev/full").returncode == 3
    assert shell(world, "od stop a#1 >&-").returncode == 1
    assert world.list()["a#1"]["status"] == "stopped"
    world.ends()


def session_the_c_locale_gets_ascii(world):
    world.run("start", TICKER)
    for words in ("list", "info ticker", "env ticker", "help start", "help errors", "daemon status", "stop nobody",
                  "frobnicate", "list --no-such", "help defaults", "stop ticker --verbose", "completions csh"):
        done = shell(world, f"od {words}", LC_ALL="C", LANG="C.UTF-8")
        assert (done.stdout + done.stderr).isascii(), (words, done)
    assert "↺" in shell(world, "od list", LC_ALL="C.UTF-8").stdout
    assert "restarts" in shell(world, "od list", LC_ALL="C").stdout
    world.ends()


def session_quiet_and_verbose(world):
    done = shell(world, f"od start -q {TICKER}; od restart ticker --quiet; od stop -q ticker; od start ticker -q")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done
    assert "ticker" in world.run("list", "-q") and world.json("list", "-q")
    done = shell(world, "od stop nobody -q")
    assert done.returncode == 3 and "OD3001" in done.stderr, done
    done = shell(world, "od restart --verbose ticker --json")
    assert "connected to engine" in done.stderr and "restarting took" in done.stderr and done.stdout[0] == "[", done
    world.run("daemon", "stop", "-q")
    world.is_empty()


@needs("tmux")
def session_colours_are_as_asked_for(world):
    world.run("start", TICKER)
    for environment, coloured in (({}, False), ({"CLICOLOR_FORCE": "1"}, True),
                                  ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False), ({"CLICOLOR_FORCE": "0"}, False)):
        assert ("\x1b[" in shell(world, "od list", TERM="xterm", **environment).stdout) == coloured, environment
    terminal = world.terminal()
    for prefix, coloured in (("", True), ("NO_COLOR=1 ", False), ("TERM=dumb ", False), ("CLICOLOR=0 ", False)):
        terminal.type(f"clear; {prefix}od list; echo do''ne")
        terminal.sees("done", "ticker")
        screen = terminal.tmux("capture-pane", "-e", "-p", "-t", ":0")
        assert ("\x1b[" in screen) == coloured, (prefix, screen)
        terminal.type("clear")
        terminal.misses("done")
    terminal.type("TERM=dumb od; echo do''ne")
    terminal.sees("done", "OD1008")
    world.ends()


@needs("tmux")
def session_what_takes_long_shows_that_it_goes_on(world):
    """An app that ends only when a file is there: the stop goes on until we say so."""
    gate = os.path.join(world.folder, "gate")
    script = world.file("slow.sh", f"trap 'while ! [ -e {gate} ]; do sleep 0.05; done; exit 0' TERM\n"
                                   "while :; do sleep 0.05; done\n")
    world.run("start", script, "--kill-timeout", "60s")
    terminal = world.terminal()
    terminal.type("od stop slow; echo do''ne")
    terminal.sees("stopping, 1 left")
    terminal.sees("left (1 s)")
    with open(gate, "w"):
        pass
    screen = terminal.sees("done", "stopped slow")
    assert "left" not in screen, screen
    # Nothing of it without a terminal, and nothing for what is quick.
    os.remove(gate)
    world.run("start", "slow")
    with subprocess.Popen([world.od, "stop", "slow"], env=world.environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as stop:
        wait("it is stopping", lambda: world.list()["slow#0"]["status"] == "stopping")
        with open(gate, "w"):
            pass
        out, errors = stop.communicate(timeout=60)
    assert stop.returncode == 0 and not errors and out.startswith("stopped slow\n"), (out, errors)
    world.ends()


def session_ping_and_the_log_of_the_engine(world):
    assert world.json("ping", code=1)["error"]["code"] == "OD5001"
    assert world.json("daemon", "logs", code=1)["error"]["code"] == "OD7001"
    assert not world.processes()
    world.run("daemon", "start")
    answer = world.json("ping")
    assert answer["pid"] == world.status()["pid"] and 0 < answer["milliseconds"] < 10_000, answer
    os.kill(world.status()["pid"], signal.SIGSTOP)
    stopped = subprocess.run([world.od, "ping"], env=world.environment, stdin=subprocess.DEVNULL, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    os.kill(answer["pid"], signal.SIGCONT)
    assert stopped.returncode == 1 and "OD5001" in stopped.stderr, stopped
    wait("it goes on", lambda: world.json("ping"))
    path = os.path.join(world.home, "engine.log")
    with subprocess.Popen([world.od, "daemon", "logs", "-f", "-n", "0"], env=world.environment,
                          stdout=subprocess.PIPE) as follower:
        try:
            follow(follower, path, b"before the turn")
            os.rename(path, path + ".old")
            follow(follower, path, b"after the turn")
        finally:
            follower.terminate()
    assert "before the turn" in world.run("daemon", "logs", "-n", "100000")
    world.run("daemon", "stop")
    assert "after the turn" in world.run("daemon", "logs", "-n", "100000")
    world.is_empty()


def follow(follower, path, text):
    """Adds a line again and again until the follower has shown one: what is there before it has opened the file may be
    among the last lines, of which it shows none."""
    os.set_blocking(follower.stdout.fileno(), False)
    seen = bytearray()

    def shown():
        with open(path, "ab") as file:
            file.write(text + b"\n")
        try:
            seen.extend(os.read(follower.stdout.fileno(), 1 << 20))
        except BlockingIOError:
            pass
        return text in seen

    wait(f"{text} is shown", shown)
