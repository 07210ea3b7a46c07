"""The dashboard's finer points: tree and marks, palette, colours, mouse, clipboard, levels, what is kept."""
import json
import os
import stat

from sessions import opened, quits
from terminal import wait

TICKER = "Examples/Fleets/quickstart/ticker.sh"


def coloured(terminal):
    """The screen with the colours that the terminal was told."""
    return terminal.tmux("capture-pane", "-e", "-p", "-t", ":0")


def session_an_app_is_stopped_as_a_whole_and_brought_back(world):
    world.run("start", TICKER, "--instances", "2")
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker#1", "online")
    terminal.keys("t")
    terminal.sees("2/2", "├ ticker#0", "└ ticker#1")
    terminal.keys("Left")
    terminal.misses("├ ticker#0")
    terminal.keys("s")
    terminal.sees("Stop 2 processes?", "od stop all")
    terminal.keys("y")
    world.becomes("ticker#0", "stopped")
    world.becomes("ticker#1", "stopped")
    terminal.sees("U starts them again")
    terminal.keys("U")
    world.becomes("ticker#0", "online")
    world.becomes("ticker#1", "online")
    quits(terminal)
    world.ends()


def session_marks_are_what_actions_are_for(world, size):
    world.run("start", TICKER, "--instances", "3")
    terminal = opened(world, size, "monit")
    terminal.sees("ticker#2", "online")
    terminal.keys("Space", "Space")
    terminal.sees("2 marked")
    terminal.keys("s")
    terminal.sees("Stop 2 processes?")
    terminal.keys("y")
    world.becomes("ticker#0", "stopped")
    world.becomes("ticker#1", "stopped")
    assert world.list()["ticker#2"]["status"] == "online"
    quits(terminal)
    world.ends()


def session_the_palette_finds_by_a_few_letters(world, size):
    world.run("start", TICKER)
    terminal = opened(world, size, "monit")
    terminal.sees("ticker", "online")
    before = world.list()["ticker#0"]["pid"]
    terminal.keys(":")
    terminal.sees("Commands", "restarts the selected process")
    terminal.tmux("send-keys", "-t", ":0", "-l", "tick rest")
    terminal.sees("ticker: restart")
    terminal.keys("Enter")
    wait("a new pid", lambda: world.list()["ticker#0"].get("pid") not in (None, before))
    # The news that it is online may take the place of the answer.
    wait("it is said", lambda: any(text in terminal.screen() for text in ("restarted ticker", "ticker is online")))
    quits(terminal)
    world.ends()


def session_colours_are_chosen_and_kept(world):
    world.environment["COLORTERM"] = "truecolor"
    os.makedirs(os.path.join(world.home, "themes"), mode=0o700)
    os.chmod(world.home, 0o700)
    with open(os.path.join(world.home, "themes", "mine.toml"), "w") as file:
        file.write('inherits = "dark"\nonline = "#010203"\n')
    with open(os.path.join(world.home, "themes", "torn.toml"), "w") as file:
        file.write('inherits = "dark"\nonline = \n')
    world.run("start", TICKER)
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker", "online", "themes/torn.toml:2")
    assert "38;2;135;211;124" in coloured(terminal), coloured(terminal)
    terminal.keys("C")
    terminal.sees("Colours", "solarized-light", "mine")
    terminal.tmux("send-keys", "-t", ":0", "-l", "mine")
    wait("the colour tried on", lambda: "38;2;1;2;3" in coloured(terminal))
    terminal.keys("Enter")
    terminal.misses("Colours")
    quits(terminal)
    path = os.path.join(world.home, "ui.json")
    with open(path) as file:
        assert json.load(file)["theme"] == "mine"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600

    second = opened(world, (120, 40), "monit")
    second.sees("ticker")
    wait("the colour that was kept", lambda: "38;2;1;2;3" in coloured(second))
    quits(second)
    with open(path, "w") as file:
        file.write("{torn")
    third = opened(world, (120, 40), "monit")
    third.sees("ui.json is damaged")
    quits(third)
    world.ends()


def session_without_colours_there_are_none(world):
    world.environment.update(COLORTERM="truecolor", NO_COLOR="1")
    world.run("start", TICKER)
    terminal = opened(world, (80, 24), "monit")
    terminal.sees("ticker", "online")
    assert "38;" not in coloured(terminal), coloured(terminal)
    quits(terminal)
    world.ends()


def session_the_mouse_selects_and_is_given_back(world):
    world.run("start", TICKER, "--instances", "3")
    terminal = opened(world, (80, 24), "monit")
    terminal.sees("ticker#2", "online")
    wait("reports of the mouse", lambda: terminal.value("mouse_sgr_flag") == "1")
    # Column 10, row 6: the third process.
    terminal.tmux("send-keys", "-t", ":0", "-l", "\033[<0;10;6M\033[<0;10;6m")
    terminal.sees("Log ticker#2")
    terminal.keys("M")
    wait("no reports", lambda: terminal.value("mouse_any_flag") == "0")
    terminal.keys("M")
    wait("reports again", lambda: terminal.value("mouse_any_flag") == "1")
    quits(terminal)
    assert terminal.value("mouse_any_flag") == "0"
    world.ends()


def session_a_line_is_copied(world):
    world.run("start", TICKER)
    terminal = opened(world, (80, 24), "monit")
    terminal.tmux("set-option", "-s", "set-clipboard", "on")
    terminal.sees("ticker", "online", "tick 1:")
    terminal.keys("y")
    terminal.sees("copied 6 bytes")
    wait("the clipboard", lambda: terminal.tmux("show-buffer") == "ticker")
    quits(terminal)
    world.ends()


def session_grave_lines_are_found(world, size):
    script = os.path.join(world.folder, "grave.sh")
    with open(script, "w") as file:
        file.write('echo "plain words"\necho "[WARN] nearly full"\necho \'{"level":50,"msg":"lost"}\'\nsleep 1000\n')
    world.run("start", script)
    terminal = opened(world, size, "monit")
    terminal.sees("plain words", "nearly full", "lost")
    terminal.keys("L", "L")
    terminal.sees("level warning and above", "nearly full", "lost")
    terminal.misses("plain words")
    terminal.keys("L")
    terminal.misses("nearly full")
    terminal.sees("lost")
    quits(terminal)
    world.ends()
