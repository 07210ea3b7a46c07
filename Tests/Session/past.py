"""Looking back: the dashboard as it was, figures of before, and engines that do not know how."""
import json
import os
import sqlite3
import time

from faults import killed
from sessions import opened, quits
from terminal import wait

TICKER = "Examples/Fleets/quickstart/ticker.sh"


def aged(world, seconds):
    """All that has happened so far was so long ago."""
    with sqlite3.connect(os.path.join(world.home, "state.db"), timeout=20) as database:
        database.execute("UPDATE event SET at = at - ?", (seconds * 1000,))


def session_the_dashboard_looks_back(world):
    world.run("start", TICKER, "--name", "gone")
    world.run("start", TICKER, "--name", "stays")
    world.becomes("gone#0", "online")
    world.becomes("stays#0", "online")
    aged(world, 300)
    world.run("delete", "gone")
    before = world.list()["stays#0"]["pid"]
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("1 process", "stays", "live")
    # In one go: after a pause the steps are little again.
    terminal.keys(*"[[[[")
    terminal.sees("2 processes", "gone", "stays", "(1m 3", "s ago)")
    terminal.keys("r")
    terminal.sees("Restart stays now?")
    terminal.keys("n")
    terminal.misses("Restart stays now?")
    terminal.keys(".", *"[[[[[[[")
    terminal.sees("nothing is known before")
    terminal.keys(".")
    terminal.sees("1 process", "stays", "live")
    assert world.list()["stays#0"]["pid"] == before
    quits(terminal)
    world.ends()


def session_figures_of_before_are_kept(world):
    world.run("start", "sleep 1000", "-n", "a")
    world.becomes("a#0", "online")
    # What is asked for is measured, and remembered.
    assert world.list()["a#0"]["memory"] > 0
    points = wait("a point", lambda: world.json("metrics", "a", "--since", "5m")["series"][0]["points"])
    assert points[-1]["memory"]["max"] > 100_000, points
    assert "default/a#0" in world.run("metrics", "a") and "the machine" in world.run("metrics")
    refused = json.loads(world.run("metrics", "b", "--json", code=3))
    assert refused["error"]["code"] == "OD3001", refused
    # An engine that was killed leaves the minutes: one of an hour ago is as good as one of its own.
    with sqlite3.connect(os.path.join(world.home, "state.db"), timeout=20) as database:
        database.execute("INSERT INTO metric_series VALUES (1, 'default/a#0', 29000000), (2, 'shop/old#0', 29000000)")
        row = b"".join(series.to_bytes(4, "little") + b"\x06\x00" + b"\x64\x00" * 6 for series in (1, 2))
        database.execute("INSERT INTO metric_minute VALUES (?, 1, ?)", (int(time.time()) // 60 - 60, row))
    killed(world)
    for name in ("a", "shop/old"):
        points = wait("the minute", lambda: world.json("metrics", name, "--since", "2h")["series"][0]["points"])
        assert points[0]["cpu"]["average"] == 1 and points[0]["memory"]["min"] == 102_400, points
    world.run("plugin", "disable", "live-metrics")
    world.run("plugin", "disable", "metrics")
    assert json.loads(world.run("metrics", "a", "--json", code=2))["error"]["code"] == "OD1011"
    world.ends()
