"""A day with the dashboard: a list that is searched, a log that is read back, an engine that is lost and found."""
import os
import re
import signal

from sessions import opened, quits
from terminal import wait

TICKER = "Examples/Fleets/quickstart/ticker.sh"
# `line N` for all N up to a count, then it stays.
COUNTER = """import sys, time
for number in range(1, int(sys.argv[1]) + 1):
    print("line", number, "error: the disk is gone" if number == 7 else "")
    if len(sys.argv) > 2: sys.stdout.flush(); time.sleep(float(sys.argv[2]))
sys.stdout.flush()
time.sleep(1000)
"""


def counting(world, *words, rotation="10M"):
    """An app `counter` that writes numbered lines."""
    script = world.file("counter.py", COUNTER)
    world.run("start", script, "--interpreter-args=-u", "--set", f"logRotation.maxSize={rotation}", "--", *words)


def log_lines(screen):
    """The numbers of the lines in the log pane, from above."""
    return [int(number) for number in re.findall(r"line ([0-9]+)", screen)]


def session_the_list_is_filtered_by_a_question(world, size):
    world.run("start", TICKER, "--instances", "2")
    world.run("start", world.file("failing.sh", "exit 3\n"), "--restart", "never")
    world.becomes("failing#0", "stopped")
    terminal = opened(world, size, "monit")
    terminal.sees("failing", "ticker#1")
    terminal.keys("/")
    terminal.type("state=stopped")
    screen = terminal.sees("failing", "1 of 3")
    assert "ticker#1" not in screen, screen
    terminal.keys("/", "C-u")
    terminal.type("!failing mem>0")
    terminal.sees("ticker#0", "ticker#1", "2 of 3")
    terminal.keys("Escape")
    terminal.misses("mem>0")
    terminal.sees("failing", "ticker#1")
    quits(terminal)
    world.ends()


def session_a_log_is_read_back_through_old_files(world, size):
    counting(world, "20000", rotation="64K")
    wait("all lines", lambda: b"line 20000" in world.log("counter#0"))
    assert len(world.log_parts("counter#0", "out", "default")[1]) > 1
    terminal = opened(world, size, "monit")
    terminal.sees("line 20000")
    terminal.keys("l", "g")
    terminal.sees("line 1 ", "line 7 error")
    terminal.keys("G")
    terminal.sees("line 20000")
    terminal.keys("/")
    terminal.type("the disk is gone")
    terminal.keys("N")
    terminal.sees("line 7 error: the disk is gone")
    terminal.keys("G")
    terminal.sees("line 20000")
    quits(terminal)
    world.ends()


def session_a_log_that_is_read_stands_still(world, size):
    counting(world, "1000000", "0.002")
    terminal = opened(world, size, "monit")
    terminal.sees("line 100")
    terminal.keys("l", "k")
    first = log_lines(terminal.sees("paused"))
    wait("more lines that are counted", lambda: re.search(r"\+[0-9]{2,}", terminal.screen()))
    assert log_lines(terminal.screen())[:3] == first[:3], (first[:3], terminal.screen())
    terminal.keys("G")
    terminal.misses("paused")
    wait("newer lines", lambda: log_lines(terminal.screen())[-1] > first[-1] + 50)
    quits(terminal)
    world.ends()


def session_an_engine_that_is_killed_is_found_again(world, size):
    world.run("start", TICKER, "--", "--every", "1")
    terminal = opened(world, size, "monit")
    terminal.sees("ticker", "online", "tick 2:")
    before = world.pids()
    os.kill(world.status()["pid"], signal.SIGKILL)
    seen = max(int(number) for number in re.findall(r"tick ([0-9]+):", terminal.screen()))
    terminal.sees("live", f"tick {seen + 3}:")
    assert world.pids() == before
    terminal.keys("r")
    wait("a new run", lambda: world.pids()["ticker#0"] not in (None, before["ticker#0"]))
    quits(terminal)
    world.ends()


def session_plain_letters_where_there_is_no_utf8(world):
    world.environment.update(LANG="C", LC_ALL="C")
    world.run("start", TICKER)
    terminal = world.terminal(80, 24)
    terminal.type("export LC_ALL=C; od monit")
    screen = terminal.sees("ticker", "online", "+-")
    assert screen.isascii(), screen
    quits(terminal)
    world.ends()


def session_what_is_pasted_does_nothing(world):
    world.run("start", TICKER)
    before = world.becomes("ticker#0", "online")["pid"]
    terminal = opened(world, (80, 24), "monit")
    terminal.sees("ticker", "online")
    terminal.tmux("set-buffer", "rsXyq\n")
    terminal.tmux("paste-buffer", "-p", "-t", ":0")
    terminal.sees("paste")
    assert world.list()["ticker#0"]["pid"] == before
    assert terminal.value("alternate_on") == "1"
    quits(terminal)
    world.ends()
