"""What users arrange in the dashboard: panes and their sizes, keys of their own, colours while they are written."""
import json
import os

from dashboards import TICKER, coloured
from sessions import opened, quits
from terminal import wait


def frame_of_log(terminal):
    """The row in which the frame of the log begins."""
    return next((row for row, line in enumerate(terminal.screen().split("\n")) if "─ Log ticker" in line), None)


def session_panes_are_moved_and_stay_so(world):
    world.run("start", TICKER)
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker", "online", "Log ticker")
    before = frame_of_log(terminal)
    terminal.keys("Tab", "Tab", "+")
    wait("a larger log", lambda: frame_of_log(terminal) == before - 1)
    # The frame is dragged up by ten rows: a press, two movements, the release.
    row = before
    report = "".join(f"\033[<{kind};9;{row - up}{end}" for kind, up, end in
                     [(0, 0, "M"), (32, 5, "M"), (32, 10, "M"), (0, 10, "m")])
    terminal.tmux("send-keys", "-t", ":0", "-l", report)
    wait("a frame that went along", lambda: frame_of_log(terminal) == before - 11)
    terminal.keys("P")
    terminal.sees("list and log")
    terminal.keys("#")
    terminal.misses(" cores")
    quits(terminal)
    with open(os.path.join(world.home, "ui.json")) as file:
        kept = json.load(file)
    assert kept["panes"] == "listAndLog" and kept["folded"] is True and 0 < kept["down"] < 600, kept

    second = opened(world, (120, 40), "monit")
    second.sees("ticker", "Log ticker")
    second.misses(" cores", "cwd")
    assert second.screen().startswith("╭─ Processes"), second.screen()
    quits(second)
    world.ends()


def session_keys_of_ones_own(world):
    folder = os.path.join(world.folder, "config", "od")
    os.makedirs(folder)
    world.environment["XDG_CONFIG_HOME"] = os.path.dirname(folder)
    with open(os.path.join(folder, "keys.toml"), "w") as file:
        file.write('zoom = ["F6", "ctrl-t"]\ntree = []\n\nrestrat = "F7"\nlog = "F6"\n')
    world.run("start", TICKER, "--instances", "2")
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("keys.toml:4: there is no action ‘restrat’", "F6 zoom")
    terminal.keys("z", "t")
    terminal.keys("C-t")
    terminal.misses("Log ticker")
    terminal.sees("F6 back")
    terminal.keys("F6")
    terminal.sees("Log ticker")
    terminal.misses("├")
    quits(terminal)
    told = world.run("doctor")
    assert "keys.toml:5: F6 is given to ‘zoom’ already" in told, told
    told = world.run("help", "keys")
    assert "F6 ^T" in told and "restart" in told, told
    world.ends()


def session_a_theme_is_seen_while_it_is_written(world):
    world.environment["COLORTERM"] = "truecolor"
    path = os.path.join(world.home, "themes", "mine.toml")
    os.makedirs(os.path.dirname(path), mode=0o700)
    os.chmod(world.home, 0o700)

    def write(text):
        with open(path + ".new", "w") as file:
            file.write(text)
        os.rename(path + ".new", path)

    write('online = "#010203"\n')
    with open(os.path.join(world.home, "ui.json"), "w") as file:
        json.dump({"theme": "mine"}, file)
    world.run("start", TICKER)
    terminal = opened(world, (120, 40), "monit")
    wait("its colour", lambda: "38;2;1;2;3" in coloured(terminal))
    write('online = "#040506"\n')
    wait("the new colour", lambda: "38;2;4;5;6" in coloured(terminal))
    write('online = "#0405\n')
    terminal.sees("themes/mine.toml:1:")
    assert "38;2;4;5;6" in coloured(terminal), coloured(terminal)
    quits(terminal)
    world.ends()


def session_what_was_entered_comes_back(world):
    world.run("start", TICKER, "--instances", "2")
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker#1", "online")
    for text in ("#0", "#1"):
        terminal.keys("/", "C-u")
        terminal.tmux("send-keys", "-t", ":0", "-l", text)
        terminal.keys("Enter")
        terminal.sees(f"filter {text} ")
    terminal.keys("E")
    terminal.sees("NAME=VALUE")
    terminal.tmux("send-keys", "-t", ":0", "-l", "TOKEN=hunter2")
    terminal.sees("hunter2")
    terminal.keys("Escape")
    terminal.misses("hunter2")
    terminal.keys("l")
    quits(terminal)
    path = os.path.join(world.home, "ui.json")
    with open(path) as file:
        text = file.read()
    assert "hunter2" not in text and json.loads(text)["entered"] == {"filter": ["#0", "#1"]}, text
    assert os.stat(path).st_mode & 0o777 == 0o600

    second = opened(world, (120, 40), "monit")
    second.sees("Log ticker#1")
    second.misses("Processes")
    second.keys("l")
    # A filter would hide what has failed since.
    assert "filter #" not in second.sees("ticker#0", "ticker#1", "Processes 2")
    second.keys("/", "Up", "Up")
    second.sees("filter: #0")
    second.keys("Enter", "/", "C-u", "Up", "Down")
    second.sees("filter:  ", "2 of 2")
    quits_typing(second)
    world.ends()


def quits_typing(terminal):
    """The line that is typed is left first."""
    terminal.keys("Escape")
    terminal.misses("filter: ")
    quits(terminal)
