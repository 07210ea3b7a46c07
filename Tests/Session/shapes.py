"""What `--json` prints: of every verb the keys and kinds of values, compared with Snapshots/Commands/shapes.json.

OD_RECORD=1 writes that file anew; what an answer had not always is marked with `?` there and stays so. A test of the
verbs themselves sees that each has its row in it.
"""
import json
import os
import re

from terminal import wait
from world import ROOT

GOLDEN = os.path.join(ROOT, "Snapshots", "Commands", "shapes.json")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")
# Objects whose keys are names of somebody's: their values have one shape.
MAPS = {"changes", "instances", "limits", "env", "statuses"}
ECOSYSTEM = '{"apps": [{"name": "old", "script": "/bin/sleep", "args": "9", "watch": true}]}'
SHOP = """
name: shop
apps:
  - {name: nap, script: /bin/sleep 1000, instances: 2, env: {A: b}, limits: {core: 0}}
  - {name: job, script: /bin/true, restart: never}
  - {name: after, script: /bin/sleep 1000, dependencies: [nap]}
"""
# What every verb shows of an instance has one shape, whatever became of it when.
INSTANCE = "(instance)"
# A word alone is the shape of what is no JSON: why there is none.
TEXT = {
    "attach": "copies between a terminal and an app", "bridge": "copies the protocol",
    "completions": "prints a program for a shell", "monit": "needs a terminal",
    "schema": "prints a JSON Schema", "update": "replaces its own executables",
}
# In this order, each with its words and the exit code.
CALLS = (
    ("validate", ("validate", "{shop}"), 0), ("up", ("up", "{shop}"), 0), ("apply", ("apply", "{shop}"), 0),
    ("start", ("start", "{bad}", "--restart", "never"), 0), ("start", ("start", "{echo}", "--stdin", "pipe"), 0),
    ("list", ("list",), 0), ("stop", ("stop", "shop/nap#1"), 0), ("start", ("start", "nap"), 0),
    ("restart", ("restart", "nap"), 0), ("reload", ("reload", "nap"), 0), ("scale", ("scale", "nap", "3"), 0),
    ("info", ("info", "all"), 0), ("why", ("why", "nap#0"), 0), ("why", ("why", "bad"), 0),
    ("env", ("env", "nap"), 0), ("logs", ("logs", "echo", "-n", "1"), 0),
    ("send", ("send", "echo", "hello"), 0), ("signal", ("signal", "CONT", "nap"), 0), ("reset", ("reset", "nap"), 0),
    ("events", ("events", "-n", "40"), 0), ("metrics", ("metrics", "nap"), 0), ("graph", ("graph",), 0),
    ("set", ("set", "nap", "maxRestarts", "5"), 0), ("unset", ("unset", "nap", "maxRestarts"), 0),
    ("diff", ("diff", "{shop}"), 1), ("save", ("save",), 0), ("jlist", ("jlist",), 0),
    ("prettylist", ("prettylist",), 0), ("id", ("id", "nap"), 0), ("pid", ("pid",), 0),
    ("flush", ("flush", "nap"), 0), ("init", ("init", "{project}", "--yes"), 0),
    ("migrate", ("migrate", "{pm2}"), 0), ("ping", ("ping",), 0), ("doctor", ("doctor",), None),
    ("startup", ("startup", "systemd", "--dry-run"), None), ("unstartup", ("unstartup", "--dry-run"), None),
    ("plugin list", ("plugin", "list"), 0), ("plugin info", ("plugin", "info", "metrics"), 0),
    ("plugin disable", ("plugin", "disable", "live-metrics"), 0),
    ("plugin enable", ("plugin", "enable", "live-metrics"), 0),
    ("daemon status", ("daemon", "status"), 0), ("daemon logs", ("daemon", "logs", "-n", "1"), 0),
    ("daemon restart", ("daemon", "restart"), 0), ("version", ("version",), 0), ("help", ("help", "list"), 0),
    ("delete", ("delete", "echo"), 0), ("down", ("down", "{shop}"), 0), ("resurrect", ("resurrect",), 0),
    ("daemon stop", ("daemon", "stop"), 0), ("daemon start", ("daemon", "start"), 0),
)


def shape(value, name="", seen=None):
    """The kind of a value; of an object the kinds of its keys, of a list that of all its elements.

    `seen` gathers what instances look like.
    """
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "time" if TIME.fullmatch(value) else "text"
    if isinstance(value, list):
        merged = None
        for one in value:
            merged = both(merged, shape(one, name, seen))
        return [] if merged is None else [merged]
    if isinstance(value, dict) and (name in MAPS):
        merged = None
        for one in value.values():
            merged = both(merged, shape(one, "", seen))
        return {"*": "nothing" if merged is None else merged}
    if isinstance(value, dict):
        keys = {key: shape(one, key, seen) for key, one in value.items()}
        if not {"id", "instance", "status", "restarts"} <= keys.keys():
            return keys
        seen[INSTANCE] = both(seen.get(INSTANCE), keys)
        return INSTANCE
    return "nothing"


def both(one, other):
    """A shape that fits both: what only one of them has is marked."""
    if one is None or one == other or other in ("nothing", []):
        return other if one is None else one
    if one in ("nothing", []):
        return other
    if isinstance(one, list) and isinstance(other, list):
        return [both(one[0], other[0])]
    if isinstance(one, dict) and isinstance(other, dict):
        return objects(one, other)
    return "|".join(sorted({part for text in (one, other) for part in str(text).split("|")}))


def objects(one, other):
    merged = {}
    for key in sorted({key.rstrip("?") for key in (*one, *other)}):
        found = [(name, side[name]) for side in (one, other) for name in (key, key + "?") if name in side]
        isAlways = len(found) == 2 and not any(name.endswith("?") for name, _ in found)
        merged[key if isAlways else key + "?"] = found[0][1] if len(found) == 1 else both(found[0][1], found[1][1])
    return merged


def folder(world):
    """The files that the calls name."""
    project = os.path.join(world.folder, "project")
    os.mkdir(project)
    with open(os.path.join(project, "Procfile"), "w") as file:
        file.write("web: sleep 9\n")
    return {"shop": world.file("shop.yaml", SHOP), "project": project,
            "pm2": world.file("ecosystem.json", ECOSYSTEM), "bad": world.file("bad.sh", "echo no >&2\nexit 3\n"),
            "echo": world.file("echo.sh", "echo begin\nwhile read line; do echo $line; done\n")}


def answered(world, words, code):
    """What a verb prints: an array or an object, or one object a line."""
    options = {} if code is None else {"code": code}
    if code is None:
        text = world.output(*words, "--json")
    else:
        text = world.run(*words, "--json", **options)
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def shapes_of(world):
    files = folder(world)
    found = {}
    for verb, words, code in CALLS:
        answer = answered(world, [word.format(**files) for word in words], code)
        found[verb] = both(found.get(verb), shape(answer, "", found))
        if words[:2] == ("start", "{bad}"):
            world.becomes("bad#0", "stopped")
            wait("its crash is told", lambda: world.json("why", "bad")[0]["crashes"])
        if words[:2] == ("start", "{echo}"):
            wait("it has said something", lambda: world.log("echo#0"))
    return found


def session_json_has_the_shape_that_scripts_read(world):
    found = shapes_of(world)
    golden = {}
    if os.path.exists(GOLDEN):
        with open(GOLDEN, encoding="utf-8") as file:
            golden = json.load(file)
    if os.environ.get("OD_RECORD") == "1":
        # What stands there already and was not seen now is optional; a verb that has gone, goes.
        found = {verb: both(golden.get(verb), seen) for verb, seen in found.items()}
        with open(GOLDEN, "w", encoding="utf-8") as file:
            file.write(json.dumps({**found, **TEXT}, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        return None
    for verb, seen in sorted(found.items()):
        assert verb in golden, f"{verb} has no shape: OD_RECORD=1 writes it"
        assert both(golden[verb], seen) == golden[verb], \
            f"{verb} --json is\n{json.dumps(seen)}\nand not\n{json.dumps(golden[verb])}"
    assert {verb: golden.get(verb) for verb in TEXT} == TEXT
    world.run("daemon", "stop")
    world.is_empty()
    return None
