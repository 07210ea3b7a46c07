"""The dashboard, as a person uses it."""
import os
import signal

from terminal import wait
from world import QUICKSTART, ROOT

SHOP = ["web", "worker", "ticker", "courier"]


def needs(*tools):
    """Marks a session that is skipped, loudly, where a tool is missing."""
    def mark(body):
        body.needs = tools
        return body
    return mark


def opened(world, size, *words):
    """A terminal in which `od WORDS` shows the dashboard."""
    terminal = world.terminal(*size)
    terminal.type(f"cd {ROOT} && od {' '.join(words)}")
    wait("the dashboard", lambda: terminal.value("alternate_on") == "1", 20, lambda: "\n" + terminal.screen())
    return terminal


def quits(terminal):
    """`q`, and no question is asked."""
    terminal.keys("q")
    wait("the shell again", terminal.is_shell, detail=lambda: "\n" + terminal.screen())


@needs("node", "python3")
def session_quickstart_from_up_to_stop(world, size):
    """The README's walk: up, look, q and detach, the same pids, a new dashboard, stop."""
    terminal = opened(world, size, "up", QUICKSTART)
    terminal.sees(*SHOP, "online")
    for label in ("web#0", "web#1", "worker#0", "ticker#0", "courier#0"):
        world.becomes(label, "online")
    before = world.pids()

    terminal.keys("q")
    terminal.sees("detach", "stop all", "cancel")
    terminal.keys("Escape")
    terminal.misses("stop all")
    terminal.keys("q")
    terminal.sees("detach")
    terminal.keys("d")
    wait("the shell again", terminal.is_shell, detail=lambda: "\n" + terminal.screen())

    after = world.pids()
    steady = [label for label in before if not label.startswith("courier")]
    assert [before[label] for label in steady] == [after[label] for label in steady], (before, after)

    second = opened(world, size, "monit")
    second.sees(*SHOP, "online")
    quits(second)
    assert world.pids()["ticker#0"] == before["ticker#0"]
    world.ends()


def session_log_lines_come_by_themselves(world, size):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh", "--", "--every", "1")
    terminal = opened(world, size, "monit")
    terminal.sees("ticker", "online", "tick 1:")
    terminal.sees("tick 3:")
    quits(terminal)
    world.ends()


def session_a_crash_is_seen_and_mended(world, size):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, size, "monit")
    terminal.sees("ticker", "online")
    before = world.list()["ticker#0"]
    os.kill(before["pid"], signal.SIGKILL)
    wait("a new pid", lambda: world.list()["ticker#0"].get("pid") not in (None, before["pid"]))
    after = world.becomes("ticker#0", "online")
    assert after["restarts"] == before["restarts"] + 1, after
    terminal.sees("online")
    quits(terminal)
    world.ends()


def session_a_dashboard_can_be_left_when_the_daemon_is_gone(world, size):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, size, "monit")
    terminal.sees("ticker", "online")
    world.run("daemon", "stop")
    terminal.misses("online")
    quits(terminal)
    world.is_empty()


def session_stop_all_ends_everything(world, size):
    terminal = opened(world, size, "up", "--env", "NAME=value", QUICKSTART)
    terminal.sees("ticker", "online")
    world.becomes("ticker#0", "online")
    terminal.keys("q")
    terminal.sees("stop all")
    terminal.keys("s")
    wait("the shell again", terminal.is_shell, 30, lambda: "\n" + terminal.screen())
    world.is_empty()


def session_stop_asks_and_start_does_not(world):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker", "online")
    terminal.keys("s")
    terminal.sees("yes, stop")
    terminal.keys("Enter")
    terminal.misses("yes, stop")
    assert world.list()["ticker#0"]["status"] == "online"
    terminal.keys("s")
    terminal.sees("yes, stop")
    terminal.keys("y")
    world.becomes("ticker#0", "stopped")
    terminal.sees("■ stopped")
    terminal.keys("s")
    world.becomes("ticker#0", "online")
    terminal.sees("online")
    quits(terminal)
    world.ends()


def session_every_size_is_survived(world):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker")
    for size in ((40, 12), (20, 5), (10, 2), (200, 60), (80, 24)):
        terminal.resize(*size)
        wait("the window has its size", lambda: terminal.value("window_width") == str(size[0]))
    terminal.sees("ticker", "online")
    quits(terminal)
    world.ends()


def session_suspend_and_resume(world):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, (80, 24), "monit")
    terminal.sees("ticker")
    terminal.keys("C-z")
    wait("the shell again", terminal.is_shell, detail=lambda: "\n" + terminal.screen())
    terminal.type("fg")
    terminal.sees("ticker", "online")
    quits(terminal)
    world.ends()


def session_help_shows_the_keys(world, size):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, size, "monit")
    terminal.sees("ticker")
    terminal.keys("?")
    terminal.sees("restarts the selected process")
    terminal.keys("Escape")
    terminal.misses("restarts the selected process")
    quits(terminal)
    world.ends()


def session_ctrl_c_only_says_how_to_leave(world):
    world.run("start", "Examples/Fleets/quickstart/ticker.sh")
    terminal = opened(world, (80, 24), "monit")
    terminal.sees("ticker", "online")
    pid = world.pids()["ticker#0"]
    terminal.keys("C-c")
    terminal.sees("online")
    assert terminal.value("alternate_on") == "1"
    assert world.pids()["ticker#0"] == pid
    quits(terminal)
    world.ends()


def session_without_node_the_others_start(world):
    folder = os.path.join(world.folder, "bin")
    os.mkdir(folder)
    for tool in ("sh", "sleep", "date", "cut", "head", "cksum", "cat"):
        path = next(p for d in os.environ["PATH"].split(":") if os.access(p := os.path.join(d, tool), os.X_OK))
        os.symlink(path, os.path.join(folder, tool))
    world.environment["PATH"] = f"{os.path.dirname(world.od)}:{folder}"
    terminal = opened(world, (120, 40), "up", QUICKSTART)
    terminal.sees("ticker", "courier", "online")
    shown = set(world.list())
    assert {"ticker#0", "courier#0"} <= shown and "web#0" not in shown, shown
    said = world.json("up", QUICKSTART, "--no-dashboard", code=2)
    assert "OD1005" in str(said) and "node" in str(said), said
    terminal.keys("q")
    terminal.sees("stop all")
    terminal.keys("s")
    wait("the shell again", terminal.is_shell)
    world.is_empty()


def session_two_dashboards_at_once(world):
    first = opened(world, (80, 24), "up", QUICKSTART)
    first.sees("ticker", "online")
    second = opened(world, (120, 40), "monit")
    second.sees("ticker", "online")
    quits(first)
    second.sees("ticker", "online")
    assert world.becomes("ticker#0", "online")
    quits(second)
    world.ends()


def session_a_killed_dashboard_leaves_the_apps(world):
    terminal = opened(world, (80, 24), "up", QUICKSTART)
    terminal.sees("ticker", "online")
    before = world.becomes("ticker#0", "online")["pid"]
    dashboard = next(pid for pid, words in world.processes().items() if words.startswith("od up"))
    os.kill(dashboard, signal.SIGKILL)
    wait("it is gone", lambda: dashboard not in world.processes())
    assert world.pids()["ticker#0"] == before
    world.ends()


def session_a_closed_window_leaves_the_apps(world):
    terminal = opened(world, (80, 24), "up", QUICKSTART)
    terminal.sees("ticker", "online")
    before = world.becomes("ticker#0", "online")["pid"]
    terminal.close()
    wait("the dashboard is gone", lambda: not any(w.startswith("od up") for w in world.processes().values()))
    assert world.pids()["ticker#0"] == before
    world.ends()
