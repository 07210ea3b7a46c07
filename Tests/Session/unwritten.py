"""What goes wrong with logs is told by what starts an app, and events of a config are those of its apps."""
import json
import os
import subprocess

from disk import fill, mounted
from world import Skipped
from written import fleet


def warnings(world, *words):
    return world.json(*words).get("warnings", [])


def session_logs_that_cannot_be_written_are_told_at_the_start(world):
    """A path through a file, a FIFO that nobody reads; and nothing is said of an app beside them."""
    world.file("plain", "")
    os.mkfifo(os.path.join(world.folder, "fifo"))
    config = fleet(world, [
        "{name: good, script: sleep 1000}", "{name: through, script: sleep 1000, logFile: plain/out.log}",
        "{name: unread, script: sleep 1000, outFile: fifo}"])
    said = warnings(world, "up", config, "--no-dashboard")
    assert len(said) == 2, said
    assert all("cannot be written, what " in one and " says is lost: " in one for one in said), said
    assert any(f"{world.folder}/plain/out.log" in one and "through#0" in one for one in said), said
    assert any(f"{world.folder}/fifo" in one and "unread#0" in one for one in said), said
    world.run("stop", "through")
    said = warnings(world, "start", "through")
    assert len(said) == 1 and "plain/out.log" in said[0], said
    done = subprocess.run([world.od, "start", "through"], env=world.environment, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, check=True)
    assert "plain/out.log cannot be written" in done.stderr, done.stderr
    many = [f"{{name: bad{number}, script: sleep 1000, logFile: plain/{number}.log}}" for number in range(8)]
    said = warnings(world, "up", fleet(world, many), "--no-dashboard")
    assert len(said) == 6 and said[5].startswith("3 more logs cannot be written"), said
    world.ends()


def session_a_full_disk_is_told_at_the_start(world):
    folder = os.path.join(world.folder, "small")
    try:
        mounted(world, folder, 64 << 10)
    except Skipped as reason:
        return str(reason)
    fill(folder)
    said = warnings(world, "up", fleet(world, [f"{{name: much, script: sleep 1000, logFile: {folder}/out.log}}"]),
                    "--no-dashboard")
    assert len(said) == 1 and "out.log cannot be written" in said[0], said
    world.ends()


def session_events_of_whom(world):
    """By every form of a target that other verbs take."""
    config = fleet(world, ["{name: one, script: sleep 1000, instances: 2}", "{name: two, script: sleep 1000}"])
    world.run("up", config, "--no-dashboard")
    world.run("start", "sleep 1000", "--name", "other")

    def named(*targets):
        return {f"{event['process']['name']}#{event['process']['instance']}"
                for event in world.json("events", *targets, "process:online")}

    ids = {label: one["id"] for label, one in world.list().items()}
    for target, wanted in (
            ("one", {"one#0", "one#1"}), ("w/one", {"one#0", "one#1"}), ("one#1", {"one#1"}),
            (str(ids["two#0"]), {"two#0"}), ("w", {"one#0", "one#1", "two#0"}), ("/^o/", {"one#0", "one#1", "other#0"}),
            (config, {"one#0", "one#1", "two#0"}), ("all", {"one#0", "one#1", "two#0", "other#0"})):
        assert named(target) == wanted, (target, named(target))
    assert named(config, "other") == named("all")
    error = json.loads(world.run("events", os.path.join(world.folder, "none.yaml"), "--json", code=3))["error"]
    assert error["code"] == "OD3001", error
    world.ends()
