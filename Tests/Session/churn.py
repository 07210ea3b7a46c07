"""What a dashboard that was open all the time shows, and what a new one shows: the same."""
import os

from sessions import opened, quits
from terminal import wait

SIZES = ((40, 12), (200, 60), (100, 30), (80, 24))


def session_a_long_life_leaves_no_stale_cell(world):
    """Crashes, lines, sizes and panes; then two dashboards are compared cell for cell, with their colours."""
    with open(os.path.join(world.folder, "torn.sh"), "w") as file:
        file.write("i=0\nwhile [ $i -lt 60 ]; do i=$((i+1)); printf 'line %s \\033[3%smof many\\n' $i $((i%8)); done\n"
                   "exit 3\n")
    world.run("start", os.path.join(world.folder, "torn.sh"), "--name", "torn", "--max-restarts", "3",
              "--restart-delay", "50")
    world.run("start", "Examples/Fleets/quickstart/ticker.sh", "--instances", "2")
    old = opened(world, (80, 24), "monit")
    old.sees("torn", "ticker#1")
    for columns, rows in SIZES:
        old.resize(columns, rows)
        old.keys("j", "t", "z", "z", "l", "l", "t", "k")
        wait("the window has its size", lambda size=columns: old.value("window_width") == str(size))
    world.becomes("torn#0", "errored")
    world.run("stop", "all")
    for key in ("Escape", "Escape", "Escape", "g", "G"):
        old.keys(key)
    old.sees("torn", "stopped")
    new = opened(world, (80, 24), "monit")
    new.sees("torn", "stopped")
    new.keys("G")

    def colours(terminal):
        return terminal.tmux("capture-pane", "-e", "-p", "-t", ":0")

    # The hints of messages go by themselves; the figures of the machine reach both.
    wait("the same screens", lambda: colours(old) == colours(new), 30,
         lambda: f"\n{colours(old)}\n{colours(new)}")
    old.keys("C-l")
    wait("the same screens when all is drawn anew", lambda: colours(old) == colours(new), 30)
    quits(new)
    quits(old)
    world.ends()
