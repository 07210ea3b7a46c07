"""Capabilities that are switched off and on, events that are shown, and restarts that outlive the engine."""
import json
import os
import sqlite3
import subprocess
import time

from faults import killed
from terminal import wait


def states(world):
    return {one["id"]: one["state"] for one in world.json("plugin", "list")}


def session_capabilities_stay_as_they_were_switched(world):
    world.run("start", "sleep 1000", "-n", "a")
    assert set(states(world).values()) == {"enabled"}, states(world)
    assert world.list()["a#0"]["memory"] > 0
    refused = json.loads(world.run("plugin", "disable", "metrics", "--json", code=2))
    assert refused["error"]["code"] == "OD1010" and "live-metrics" in refused["error"]["why"], refused
    assert json.loads(world.run("plugin", "disable", "logs", "--json", code=2))["error"]["code"] == "OD1010"
    assert json.loads(world.run("plugin", "info", "nope", "--json", code=3))["error"]["code"] == "OD3002"
    world.run("plugin", "disable", "live-metrics")
    world.run("plugin", "disable", "metrics")
    assert "memory" not in world.list()["a#0"]
    killed(world)
    assert states(world) == {"logs": "enabled", "metrics": "disabled", "live-metrics": "disabled", "events": "enabled"}
    assert "memory" not in world.list()["a#0"]
    changed = [one["id"] for one in world.json("plugin", "enable", "live-metrics")]
    assert changed == ["metrics", "live-metrics"], changed
    assert world.list()["a#0"]["memory"] > 0
    world.ends()


def session_events_that_are_not_kept_are_not_shown(world):
    world.run("start", "sleep 1000", "-n", "a")
    assert any(one["name"] == "process:online" for one in world.json("events"))
    world.run("plugin", "disable", "events")
    assert json.loads(world.run("events", "--json", code=2))["error"]["code"] == "OD1011"
    world.run("restart", "a")
    world.run("plugin", "enable", "events")
    world.run("stop", "a")
    names = [one["name"] for one in world.json("events")]
    assert "process:restarting" not in names and names[-1] == "process:stopped", names
    world.ends()


def session_a_history_that_cannot_be_written_rests(world):
    """State is stored without it; when it can be written again, it is."""
    world.run("start", "sleep 1000", "-n", "a")
    database = sqlite3.connect(os.path.join(world.home, "state.db"), timeout=20)
    with database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no room'); END")
    restarts = 0
    while states(world)["events"] != "resting":
        world.run("restart", "a")
        restarts += 1
        assert restarts < 10, world.run("plugin", "list")
    history = world.json("plugin", "info", "events")
    assert "no room" in history["reason"] and history["failures"] >= 3 and "restsUntil" in history, history
    with database:
        database.execute("DROP TRIGGER full")
    assert world.list()["a#0"]["restarts"] == restarts
    # Facts are gathered for a moment before they are written.
    wait("state is stored", lambda: database.execute("SELECT restarts FROM instance").fetchone()[0] == restarts)
    database.close()

    def works():
        world.run("restart", "a")
        return states(world)["events"] == "enabled"
    wait("it works again", works)
    assert world.json("events")[-1]["name"].startswith("process:")
    killed(world)
    assert world.becomes("a#0", "online")
    world.ends()


def session_events_follow_over_engines_in_order(world):
    """`od events -f` shows each event once and in order, also those of an engine that is killed meanwhile."""
    world.run("daemon", "start")
    path = os.path.join(world.folder, "events.json")
    with open(path, "w") as output:
        follower = subprocess.Popen([world.od, "events", "process:exited", "-f", "--json"], env=world.environment,
                                    stdout=output, stdin=subprocess.DEVNULL)
    try:
        def seen():
            with open(path) as file:
                return [json.loads(line) for line in file.read().splitlines()]

        script = world.file("short.sh", "sleep 0.05; exit 3\n")
        world.run("start", script, "--restart", "never")
        for number in range(1, 6):
            wait(f"{number} exits", lambda: len(seen()) >= number)
            killed(world)
            world.run("start", "short")
        wait("all exits", lambda: len(seen()) >= 6)
        numbers = [one["seq"] for one in seen()]
        assert numbers == sorted(set(numbers)) and len(numbers) == 6, numbers
        assert all(one["crash"] and one["process"]["exit"] == {"code": 3} for one in seen())
        kept = world.json("events", "process:crash")
        assert [one["seq"] for one in kept] == numbers, (kept, seen())
    finally:
        follower.terminate()
        follower.wait()
    world.ends()


def session_a_killed_engine_keeps_a_backoff(world):
    """Neither at once nor never: the wait goes on from where it was."""
    config = world.file("c.yaml", "name: p\napps:\n  - {name: bad, script: 'sh -c \"exit 3\"', "
                                  "restartStrategy: fixed, restartDelay: 6s}\n")
    world.json("up", config)
    before = world.becomes("bad#0", "waiting")
    exited = time.monotonic()
    for _ in range(3):
        killed(world)
        after = world.list()["bad#0"]
        assert after["status"] == "waiting" and after["restarts"] == before["restarts"], after
    wait("the restart", lambda: world.list()["bad#0"]["restarts"] > before["restarts"])
    assert time.monotonic() - exited > 4, "it was started too early"
    world.ends()


def session_final_exits_and_cool_downs(world):
    config = world.file("c.yaml", "name: p\napps:\n"
                        "  - {name: job, script: 'sh -c \"exit 7\"', stopExitCodes: [7]}\n"
                        "  - {name: bad, script: 'sh -c \"exit 1\"', maxRestarts: 2, coolDown: 2s}\n")
    world.json("up", config)
    job = world.becomes("job#0", "stopped")
    assert job["exit"] == {"code": 7} and job["restarts"] == 0, job
    bad = world.becomes("bad#0", "errored")
    assert bad["reason"] == "2 quick exits, the last exit 1" and "waitsUntil" in bad, bad
    assert "next start" in world.run("info", "bad")
    wait("it is tried again", lambda: world.list()["bad#0"]["restarts"] > bad["restarts"])
    world.run("stop", "bad")
    assert world.list()["bad#0"]["status"] == "stopped"
    world.ends()
