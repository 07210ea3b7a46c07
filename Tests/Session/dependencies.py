"""Apps that depend on each other, limits of memory, pid files: what the tables of the README promise."""
import json
import os
import signal
import subprocess
import time

from faults import killed
from terminal import wait

# Writes when it began and when it was told to end.
SCRIPT = """
import os, signal, sys, time
def note(word):
    with open(os.environ["NOTES"], "a") as file:
        file.write(f"{word} {sys.argv[1]}\\n")
def end(*_):
    time.sleep(0.2)
    note("ended")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
note("began")
if sys.argv[2:]:
    time.sleep(float(sys.argv[2]))
    sys.exit(int(sys.argv[3]))
while True:
    time.sleep(100)
"""


def project(world, apps, name="shop"):
    """A config whose apps note what becomes of them; returns its path and that of the notes."""
    script, notes = world.file("app.py", SCRIPT), os.path.join(world.folder, "notes")
    whole = [{"script": script, "interpreter": "python3", "args": [app["name"], *app.pop("args", [])],
              "env": {"NOTES": notes}, **app} for app in apps]
    return world.file("opendaemon.config.json", json.dumps({"name": name, "apps": whole})), notes


def noted(notes, word):
    if not os.path.exists(notes):
        return []       # nobody has begun yet
    with open(notes) as file:
        return [line.split()[1] for line in file if line.startswith(word + " ")]


def session_apps_start_and_end_in_order(world):
    config, notes = project(world, [
        {"name": "web", "dependencies": ["api"]},
        {"name": "api", "dependencies": ["db", {"name": "job", "condition": "completed_successfully"}]},
        {"name": "db"},
        {"name": "job", "args": ["0.4", "0"], "restart": "on-failure"},
    ])
    world.run("up", config, "--no-dashboard")
    assert world.list()["api#0"]["reason"].startswith("for job ("), world.list()["api#0"]
    world.becomes("web#0", "online")
    graph = world.run("graph")
    assert graph.startswith("shop\n  web  online\n") and "job (completed-successfully)  finished" in graph, graph
    edges = {node["name"]: [one["name"] for one in node["dependencies"]] for node in world.json("graph")["nodes"]}
    assert edges == {"web": ["api"], "api": ["db", "job"], "db": [], "job": []}, edges
    assert '"shop/web" -> "shop/api" [label="ready"];' in world.run("graph", "--format", "dot")
    assert "-->|ready|" in world.run("graph", config, "--format", "mermaid")
    world.run("stop", "db")
    assert {name: one["status"] for name, one in world.list().items()} == {
        "web#0": "online", "api#0": "online", "db#0": "stopped", "job#0": "stopped"}
    world.run("restart", "api")
    assert world.list()["api#0"]["reason"] == "for db (stopped)", world.list()["api#0"]
    killed(world)
    assert world.list()["api#0"]["reason"] == "for db (stopped)", world.list()["api#0"]
    world.run("start", "db")
    world.becomes("api#0", "online")
    wait("all have begun", lambda: noted(notes, "began").count("api") == 2)
    os.truncate(notes, 0)
    world.run("stop", "all")
    assert noted(notes, "ended") == ["web", "api", "db"], noted(notes, "ended")
    world.run("start", "web")
    world.becomes("web#0", "online")
    wait("web listens", lambda: "web" in noted(notes, "began"))
    os.truncate(notes, 0)
    world.ends()
    assert noted(notes, "ended") == ["web", "api", "db"], noted(notes, "ended")


def session_circles_and_strangers_are_refused(world):
    config, _ = project(world, [{"name": "a", "dependencies": ["b"]}, {"name": "b", "dependsOn": "a"}])
    refused = json.loads(world.run("up", config, "--json", code=2))["error"]
    assert refused["code"] == "OD2016" and "a → b → a" in refused["why"], refused
    config, _ = project(world, [{"name": "api", "dependencies": ["bd"]}, {"name": "db"}])
    refused = json.loads(world.run("up", config, "--json", code=2))["error"]
    assert refused["code"] == "OD2016" and "did you mean ‘db’" in refused["why"], refused
    world.ends()


def session_cascade(world):
    config, notes = project(world, [
        {"name": "api", "depends_on": {"db": {"condition": "service_healthy"}}, "cascade": True},
        {"name": "tool", "dependencies": ["db"]}, {"name": "db"}])
    world.run("up", config, "--no-dashboard")
    for name in ("api#0", "tool#0"):
        world.becomes(name, "online")
    wait("all have begun", lambda: len(noted(notes, "began")) == 3)
    world.run("restart", "db")
    world.becomes("api#0", "online")
    assert [world.list()[name]["restarts"] for name in ("api#0", "tool#0", "db#0")] == [1, 0, 1]
    world.run("stop", "db", "--cascade")
    assert {one["status"] for one in world.list().values()} == {"stopped"}
    world.ends()


def session_memory_has_a_limit(world):
    """PM2's complaint 29: a limit of memory is noticed half a minute late, and its unit is guessed."""
    eater = world.file("eater.py", "import time\nhoard = bytearray(1)\ntime.sleep(1)\n"
                       "hoard = bytearray(b'x' * (80 << 20))\ntime.sleep(1000)\n")
    config = world.file("c.json", json.dumps({"name": "m", "apps": [
        {"name": "eater", "script": eater, "interpreter": "python3", "maxMemory": "60M", "restart": "never"}]}))
    world.run("up", config, "--no-dashboard")
    wait("it was restarted", lambda: world.list()["eater#0"]["restarts"] >= 1)
    detail = world.json("info", "eater")[0]
    assert "over maxMemory 60 MiB" in detail["order"]["cause"], detail
    events = world.json("events", "-n", "1000")
    assert any("over maxMemory" in one.get("message", "") for one in events), events
    assert not any(one.get("crash") for one in events), events
    world.run("stop", "eater")
    world.run("plugin", "disable", "live-metrics")
    world.run("plugin", "disable", "metrics")
    warnings = world.json("up", config)["warnings"]
    assert any("metrics is off" in one for one in warnings), warnings
    world.ends()


def session_pid_files(world):
    path = os.path.join(world.folder, "run", "app.pid")
    config = world.file("c.json", json.dumps({"name": "m", "apps": [
        {"name": "app", "script": "sleep 1000", "pidFile": path}]}))

    def said():
        try:
            with open(path) as file:
                return int(file.read())
        except (FileNotFoundError, ValueError):
            return None
    world.run("up", config, "--no-dashboard")
    wait("the file says the pid", lambda: said() == world.pids()["app#0"])
    assert os.stat(path).st_mode & 0o777 == 0o644 and os.listdir(os.path.dirname(path)) == ["app.pid"]
    world.run("restart", "app")
    wait("the file says the new pid", lambda: said() == world.pids()["app#0"])
    world.run("stop", "app")
    wait("the file is gone", lambda: said() is None)
    world.run("start", "app")
    wait("the file is there", lambda: said() == world.pids()["app#0"])
    # What another program has written stays.
    with open(path, "w") as file:
        file.write("1\n")
    world.ends()
    assert said() == 1


def session_only_the_first_process_is_asked(world):
    child = "trap 'echo child' TERM; echo ready; while :; do sleep 0.1; done"
    script = world.file("tree.sh", f"sh -c \"{child}\" &\ntrap 'echo first; exit 0' TERM\n"
                        "echo $!\nwhile :; do sleep 0.1; done\n")
    config = world.file("c.json", json.dumps({"name": "m", "apps": [
        {"name": "tree", "script": script, "interpreter": "sh", "treeKill": False, "killTimeout": "1m"}]}))

    def said():
        return sorted(world.log("tree#0", namespace="m").split())
    world.run("up", config, "--no-dashboard")
    wait("both have begun", lambda: len(said()) == 2)
    pid, ready = said()
    assert ready == b"ready", said()
    stop = subprocess.Popen([world.od, "stop", "tree"], env=world.environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL)
    wait("the first process was asked and ends", lambda: b"first" in said())
    # The app is down when its last process is: this one was not asked, and lives.
    assert stop.poll() is None and world.list()["tree#0"]["status"] == "stopping", world.list()
    os.kill(int(pid), signal.SIGKILL)
    assert stop.wait(60) == 0
    assert said() == [pid, b"first", b"ready"], said()
    world.ends()


def session_many_apps_in_layers_are_fast(world):
    """A hundred apps in five layers: one request, and nothing is looked at again and again."""
    apps = [{"name": f"a{index}", "script": "sleep 1000",
             "dependencies": [f"a{index - 20}"] if index >= 20 else []} for index in range(100)]
    config = world.file("c.json", json.dumps({"name": "many", "apps": apps}))
    world.run("up", config, "--no-dashboard")
    wait("all run", lambda: all(one["status"] == "online" for one in world.list().values()))
    for verb in ("restart", "stop"):
        world.run(verb, "all")
    wait("all are down", lambda: all(one["status"] == "stopped" for one in world.list().values()))
    world.ends()
