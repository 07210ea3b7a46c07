"""Configs: their formats, what apply makes of them, and what is said before."""
import json
import os
import random
import stat
import subprocess
import tomllib

from terminal import wait
from world import Skipped

SHOP = """name: shop
apps:
  - {name: api, script: sleep 1000, env: {PORT: 3000, API_KEY: one}}
  - {name: worker, script: sleep 1001}
"""


def changes(world, *words, code=1, **options):
    """What `od diff` or `od apply --dry-run` says, by app: the change, and its keys."""
    answer = world.json(*words, code=code, **options)
    return {one["name"]: (one["change"], [field["key"] for field in one["fields"]]) for one in answer}


def session_apply_changes_only_what_differs(world):
    file = world.file("shop.yaml", SHOP)
    assert changes(world, "diff", file) == {"api": ("added", []), "worker": ("added", [])}
    assert not os.path.exists(world.home + "/engine.pid"), "a diff of a new home started a daemon"
    world.run("apply", file)
    before = world.pids()
    assert set(before) == {"api#0", "worker#0"}
    assert world.run("diff", file) == "nothing differs\n"
    world.run("apply", file)
    assert world.pids() == before
    text = SHOP.replace("3000,", "3001,").replace("one", "two").replace("1001}", "1001, killTimeout: 3s}")
    world.file("shop.yaml", text)
    text = world.run("diff", file, code=1).replace("→", "->")
    assert "env.PORT 3000 -> 3001" in text and "env.API_KEY ******** -> ********" in text and "two" not in text, text
    assert changes(world, "apply", file, "--dry-run", code=0) == {
        "api": ("changed", ["env.API_KEY", "env.PORT"]), "worker": ("changed", ["killTimeout"])}
    assert world.pids() == before, "a dry run changed something"
    text = world.run("apply", file).replace("→", "->")
    assert "  api restarts: env.API_KEY" in text and "  worker goes on: killTimeout 10000 -> 3000" in text, text
    after = world.pids()
    assert after["worker#0"] == before["worker#0"] and after["api#0"] != before["api#0"]
    assert world.json("info", "worker")[0]["killTimeout"] == 3000
    world.file("shop.yaml", "name: shop\napps:\n  - {name: worker, script: sleep 1001, killTimeout: 3s}\n"
                            "  - {name: job, script: sleep 1002, autoStart: false}\n")
    world.run("apply", file)
    table = world.list()
    assert set(table) == {"worker#0", "job#0"} and table["job#0"]["status"] == "created", table
    assert table["worker#0"]["pid"] == before["worker#0"]
    world.run("start", "job")
    world.becomes("job#0", "online")
    world.ends()


def session_one_changed_app_of_a_hundred_is_restarted(world):
    def written(digit):
        apps = "".join(f"  - {{name: app-{n}, script: /bin/sleep 1000, env: {{N: '{digit if n == 42 else 0}'}}}}\n"
                       for n in range(100))
        return world.file("many.yaml", "name: many\napps:\n" + apps)

    world.run("apply", written(1))
    before = world.pids()
    assert len(before) == 100 and None not in before.values(), before
    result = world.json("apply", written(2))
    after = world.pids()
    assert {label for label in before if before[label] != after[label]} == {"app-42#0"}, (before, after)
    assert [name for name, change in result["changes"].items() if change != "same"] == ["app-42"], result["changes"]
    world.ends()


def session_another_shell_restarts_nothing(world):
    file = world.file("shop.yaml", SHOP)
    world.run("apply", file)
    before = world.pids()
    world.environment.update(LC_ALL="C", PATH=world.environment["PATH"] + ":/nowhere", TZ="UTC")
    assert world.run("diff", file) == "nothing differs\n"
    world.run("apply", file)
    assert world.pids() == before
    world.ends()


def session_nothing_is_half_applied(world):
    file = world.file("shop.yaml", SHOP)
    world.run("apply", file)
    before = world.pids()
    for wrong in ("script: nope.js", "script: sleep 1, cwd: /nope", "scrpt: sleep 1",
                  "script: sleep 1, envFile: no.env"):
        world.file("shop.yaml", SHOP.replace("3000", "3001") + f"  - {{name: bad, {wrong}}}\n")
        for verb in ("apply", "diff", "validate", "start", "up"):
            error = world.json(verb, file, code=2)["error"]
            assert "shop.yaml:5:" in error["why"] and "apps[2]" in error["why"], (verb, error)
    assert world.pids() == before
    assert set(world.list()) == {"api#0", "worker#0"}
    # Mistakes of all kinds: one list, whatever verb is asked.
    world.file("shop.yaml", SHOP + "  - {name: bad, scrpt: x}\n  - {name: worse, script: nope.js, uid: nobody-x}\n"
               "  - {name: worst, script: sleep 1, cwd: /nope, dependsOn: nothing}\n")
    lists = {verb: world.json(verb, file, code=2)["error"]["why"] for verb in
             ("apply", "diff", "validate", "start", "up")}
    assert len(set(lists.values())) == 1, lists
    for part in ("scrpt", "nope.js", "nobody-x", "/nope", "nothing"):
        assert part in lists["apply"], lists["apply"]
    assert "nobody-x" in world.json("start", "/bin/sleep", "--set", "uid=nobody-x", code=2)["error"]["what"]
    assert "nobody-x" in world.json("set", "api", "uid", "nobody-x", code=2)["error"]["what"]
    assert world.pids() == before
    world.ends()


def session_all_formats_mean_the_same(world):
    shop = {"name": "shop", "defaults": {"killTimeout": "2s"}, "apps": [
        {"name": "api", "script": "sleep 1000", "instances": 2, "env": {"RATE": "1.10"}},
        {"name": "worker", "script": "sleep 1001", "args": ["1", "a b"]}]}
    toml = """name = "shop"
[defaults]
killTimeout = "2s"
[[apps]]
name = "api"
script = "sleep 1000"
instances = 2
env.RATE = 1.10
[[apps]]
name = 'worker'
script = "sleep 1001"
args = [1, "a b"]
"""
    yaml = """name: shop
defaults: {killTimeout: 2s}
apps:
  - {name: api, script: sleep 1000, instances: 2, env: {RATE: 1.10}}
  - {name: worker, script: sleep 1001, args: [1, a b]}
"""
    texts = {"opendaemon.config.json": json.dumps(shop), "opendaemon.config.yaml": yaml,
             "opendaemon.config.toml": toml, ".opendaemonrc": yaml,
             "package.json": json.dumps({"name": "x", "opendaemon": shop})}
    found = []
    for name, text in texts.items():
        folder = os.path.join(world.folder, name.replace(".", ""))
        os.mkdir(folder)
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
        report = world.json("validate", folder=folder)
        assert report.pop("file") == os.path.join(os.path.realpath(folder), name)
        found.append([dict(app, cwd="") for app in report["apps"]])
    for text in (yaml, texts["opendaemon.config.json"]):
        read, write = os.pipe()
        os.write(write, text.encode())
        os.close(write)
        with os.fdopen(read) as stdin:
            found.append([dict(app, cwd="") for app in world.json("validate", "-", stdin=stdin)["apps"]])
    assert len(found) == 7 and all(one == found[0] for one in found), found
    assert [app["name"] for app in found[0]] == ["api", "worker"]


def session_variables_come_from_where_it_is_said(world):
    world.file("a.env", "# ours\nexport FROM_FILE='a b'\nPORT=1\n")
    file = world.file("shop.yaml", """name: shop
defaults: {envFile: [a.env, b.env?]}
apps:
  - name: api
    script: sleep 1000
    env: {PORT: 2, MODE: dev}
    env_production: {MODE: production}
    inheritEnv: [MY_*]
    appendEnvToName: true
""")
    world.environment.update(MY_OWN="mine", NOT_MINE="x")
    world.run("apply", file, "--env", "production", "--env", "EXTRA=1")
    found = {one["name"]: (one["value"], one["source"], one.get("place"))
             for one in world.json("env", "api-production")[0]["variables"] if not one["name"].startswith("OD_")}
    assert found["FROM_FILE"] == ("a b", "envFile", "a.env:2"), found
    assert found["PORT"] == ("2", "config", "shop.yaml:6"), found
    assert found["MODE"] == ("production", "env_production", "shop.yaml:7"), found
    assert found["EXTRA"] == ("1", "flag", None) and found["MY_OWN"] == ("mine", "shell", None), found
    assert "NOT_MINE" not in found
    pid = world.list()["api-production#0"]["pid"]
    with open(f"/proc/{pid}/environ") as environ:
        assert "MODE=production" in environ.read().split("\0")
    # Another place in the file is no other app.
    with open(file) as old:
        text = old.read()
    world.file("shop.yaml", "# a line more\n" + text)
    world.run("apply", file, "--env", "production", "--env", "EXTRA=1")
    assert world.list()["api-production#0"]["pid"] == pid
    found = {one["name"]: one.get("place") for one in world.json("env", "api-production")[0]["variables"]}
    assert found["MODE"] == "shop.yaml:8"
    world.json("apply", file, "--env", "prodction", code=2)
    world.ends()


def session_parts_and_files_are_targets(world):
    file = world.file("shop.yaml", SHOP + "  - {name: far, script: sleep 1002, namespace: group}\n")
    other = world.file("other.yaml", "name: other\napps: [{name: api, script: sleep 1003}]\n")
    world.run("apply", file)
    world.run("apply", other)
    world.json("apply", file, "--only", "apy", code=2)
    before = world.pids()
    world.file("shop.yaml", SHOP.replace("3000", "3001").replace("1001", "1004"))
    world.run("apply", file, "--only", "worker")
    assert set(before) == {"api#0", "worker#0", "far#0"}
    namespaces = {(one["namespace"], one["name"]): one["pid"] for one in world.json("list")}
    assert len(namespaces) == 4, namespaces
    world.run("stop", file, "group")
    states = {(one["namespace"], one["name"]): one["status"] for one in world.json("list")}
    assert states == {("shop", "api"): "stopped", ("shop", "worker"): "stopped", ("group", "far"): "stopped",
                      ("other", "api"): "online"}, states
    world.run("restart", "./shop.yaml", "other/api", folder=world.folder)
    assert {one["status"] for one in world.json("list")} == {"online"}
    os.mkdir(world.folder + "/empty")
    world.json("info", world.file("none.yaml", "apps: []"), code=3)
    # The whole file again: what it has no more goes, in all namespaces.
    assert changes(world, "diff", file)["far"] == ("removed", [])
    world.run("apply", file)
    assert {(one["namespace"], one["name"]) for one in world.json("list")} == {
        ("shop", "api"), ("shop", "worker"), ("other", "api")}
    world.run("down", file)
    assert [one["namespace"] for one in world.json("list")] == ["other"]
    world.ends()


def session_init_writes_what_it_finds(world):
    folder = world.folder + "/app"
    os.mkdir(folder)
    world.json("init", folder=folder, code=2)
    with open(folder + "/Procfile", "w") as file:
        file.write("web: sleep 1000\nworker: sleep 1001\n")
    text = world.run("init", folder=folder)
    assert "script: sleep 1000" in text and os.listdir(folder) == ["Procfile"], text
    world.run("init", "--yes", folder=folder)
    config = folder + "/opendaemon.config.yaml"
    assert stat.S_IMODE(os.stat(config).st_mode) == 0o644
    assert world.run("validate", folder=folder) == "project app has 2 apps and no mistakes: web, worker\n"
    error = world.json("init", "--yes", folder=folder, code=2)["error"]
    assert error["code"] == "OD2009", error
    os.remove(config)
    terminal = world.terminal(100, 30)
    terminal.type(f"cd {folder} && {world.od} init")
    for question, answer in (("project's name?", "mine"), ("sleep 1000’ as ‘web’", ""), ("as ‘worker’", "no"),
                             ("Write this", "")):
        terminal.sees(question)
        terminal.type(answer)
    wait("the config", lambda: os.path.exists(config), 20, terminal.screen)
    with open(config) as file:
        text = file.read()
    assert text == ("name: mine\napps:\n  # from Procfile\n  - name: web\n    script: sleep 1000\n"
                    "    env:\n      PORT: \"5000\"\n"), text


def good():
    """Values that both schema and decoder take, by key."""
    return {
        "name": ["api", "a.b_c-1"], "args": [["--port", 1, True], "a 'b c'", 5], "interpreter": ["none"],
        "cwd": ["."], "env": [{}, {"A": 1, "B": True, "C": ""}], "env_x": [{"A": "1"}],
        "envFile": ["no.env?", ["no.env?", {"path": "no.env", "required": False}]],
        "inheritEnv": [True, False, ["A", "B_*"], "HOME"], "namespace": ["group"], "appendEnvToName": [True],
        "autoStart": [False], "instances": [1, 1024, "max", 0, -1],
        "execMode": ["fork"], "instanceVar": ["N"], "autoRestart": [False], "restart": ["never", "on-failure"],
        "restartStrategy": ["linear"], "restartDelay": [0, "1.5s", "100 ms"], "restartFactor": [1, 2.5],
        "restartMaxDelay": ["1h"], "restartJitter": [0, 100], "restartReset": ["1d"], "maxRestarts": [1, 1000000000],
        "restartWindow": [1000], "minUptime": ["0"], "coolDown": [0, "10m"],
        "stopExitCodes": [[], 0, "SIGTERM", [0, 255, "INT", "sighup"]], "killSignal": ["SIGINT", "term", 15, "64"],
        "killTimeout": [0, "365d"], "outFile": ["/tmp/x"], "mergeLogs": [True], "umask": ["022", "0o77"],
        "uid": ["root", 0], "groups": [["a", 5], "b"], "nice": [-20, 19], "ioNice": ["idle", {"level": 3}],
        "limits": [{"nofile": 10, "core": "unlimited", "as": {"soft": "1M", "hard": "2GB"}}],
        "cpuAffinity": [0, "0-1,3", [0, "1-2"]], "noNewPrivileges": [False], "oomScoreAdjust": [-1000, 1000],
        "logRotation": [{}, {"maxSize": "10M", "interval": "1d", "maxFiles": 0, "compress": False}],
        "ready": ["node", "systemd", "fd", {"notify": "node"}, {"notify": "systemd", "watchdog": "10s"},
                  {"notify": "fd", "fd": 4}, {"port": 65535}, {"log": "^up [0-9]+$"}],
        "waitReady": [True, False], "shutdownWithMessage": [True],
    }


def bad():
    """Values that both refuse, by key."""
    return {
        "name": ["1a", "all", "a b", ""], "script": ["", ["x"], None], "args": [{"a": 1}, [["x"]]],
        "cwd": [""], "env": [[], {"A": [1]}, {"A=B": 1}, {"A": {"secret": "x"}}], "env_": [{}], "env_x": [3],
        "envFile": [{"required": True}, {"path": "x", "more": 1}, [{}]], "inheritEnv": [{"A": 1}],
        "namespace": ["a/b"], "autoStart": ["false", 0], "instances": [-2, 1025, "two", 1.5], "execMode": ["many"],
        "instanceVar": ["1N"],
        "restart": ["sometimes", True], "restartStrategy": ["wild"], "restartDelay": [-1, "soon", "1w"],
        "restartFactor": [0.5, "2", 101], "restartJitter": [101], "maxRestarts": [0], "killSignal": ["SIGNOPE", 0],
        "stopExitCodes": [[256], ["SIGNOPE"], {}], "mergeLogs": ["yes"], "umask": ["8", "1000"], "nice": [20, -21],
        "ioNice": ["slow", {}, {"class": "idle", "levle": 1}], "limits": [{"nofiles": 1}, {"nofile": {}}, []],
        "cpuAffinity": [[], "x", -1], "oomScoreAdjust": [1001], "logRotation": [{"maxSize": "big"}, {"max": 1}, []],
        "ready": ["sometimes", {}, [], {"port": 0}, {"port": 1, "log": "x"}, {"notify": "node", "fd": 4}, {"prot": 1},
                  {"notify": "fd", "fd": 2}, {"port": 1, "watchdog": "1s"}, {"watchdog": "1s"}, {"log": ""}],
        "waitReady": ["yes"], "listenTimeout": ["soon"], "shutdownWithMessage": [1],
        "watch": [True], "max_restarts": [1],
    }


def session_the_schema_takes_what_the_decoder_takes(world):
    try:
        import jsonschema
    except ImportError:
        raise Skipped("there is no jsonschema for python3") from None
    schema = world.json("schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    base = {"name": "shop", "apps": [{"script": "sleep 1"}]}
    samples = [(base, True), ({"apps": []}, False), ({}, False), ([], False), ({"apps": [1]}, False),
               ({**base, "plugins": {}}, False), ({**base, "defaults": {"instances": 2}}, True),
               ({**base, "defaults": {"name": "x"}}, None), ({**base, "name": "all"}, False)]
    values = [(key, value) for key, found in good().items() for value in found]
    apps = [{"name": f"app{number}", "script": "sleep 1", key: value} for number, (key, value) in enumerate(values)]
    samples.append(({"apps": apps}, True))
    for key, found in bad().items():
        for value in found:
            samples.append(({**base, "apps": [{**base["apps"][0], key: value}]}, False))
    for sample, expected in samples:
        file = world.file("opendaemon.config.json", json.dumps(sample))
        done = subprocess.run([world.od, "validate", file, "--json"], env=world.environment, capture_output=True,
                              text=True, check=False)
        code = json.loads(done.stdout).get("error", {}).get("code", "")
        taken = done.returncode == 0 or code[:4] != "OD20"
        if expected is not None:
            assert taken == expected, (sample, done.stdout)
            assert validator.is_valid(sample) == expected, (sample, "the schema disagrees")


def session_toml_is_what_others_take_for_toml(world):
    texts = ["a = 1", "a.b = 1\na.c = 2", "[a]\nb = 1\n[a.b.c]", "[[a]]\nb = 1\n[[a]]\n[a.c]", "a = {b.c = 1, d = []}",
             "a = [[1, 2], ['x'], ]", 'a = """\nx\\\n  y"""', "'k k'.\"q\" = 2026-11-21 10:00:00Z", "a = 1_0.5e-3",
             "a = '''x''''", "a = inf\nb = -nan", "a = 0xff", "[x] # c\n[y.z]\n[x.y]\n", "a = \"\\u00e9\\U0001F600\""]
    pieces = list("[]{}=.,\"'#\\ \n\tab01_-+eTZ:") + ['"""', "'''", "[[", "]]", " = ", "\n[a]\n", "true", "\r\n", "é"]
    chance = random.Random(5)
    for _ in range(2000 if os.environ.get("OD_LONG") else 60):
        text = chance.choice(texts)
        for _ in range(chance.randint(1, 3)):
            place = chance.randint(0, len(text))
            cut = chance.choice([0, 0, 1, 2])
            text = text[:place] + chance.choice(pieces) + text[place + cut:]
        texts.append(text)
    for text in texts:
        try:
            tomllib.loads(text)
            expected = True
        except tomllib.TOMLDecodeError:
            expected = False
        file = world.file("sample.toml", "")
        with open(file, "w", newline="") as sample:
            sample.write(text)
        done = subprocess.run([world.od, "validate", file, "--json"], env=world.environment, capture_output=True,
                              text=True, check=False)
        code = json.loads(done.stdout)["error"]["code"]
        assert (code != "OD2001") == expected, (text, expected, done.stdout)
