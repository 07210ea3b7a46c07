"""od why and od doctor: what led to the state of an app, and whether all is well."""

import json
import os
import signal
import stat

from terminal import wait

CONFIG = """
name: shop
apps:
  - name: steady
    script: /bin/sleep 100{digit}
    minUptime: 50ms
    env: {{PORT: "{digit}"}}
"""


def story(world, name):
    return world.json("why", name)[0]


def session_why_tells_what_happened(world):
    script = world.file("bad.sh", "#!/bin/sh\necho first words >&2\necho \"with $API_TOKEN\" >&2\nexit 3\n")
    os.chmod(script, stat.S_IRWXU)
    # The next run begins after the report: its words are not in it.
    world.run("start", script, "--name", "bad", "--max-restarts", "2", "--env", "API_TOKEN=hunter2222",
              "--set", "restartStrategy=fixed", "--set", "restartDelay=300")
    world.becomes("bad#0", "errored")
    crashes = wait("both crashes are reported", lambda: len(found := story(world, "bad")["crashes"]) > 1
                   and found[0]["stderr"] and found)
    assert crashes[0]["exit"] == {"code": 3}, crashes
    assert crashes[0]["stderr"] == ["first words", "with ********"], crashes
    text = world.run("why", "bad")
    for words in ("bad#0 is errored", "quick exits", "first words", "no further try"):
        assert words in text, (words, text)
    assert "hunter2222" not in text + json.dumps(story(world, "bad")), text

    # Every crash has its words, whichever is known first: its exit, or the end of its streams.
    world.run("start", "sh -c 'echo last >&2; sleep 0.1; exit 7'", "--name", "quick", "--max-restarts", "3")
    world.becomes("quick#0", "errored")
    quick = wait("all are reported", lambda: len(found := story(world, "quick")["crashes"]) > 2 and found)
    assert all(crash["stderr"] == ["last"] for crash in quick), quick

    # Who did it, and the engine that heard it may be gone.
    world.run("start", "/bin/sleep", "--name", "nap", "--", "1000")
    world.run("stop", "nap")
    os.kill(world.status()["pid"], signal.SIGKILL)
    wait("another engine tells", lambda: world.list_or_none() is not None)
    deeds = story(world, "nap")["deeds"]
    assert [deed["what"] for deed in deeds] == ["stop", "start"], deeds
    assert deeds[0]["uid"] == os.geteuid() and deeds[0]["by"] == "od stop nap", deeds
    assert "said ‘od stop nap’" in world.run("why", "nap"), world.run("why", "nap")

    # Somebody kills it from outside.
    world.run("start", "nap")
    os.kill(world.pids()["nap#0"], signal.SIGKILL)
    killed = wait("the kill is reported", lambda: story(world, "nap")["crashes"])
    assert killed[0]["exit"] == {"signal": 9}, killed

    # The history of one app only, also after it is gone.
    world.run("delete", "nap")
    events = world.json("events", "nap")
    assert events and all(event["process"]["name"] == "nap" for event in events), events
    assert world.json("events", "nap", "process:deleted")[0]["name"] == "process:deleted"


def session_why_tells_what_is_different(world):
    config = world.file("opendaemon.config.yaml", CONFIG.format(digit=1))
    folder = os.path.dirname(config)
    world.run("start", config, folder=folder)
    wait("it ran well", lambda: world.list()["steady#0"].get("uptime", 0) > 100)
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(digit=2))
    world.run("up", config, folder=folder)
    told = story(world, "steady")
    changes = {change["key"]: (change.get("old"), change.get("new")) for change in told["changes"]}
    assert changes["env.PORT"] == ("1", "2"), told
    assert "goodUntil" in told and "steady#0 is online" in world.run("why", "steady"), told


def session_the_doctor_starts_nothing(world):
    # Other init systems and limits of the machine may be doubtful; nothing is broken.
    findings = world.json("doctor")
    assert not os.path.exists(world.home) and not world.processes(), findings
    assert all(finding["state"] != "fail" for finding in findings), findings
    world.run("start", "/bin/sleep", "--name", "nap", "--", "1000")
    checks = {finding["check"]: finding["state"] for finding in world.json("doctor")}
    assert checks["daemon"] == checks["versions"] == checks["home"] == "ok", checks
    os.chmod(world.home, 0o770)
    assert "chmod 700" in world.run("doctor", code=1)
    os.chmod(world.home, 0o700)
    # All of ours are killed: what is left is named.
    status = world.status()
    for pid in (status["pid"], status["keeperPid"], status["sparePid"]):
        os.kill(pid, signal.SIGSTOP)
    for pid in (status["pid"], status["keeperPid"], status["sparePid"]):
        os.kill(pid, signal.SIGKILL)
    wait("nothing of the daemon is left", lambda: len(world.processes()) == 1, 15, lambda: f"\n{world.processes()}")
    text = world.run("doctor")
    assert "live without a daemon" in text and "the daemon was killed" in text, text
    world.run("daemon", "start")
    world.becomes("nap#0", "online")
    text = world.run("doctor")
    assert "live without a daemon" not in text, text


def session_why_tells_what_is_in_the_way(world):
    """A dependency that is not there yet, a core dump, and the end of the daemon as somebody's deed."""
    config = world.file("chain.json", json.dumps({"name": "chain", "apps": [
        {"name": "api", "script": "sleep 1000", "dependencies": {"db": "ready", "job": "completed-successfully"}},
        {"name": "db", "script": "sleep 1001", "ready": {"port": 1}, "listenTimeout": "60s"},
        {"name": "job", "script": "sh -c 'exit 3'", "restart": "never"}]}))
    world.run("apply", config)
    wait("the job has ended", lambda: world.list()["job#0"]["status"] == "stopped")
    states = {state["name"]: state for state in story(world, "api")["dependencies"]}
    assert states["db"]["obstacle"] == "starting" and "port 1" in states["db"]["reason"], states
    assert states["job"]["obstacle"] == "failed: exit 3" and states["job"]["since"], states
    text = world.run("why", "api")
    for words in ("db must be ready: starting since", "job must be completed-successfully: failed: exit 3 since"):
        assert words in text, (words, text)
    world.run("daemon", "stop")
    world.run("start", "job")
    deeds = story(world, "db")["deeds"]
    assert [deed["by"] for deed in deeds if deed["what"] == "daemon stop"] == ["od daemon stop"], deeds
