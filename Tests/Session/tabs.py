"""The dashboard's tabs and pages, and what can be done from it, in a real terminal over a real engine."""
import os
import socket
import stat

from sessions import opened, quits
from terminal import wait

TICKER = "Examples/Fleets/quickstart/ticker.sh"


def session_the_tabs_tell_of_environment_events_and_files(world):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    world.run("start", f"python3 -m http.server {port} --bind 127.0.0.1", "--name", "web", "--env", "API_TOKEN=hunter2",
              "--env", "COLOUR=blue")
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("web", "online")
    terminal.keys("2")
    terminal.sees("COLOUR", "blue", "API_TOKEN", "********")
    terminal.misses("hunter2")
    terminal.keys("3")
    terminal.sees("created", "starting", "online")
    terminal.keys("4")
    terminal.sees("listens", f"{port}  tcp 127.0.0.1")
    terminal.keys("5")
    terminal.sees("cpu", "100 % is one core", "memory")
    terminal.keys("1")
    terminal.sees("command", "http.server")
    quits(terminal)
    world.ends()


def session_pages_tell_why_and_of_the_machine(world, size):
    script = os.path.join(world.folder, "sad.sh")
    with open(script, "w") as file:
        file.write("echo 'the last words' >&2\nexit 3\n")
    world.run("start", script, "--name", "sad", "--max-restarts", "1")
    world.becomes("sad#0", "errored")
    terminal = opened(world, size, "monit")
    terminal.sees("sad", "errored")
    terminal.keys("W")
    terminal.sees("Why sad is as it is", "exit 3", "the last words")
    terminal.keys("Escape")
    terminal.sees("Processes")
    terminal.keys("o")
    terminal.sees("Machine", "memory", "load")
    terminal.keys("v")
    terminal.sees("Who depends on whom", "sad")
    terminal.keys("Escape")
    terminal.sees("Processes")
    quits(terminal)
    world.ends()


def session_an_app_is_scaled_changed_and_signalled(world, size):
    world.run("start", TICKER)
    terminal = opened(world, size, "monit")
    terminal.sees("ticker", "online")
    terminal.keys("A")
    terminal.sees("Scale ticker", "ticker has 1")
    terminal.type("+1")
    world.becomes("ticker#1", "online")
    terminal.sees("od scale ticker +1", "U takes it back")
    terminal.keys("U")
    wait("one instance again", lambda: "ticker#1" not in world.list())
    terminal.sees("od scale ticker 1")
    before = world.list()["ticker#0"]["pid"]
    terminal.keys("E")
    terminal.sees("Environment of ticker", "1 process is restarted")
    terminal.type("COLOUR=green")
    wait("a new run", lambda: world.list()["ticker#0"].get("pid") not in (None, before))
    assert "COLOUR" in world.run("env", "ticker"), "the variable is not there"
    before = world.list()["ticker#0"]["pid"]
    terminal.keys("x")
    terminal.sees("Signal to ticker", "SIGKILL")
    terminal.tmux("send-keys", "-t", ":0", "-l", "kill")
    terminal.sees("1 of")
    terminal.keys("Enter")
    terminal.sees("Send SIGKILL to ticker?")
    terminal.keys("y")
    wait("another run", lambda: world.list()["ticker#0"].get("pid") not in (None, before))
    terminal.sees("sent SIGKILL to ticker")
    quits(terminal)
    world.ends()


def saves(terminal, path):
    """Names a file in the dialog. A long text at once is taken for a paste, whose end does nothing."""
    terminal.keys("S")
    terminal.sees("Save the log")
    terminal.keys("C-u")
    # Keys that come with much text are part of what is pasted.
    terminal.misses("file: ticker.log")
    terminal.tmux("send-keys", "-t", ":0", "-l", path)
    terminal.sees("file: " + path)
    terminal.keys("Enter")


def session_a_log_is_saved_once(world):
    world.run("start", TICKER)
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker", "tick 1:")
    path = os.path.join(world.folder, "kept.log")
    saves(terminal, path)
    terminal.sees("saved")
    with open(path) as file:
        assert "tick 1:" in file.read()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    length = os.path.getsize(path)
    saves(terminal, path)
    terminal.sees("OD1024", "there is a file of that name")
    assert os.path.getsize(path) == length
    quits(terminal)
    world.ends()


def session_who_may_only_read_changes_nothing(world, size):
    world.run("start", TICKER)
    before = world.list()["ticker#0"]["pid"]
    terminal = opened(world, size, "monit", "--read-only")
    terminal.sees("ticker", "online", "read-only")
    for key in "rsXxAEFc":
        terminal.keys(key)
        terminal.sees("read-only: nothing can be changed from here")
    terminal.keys("?")
    terminal.sees("Keys", "Moving")
    terminal.misses("restarts the selected process")
    terminal.keys("Escape")
    terminal.misses("Moving")
    quits(terminal)
    assert world.list()["ticker#0"]["pid"] == before
    world.ends()
