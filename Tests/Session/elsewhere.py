"""Those who come from elsewhere: files and words of PM2, Procfiles, configs that are programs. And dumps."""
import json
import os
import subprocess

from sessions import needs
from terminal import wait

ECOSYSTEM = """
console.log("not the config");
module.exports = { apps: [
  { name: "api", script: "./api.js", args: ["--port", 1], env: { A: 1 }, max_restarts: 3, watch: true },
  { name: "shell", script: "./run.sh", cwd: __dirname + "/sub", out_file: "out.log" },
] };
"""


def project(world):
    """The folder of a project, which is called `shop`."""
    folder = os.path.join(world.folder, "shop")
    os.makedirs(folder + "/sub", exist_ok=True)
    world.file("shop/api.js", "console.log(process.argv.slice(2).join(' ') + ' A=' + process.env.A);\n"
                              "setInterval(() => {}, 1000);\n")
    world.file("shop/sub/run.sh", "echo here is $PWD\nexec sleep 1000\n")
    return folder


def errors(world, *words, folder):
    """stderr of a verb that succeeds."""
    done = subprocess.run([world.od, *words], env=world.environment, cwd=folder, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done
    return done.stderr


@needs("node")
def session_a_file_of_pm2_starts_as_it_is(world):
    folder = project(world)
    world.file("shop/ecosystem.config.js", ECOSYSTEM)
    said = errors(world, "start", "ecosystem.config.js", folder=folder)
    assert "not the config" in said and said.count("a file of PM2") == 1 and "watch (api)" in said, said
    pids = {label: world.becomes(label, "online")["pid"] for label in ("api#0", "shell#0")}
    wait("the api speaks", lambda: world.log("api#0", namespace="shop") == b"--port 1 A=1\n")
    wait("the shell speaks", lambda: os.path.exists(folder + "/sub/out.log")
         and "/shop/sub" in open(folder + "/sub/out.log").read())
    shapes = json.loads(world.run("jlist"))
    assert {one["name"]: one["pid"] for one in shapes} == {"api": pids["api#0"], "shell": pids["shell#0"]}, shapes
    assert shapes[0]["pm2_env"]["status"] == "online" and shapes[0]["pm2_env"]["env"]["A"] == "1", shapes[0]
    assert world.run("pid", "api") == f"{pids['api#0']}\n"
    # What migrate writes is the same project: nothing is restarted.
    world.run("migrate", "ecosystem.config.js", "-o", "opendaemon.config.yaml", folder=folder)
    world.run("down", "shop")
    world.run("up", "opendaemon.config.yaml", folder=folder)
    assert world.becomes("api#0", "online") and world.becomes("shell#0", "online")
    world.ends()


def session_words_of_pm2_are_understood(world):
    script = world.file("job.sh", "exec sleep 1000\n")
    world.run("start", script, "--name", "job", "--no-autorestart", "-o", world.folder + "/o.log", "-k", "3000")
    detail = world.json("describe", "job")[0]
    assert detail["restart"]["mode"] == "never" and detail["killTimeout"] == 3000, detail
    assert detail["process"]["outFile"] == world.folder + "/o.log", detail
    assert world.json("serve", code=2)["error"]["code"] == "OD1017"
    assert world.json("start", script, "--watch", code=2)["error"]["code"] == "OD1017"
    assert "job#0 online" in world.run("list", "-m", "--sort", "memory:desc")
    world.run("kill")
    world.is_empty()


def session_a_procfile_starts(world):
    folder = project(world)
    world.file("shop/Procfile", "# two\nweb: echo port $PORT; exec sleep 1000\nworker: sleep 1000\n")
    world.run("start", "Procfile", folder=folder)
    world.becomes("worker#0", "online")
    wait("the port is said", lambda: world.log("web#0", namespace="shop") == b"port 5000\n")
    world.ends()


def session_keys_of_apps_are_changed_for_good(world):
    script = world.file("job.sh", "exec sleep 1000\n")
    world.run("start", script, "-n", "job")
    pid = world.becomes("job#0", "online")["pid"]
    assert "nothing restarted" in world.run("set", "job", "maxRestarts", "3")
    assert world.pids() == {"job#0": pid}
    assert "restarted: job#0" in world.run("set", "job", "env.COLOUR=red")
    again = world.becomes("job#0", "online")["pid"]
    assert again != pid
    with open(f"/proc/{again}/environ", "rb") as file:
        assert b"COLOUR=red\0" in file.read()
    world.run("daemon", "stop")
    world.run("daemon", "start")
    world.becomes("job#0", "online")
    assert world.json("info", "job")[0]["restart"]["maxRestarts"] == 3
    world.run("unset", "job", "env.COLOUR")
    names = [one["name"] for one in world.json("env", "job")[0]["variables"]]
    assert "COLOUR" not in names, names
    world.ends()


def session_a_dump_brings_apps_back(world):
    """PM2's complaints 13 and 14: nothing has to be saved for a reboot, and a bad dump replaces no good one."""
    script = world.file("job.sh", "exec sleep 1000\n")
    world.run("start", script, "-n", "one")
    world.run("start", script, "-n", "two")
    world.run("stop", "two")
    good = world.json("save")["file"]
    assert os.stat(good).st_mode & 0o777 == 0o600 and os.stat(os.path.dirname(good)).st_mode & 0o777 == 0o700
    world.run("delete", "all", "--yes")
    assert world.json("save", code=1)["error"]["code"] == "OD6006"
    bad = os.path.join(os.path.dirname(good), "000002.json")
    with open(bad, "w") as file:
        file.write("[]")
    result = world.json("resurrect")
    assert result["file"] == good and len(result["broken"]) == 1 and bad in result["broken"][0], result
    pid = world.becomes("one#0", "online")["pid"]
    assert world.list()["two#0"]["status"] == "created"
    # Said again it starts no second one.
    world.run("resurrect")
    assert world.pids() == {"one#0": pid, "two#0": None}
    world.ends()


def variables(pid):
    with open(f"/proc/{pid}/environ", "rb") as file:
        return dict(entry.split("=", 1) for entry in file.read().decode().split("\0") if "=" in entry)


def fleet(world, *apps):
    """Writes the project again; its apps are flow maps of YAML."""
    return world.file("fleet.yaml", "name: shop\napps:\n" + "".join(f"  - {app}\n" for app in apps))


def session_complaint_13_apps_are_back_without_save(world):
    """PM2 #1055 #5297 #3083: after a reboot nothing comes back, because nobody said save."""
    script = world.file("job.sh", "exec sleep 1000\n")
    world.run("start", script, "-n", "job")
    world.becomes("job#0", "online")
    world.run("daemon", "stop")
    assert not os.path.exists(os.path.join(world.home, "dump"))
    world.run("daemon", "start")
    world.becomes("job#0", "online")
    world.ends()


def session_complaint_18_a_file_is_applied_exactly(world):
    """PM2 #3192 #3806 #4135: variables are not updated, are never removed, or the shell's go before the file's."""
    world.environment["A"] = "of the shell"
    world.run("up", fleet(world, "{name: job, script: sleep 1000, env: {A: 1, B: 2}}"))
    first = world.becomes("job#0", "online")["pid"]
    assert variables(first)["A"] == "1" and variables(first)["B"] == "2"
    world.run("up", fleet(world, "{name: job, script: sleep 1000, env: {A: 3}}"))
    second = world.becomes("job#0", "online")["pid"]
    assert second != first and variables(second)["A"] == "3" and "B" not in variables(second)
    # Without the file's word for it the shell's is not inherited either.
    world.run("up", fleet(world, "{name: job, script: sleep 1000}"))
    assert "A" not in variables(world.becomes("job#0", "online")["pid"])
    world.ends()


def session_complaint_19_what_changed_is_restarted_and_nothing_else(world):
    """PM2 #2510 #3054 #1893: another folder, script or interpreter is ignored until the app is deleted."""
    world.file("a.sh", "exec sleep 1000\n")
    world.file("b.sh", "exec sleep 1001\n")
    other = "{name: other, script: sleep 1000}"
    world.run("up", fleet(world, "{name: job, script: a.sh}", other))
    before = {label: world.becomes(label, "online")["pid"] for label in ("job#0", "other#0")}
    for app, path in (("{name: job, script: a.sh, cwd: /}", "/"), ("{name: job, script: b.sh}", world.folder)):
        world.run("up", fleet(world, app, other))
        after = {label: world.becomes(label, "online")["pid"] for label in ("job#0", "other#0")}
        assert after["job#0"] != before["job#0"] and after["other#0"] == before["other#0"], (before, after)
        assert os.readlink(f"/proc/{after['job#0']}/cwd") == path
        before = after
    with open(f"/proc/{before['job#0']}/cmdline", "rb") as file:
        assert file.read() == b"sleep\x001001\0"
    world.ends()


def session_complaint_21_secrets_stay_where_they_are(world):
    """PM2 #5190 #5419 #6073: secrets in lists and in a dump that all may read, its own variables in every app."""
    world.environment["SHELL_TOKEN"] = "s3cret-of-the-shell"
    script = world.file("job.sh", "exec sleep 1000\n")
    world.run("start", script, "-n", "job", "--env", "API_TOKEN=s3cret")
    pid = world.becomes("job#0", "online")["pid"]
    for words in ("jlist", "prettylist", "list --json", "info job", "info job --json", "env job"):
        assert "s3cret" not in world.run(*words.split()), words
    own = {name for name in variables(pid) if name.startswith(("OD_", "NODE_", "PM2_", "pm_"))}
    assert own <= {"OD_NAME", "OD_NAMESPACE", "OD_HOME", "OD_ID", "OD_INSTANCE", "NODE_APP_INSTANCE"}, own
    assert "SHELL_TOKEN" not in variables(pid)
    dump = world.json("save")["file"]
    for path in (dump, os.path.dirname(dump), world.home):
        assert os.stat(path).st_mode & 0o077 == 0, path
    with open(dump) as file:
        assert "s3cret-of-the-shell" not in file.read()
    world.ends()


def session_what_is_run_is_changed_for_good(world):
    """Other arguments, another script, a port to wait for: one command each, and it stays so."""
    world.file("one.sh", "echo one \"$@\"\nexec sleep 1000\n")
    world.file("two.sh", "echo two \"$@\"\nexec sleep 1000\n")
    world.run("start", "one.sh", "-n", "job", "--", "a", folder=world.folder)
    wait("it runs", lambda: b"one a\n" in world.log("job#0"))
    assert "restarted: job#0" in world.run("set", "job", "args=b 'c d'", folder=world.folder)
    wait("other arguments", lambda: b"one b c d\n" in world.log("job#0"))
    world.run("set", "job", "script", "two.sh", folder=world.folder)
    wait("another script", lambda: b"two b c d\n" in world.log("job#0"))
    assert world.json("set", "job", "dependencies.db=started", code=2)["error"]["code"] == "OD2016"
    world.run("start", "one.sh", "-n", "db", folder=world.folder)
    assert "nothing restarted" in world.run("set", "job", "dependencies.db=started")
    world.run("delete", "db")
    world.run("set", "job", "ready.log=two", "listenTimeout=5s")
    world.becomes("job#0", "waiting")
    assert "for db (not there)" in world.run("why", "job")
    world.run("unset", "job", "dependencies")
    world.becomes("job#0", "online")
    assert world.json("set", "job", "execMode", "cluster", code=2)["error"]["code"] == "OD2003"
    assert world.json("set", "job", "script", "gone.sh", folder=world.folder, code=2)["error"]["code"] == "OD1002"


def session_init_and_migrate_take_what_is_there(world):
    """A config of PM2 becomes one of ours; variables alone take the programs beside them."""
    folder = world.folder + "/moved"
    os.mkdir(folder)
    with open(folder + "/process.json", "w", encoding="utf-8") as file:
        json.dump({"apps": [{"name": "job", "script": "sleep", "args": "1000", "kill_timeout": 3000}]}, file)
    text = world.run("init", folder=folder)
    assert "killTimeout: 3000" in text and os.listdir(folder) == ["process.json"], text
    world.run("init", "--yes", folder=folder)
    world.run("up", "--no-dashboard", folder=folder)
    world.becomes("job#0", "online")
    assert world.json("info", "job")[0]["killTimeout"] == 3000
    os.remove(folder + "/opendaemon.config.yaml")
    with open(folder + "/.env", "w", encoding="utf-8") as file:
        file.write("COLOUR=red\n")
    assert world.json("migrate", ".env", folder=folder, code=2)["error"]["code"] == "OD2005"
    with open(folder + "/Procfile", "w", encoding="utf-8") as file:
        file.write("web: sleep 1000\n")
    world.run("migrate", ".env", "-o", "opendaemon.config.yaml", folder=folder)
    world.run("up", "--no-dashboard", folder=folder)
    pid = world.becomes("web#0", "online")["pid"]
    with open(f"/proc/{pid}/environ", "rb") as file:
        assert b"COLOUR=red\0" in file.read()
