"""Reading logs: merged by time, searched, as entries, emptied; while they are written, put aside and followed."""
import json
import os
import re
import subprocess
import threading
import time

from terminal import wait
from world import read

# Says what is written into its FIFO, so that the session decides who says what and when.
ECHO = "while IFS= read -r line; do case $line in e*) echo \"$line\" >&2;; *) echo \"$line\";; esac; done <>{fifo}"
# The pump looks each 20 ms, and the index has a mark for each look: what is further apart has an order.
APART = 0.05


class Speaker:
    """An app that says what it is told."""

    def __init__(self, world, name, *options):
        self.world = world
        self.fifo = os.path.join(world.folder, f"{name}.fifo")
        os.mkfifo(self.fifo)
        script = world.file(f"{name}.sh", ECHO.format(fifo=self.fifo))
        self.label = f"{name}#0"
        world.run("start", script, "--name", name, "--interpreter", "sh", *options)
        world.becomes(self.label, "online")
        self.file = open(self.fifo, "w")

    def say(self, line):
        """Says it; it is in the log when this returns, and nobody else says anything at that moment."""
        self.file.write(line + "\n")
        self.file.flush()
        channel = "err" if line.startswith("e") else "out"
        wait(f"{line} is in the log", lambda: line.encode() + b"\n" in self.world.log(self.label, channel))
        began = time.monotonic()
        wait("the next mark", lambda: time.monotonic() - began > APART)


class Follower:
    """`od logs -f` in the background, and the lines that it has printed."""

    def __init__(self, world, *words):
        self.lines = []
        self.process = subprocess.Popen([world.od, "logs", "-f", *words], env=world.environment, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def has(self, line):
        wait(f"the follower has {line}", lambda: line in self.lines, 15, lambda: f"\n{self.lines}")

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()


def session_logs_come_in_order(world):
    first, second = Speaker(world, "first"), Speaker(world, "second")
    for number in range(3):
        first.say(f"a{number}")
        second.say(f"b{number}")
        first.say(f"e{number}")
    lines = [f"{kind}{number}" for number in range(3) for kind in "abe"]
    printed = world.run("logs", "-n", "9").splitlines()
    assert [line.split(" | ")[1] for line in printed] == lines, printed
    assert printed[0] == "first#0  | a0" and printed[1] == "second#0 | b0", printed
    assert [line.split(" | ")[1] for line in world.run("logs", "-n", "2").splitlines()] == lines[-2:]
    stamped = world.run("logs", "-n", "9", "--timestamps").splitlines()
    times = [line.split(" ")[0] for line in stamped]
    assert times == sorted(times) and len(set(times)) == 9, stamped
    since = world.run("logs", "--since", times[4]).splitlines()
    assert [line.split(" | ")[1] for line in since] == lines[4:], since
    until = world.run("logs", "--since", times[1], "--until", times[4], "-n", "2").splitlines()
    assert [line.split(" | ")[1] for line in until] == lines[3:5], until
    world.ends()


def session_followed_logs_come_in_order(world):
    """Those of several apps by their times, while all of them speak at once."""
    apps = [Speaker(world, name) for name in ("first", "second", "third")]
    follower = Follower(world, "--timestamps")
    apps[0].say("begin")
    wait("the follower is there", lambda: follower.lines)
    for number in range(300):
        for app in apps:
            app.file.write(f"{number}\n")
            app.file.flush()
    for app in apps:
        app.say("last")
    wait("all are there", lambda: sum(line.endswith(" | last") for line in follower.lines) == 3, 15,
         lambda: follower.lines[-9:])
    times = [line.split(" ")[0] for line in follower.lines]
    assert times == sorted(times), [pair for pair in zip(times, times[1:]) if pair[0] > pair[1]][:9]
    for app in apps:
        own = [line.split(" | ")[1] for line in follower.lines if f" {app.label}" in line]
        assert own[-301:] == [*map(str, range(300)), "last"], (app.label, own)
    follower.close()
    world.ends()


def session_logs_are_searched(world):
    app = Speaker(world, "app")
    for line in ("start", "[WARN] disk", "  at x", "INFO fine", '{"level":50,"msg":"lost","id":7}', "stop"):
        app.say(line)
    assert world.run("logs", "--grep", "^sto") == "stop\n"
    assert world.run("logs", "-g", "warn", "-i") == "[WARN] disk\n"
    assert world.run("logs", "-g", "i|s", "-v") == "  at x\n"
    assert world.run("logs", "-g", "[", "-F", "-A1") == "[WARN] disk\n  at x\n"
    assert world.run("logs", "-g", "start|lost", "-C1") \
        == 'start\n[WARN] disk\n--\nINFO fine\n{"level":50,"msg":"lost","id":7}\nstop\n'
    assert world.run("logs", "--level", "warn") == '[WARN] disk\n  at x\n{"level":50,"msg":"lost","id":7}\nstop\n'
    assert world.run("logs", "-g", "st", "-n", "1") == "stop\n"
    entries = [json.loads(line) for line in world.run("logs", "-n", "2", "--json").splitlines()]
    lost = entries[0]
    assert (lost["level"], lost["message"], lost["metadata"]) == ("error", "lost", {"id": 7}), lost
    assert lost["processName"] == "app" and lost["source"] == "stdout" and lost["instanceId"] == 0, lost
    assert lost["pid"] == world.pids()["app#0"] and re.fullmatch(r"\d{4}-.*Z", lost["timestamp"]), lost
    error = json.loads(world.run("logs", "-g", "(", "--json", code=2))["error"]
    assert error["code"] == "OD1023", error
    world.run("logs", "-v", code=2)
    # What would keep other engines busy for ever.
    app.say("s" * 5000)
    assert world.run("logs", "-g", "^(s+s*)+$", "--raw") == "s" * 5000 + "\n"
    assert world.run("logs", "-g", "^(s+s*)+x$") == ""
    world.ends()


def session_logs_are_emptied(world):
    app, other = Speaker(world, "app"), Speaker(world, "other")
    app.say("before")
    other.say("stays")
    follower = Follower(world, "--raw")
    follower.has("before")
    follower.has("stays")
    sizes = {one["channel"]: one["size"] for one in world.json("logs", "app", "--list")}
    assert sizes == {1: len("before\n"), 2: 0}, sizes
    assert "emptied" in world.run("flush", "app")
    assert world.run("logs", "app") == "" and world.log("app#0") == b""
    assert world.run("logs", "other") == "stays\n"
    app.say("after")
    follower.has("after")
    assert world.log("app#0") == b"after\n"
    # Nobody writes it any more.
    world.run("stop", "app")
    assert "app#0" in world.run("logs", "app", "--list")
    world.run("flush", "app")
    assert world.log("app#0") == b"" and world.log_parts("app#0", "out", "default")[1] == []
    world.run("start", "app")
    world.becomes("app#0", "online")
    app.say("again")
    follower.has("again")
    assert sorted(follower.lines) == ["after", "again", "before", "stays"], follower.lines
    follower.close()
    world.run("flush")
    assert world.run("logs") == ""
    world.run("flush", "nobody", code=3)
    world.ends()


def session_followers_see_apps_that_come_later(world):
    first = Speaker(world, "first")
    first.say("one")
    follower = Follower(world)
    follower.has("one")
    second = Speaker(world, "second")
    second.say("two")
    follower.has("second#0 | two")
    first.say("three")
    follower.has("first#0  | three")
    os.kill(world.status()["pid"], 9)
    wait("another engine", lambda: world.list_or_none())
    first.say("four")
    second.say("five")
    follower.has("first#0  | four")
    follower.has("second#0 | five")
    assert len(follower.lines) == 5, follower.lines
    follower.close()
    world.ends()


def session_since_finds_the_line_in_every_format(world):
    """Exact through files that were put aside and compressed: each line has one of its own."""
    world.run("up", world.file("three.yaml", "name: three\napps:\n" + "".join(
        f"  - {{name: {kind}, script: {world.file(f'{kind}.sh', ECHO.format(fifo=fifo(world, kind)))}, "
        f"interpreter: sh, logType: {kind}, logRotation: {{maxSize: 1}}}}\n" for kind in ("raw", "text", "json"))),
        "--no-dashboard")
    folder = os.path.join(world.home, "logs", "three")
    lines = [f"line {number}" for number in range(6)]
    for kind in ("raw", "text", "json"):
        world.becomes(f"{kind}#0", "online")
        with open(os.path.join(world.folder, f"{kind}.fifo"), "w") as file:
            for line in lines:
                file.write(line + "\n")
                file.flush()
                path = os.path.join(folder, f"{kind}-0.out.log")
                # For a moment there is none: the old one was put aside.
                wait(f"{line} is in the log", lambda: line.encode() in read(path, missing=b""))
                began = time.monotonic()
                wait("the next mark", lambda: time.monotonic() - began > APART)
        wait("all old files are compressed", lambda: sum(
            name.startswith(f"{kind}-0.out.log.") and name.endswith(".gz") for name in os.listdir(folder)) == 5)
        text = world.run("logs", f"three/{kind}", "--since", "1h", "--json")
        entries = [json.loads(one) for one in text.splitlines()]
        assert [one["message"] for one in entries] == lines, entries
        for number, entry in enumerate(entries):
            found = world.run("logs", f"three/{kind}", "--since", entry["timestamp"], "--raw").splitlines()
            assert found == lines[number:], (kind, number, found)
            found = world.run("logs", f"three/{kind}", "--since", "1h", "--until", entry["timestamp"], "--raw")
            assert found.splitlines() == lines[:number + 1], (kind, number, found)
    world.ends()


def fifo(world, name):
    path = os.path.join(world.folder, f"{name}.fifo")
    os.mkfifo(path)
    return path


def session_others_may_put_a_log_aside(world):
    """As logrotate does: rename, make another one, or copy and cut. A follower sees each line once."""
    app = Speaker(world, "app")
    path, _ = world.log_parts("app#0", "out", "default")
    app.say("first")
    follower = Follower(world, "app", "--out", "-n", "9")
    follower.has("first")
    os.rename(path, path + ".renamed")
    app.say("second")
    follower.has("second")
    os.rename(path, path + ".before")
    open(path, "x").close()
    app.say("third")
    follower.has("third")
    with open(path + ".copy", "wb") as copy:
        copy.write(read(path))
    os.truncate(path, 0)
    app.say("fourth")
    follower.has("fourth")
    assert [read(path + name) for name in (".renamed", ".before", ".copy", "")] \
        == [b"first\n", b"second\n", b"third\n", b"fourth\n"]
    assert follower.lines == ["first", "second", "third", "fourth"], follower.lines
    follower.close()
    world.ends()


def session_a_log_that_cannot_be_written_is_told(world):
    """Where there is no room for a file, whoever asks for the app or its log hears so; and of one that is not kept."""
    script = world.file("say.sh", "echo hello; exec sleep 1000")
    world.run("start", script, "-n", "lost", "--interpreter", "sh", "--set", "outFile=/proc/none/lost.log")
    world.run("start", script, "-n", "none", "--interpreter", "sh", "--set", "disableLogs=true")
    wait("it is known", lambda: world.json("info", "lost")[0].get("logTroubles"))
    assert "/proc/none/lost.log cannot be written" in world.run("info", "lost")
    assert "what lost#0 says is lost" in errors(world, "logs", "lost")
    assert "nothing is kept of it" in errors(world, "logs", "none")
    assert "/proc/none/lost.log cannot be written, what lost says is lost" in doctor(world)
    assert world.json("logs", "lost", "--list")[0]["trouble"]
    for words in (("--since", "yesterday"), ("--since", "1h", "--until", "2h")):
        assert errors(world, "logs", *words, code=2)
    world.ends()


def doctor(world):
    return subprocess.run([world.od, "doctor"], env=world.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          text=True, timeout=60, check=False).stdout


def errors(world, *words, code=0):
    """What a verb says on stderr."""
    done = subprocess.run([world.od, *words], env=world.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == code, done
    return done.stderr
