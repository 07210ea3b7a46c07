"""Several machines in one dashboard: a tab each, over a stand-in for ssh."""
import subprocess

from faults import killed
from protocol import refusal, stub
from sessions import opened, quits
from world import World

TICKER = "Examples/Fleets/quickstart/ticker.sh"

# Each machine is a home; `gate-NAME` lets one in.
SSH = """
for word; do before=$host; host=$word; done
host=$before
[ -e "{folder}/gate-$host" ] || {{ echo "ssh: connect to host $host port 22: Connection refused" >&2; exit 255; }}
unset OD_HOME
OD_HOME="$(cat "{folder}/gate-$host")" exec sh -c "$last"
"""


def session_two_machines_side_by_side(world):
    other = World()
    try:
        world.run("start", TICKER, "--name", "here")
        other.run("start", TICKER, "--name", "there")
        stub(world, SSH.format(folder=world.folder))
        world.file("gate-me@one", world.home)
        terminal = opened(world, (120, 40), "monit", "--host", "me@one", "--host", "me@two")
        terminal.sees("here", "online", "two", "no link")
        terminal.keys("}")
        terminal.sees("me@two cannot be reached", "Connection refused", "ssh me@two true")
        # It comes by itself, and the other tab has not noticed.
        world.file("gate-me@two", other.home)
        terminal.sees("there", "online", "live")
        terminal.keys("s")
        terminal.sees("Stop there at me@two?", "od --host me@two stop there")
        terminal.keys("y")
        other.becomes("there#0", "stopped")
        assert world.list()["here#0"]["status"] == "online"
        # An engine that dies is found again, in its own tab.
        killed(world)
        terminal.keys("{")
        terminal.sees("here", "live")
        world.run("stop", "here")
        terminal.sees("stopped")
        quits(terminal)
        said = refusal(world, "list", "--host", "one", "--host", "two")
        assert "OD1001" in said and "one machine" in said, said
        many = [word for number in range(17) for word in ("--host", f"m{number}")]
        said = subprocess.run([world.od, "monit", *many], env=world.environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60).stderr
        assert "OD1001" in said and "at most 16" in said, said
        other.run("daemon", "stop")
        world.ends()
    finally:
        other.close()
