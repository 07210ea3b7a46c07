"""What is kept of logs: a limit for all of them, what an emptied log shows, and what stands around a match."""
import glob
import os
import subprocess

from reading import Follower, Speaker
from sessions import opened, quits
from terminal import wait

# Lines of 100 bytes, as many as it is told.
TALK = "i=0; while [ $i -lt $1 ]; do i=$((i+1)); printf '%099d\\n' $i; done; exec sleep 1000"


def old(world, name="*"):
    return sorted(path for path in glob.glob(os.path.join(world.home, "logs", "*", f"{name}-0.out.log.[0-9]*"))
                  if not path.endswith(".idx"))


def finding(world, check, code=0):
    return next(one for one in world.json("doctor", code=code) if one["check"] == check)


def session_old_logs_of_all_apps_have_one_limit(world):
    """The oldest go first, of whatever app, one that was deleted too; the files that are written stay, and crashes."""
    os.mkdir(world.home, 0o700)
    settings = os.path.join(world.home, "config.yaml")
    with open(settings, "w") as file:
        file.write("daemon: {logsMaxTotal: 20K}\n")
    script = world.file("talk.sh", TALK)
    keys = "interpreter: sh, logRotation: {maxSize: 4K, compress: false}"
    fleet = world.file("fleet.yaml", "name: w\napps:\n" + "".join(
        f"  - {{name: {name}, script: {script}, args: '{count}', autoStart: false, {keys}}}\n"
        for name, count in (("first", 100), ("second", 250))))
    world.run("up", fleet, "--no-dashboard")
    world.run("start", "first")
    wait("what the first says", lambda: b"%099d\n" % 100 in world.log("first#0", namespace="w"))
    wait("its old files", lambda: len(old(world)) == 2, 15, lambda: old(world))
    crash = os.path.join(world.home, "logs", "w", "first-0.crash.log.1")
    with open(crash, "wb") as file:
        file.write(b"x" * 50000)
    os.utime(crash, (1, 1))
    _, written = world.log_end("first#0", namespace="w")
    world.run("delete", "first")
    world.run("start", "second")
    wait("what the second says", lambda: b"%099d\n" % 250 in world.log("second#0", namespace="w"))
    wait("the oldest are gone", lambda: not old(world, "first") and sum(map(os.path.getsize, old(world))) <= 20 << 10,
         15, lambda: old(world))
    assert len(old(world, "second")) >= 4, old(world)
    assert os.path.exists(crash), "the last words of a crash are no old file"
    assert world.log_end("first#0", namespace="w")[1] == written > 0 and world.log_end("second#0", namespace="w")[1] > 0
    with open(os.path.join(world.home, "engine.log")) as file:
        assert file.read().count("more than 20480 bytes (daemon.logsMaxTotal)") == 1
    wait("od doctor says so", lambda: finding(world, "old logs")["state"] == "warn")
    told = finding(world, "old logs")["what"]
    assert "of 20K; the oldest of all apps were removed" in told, told
    assert world.status()["oldLogs"]["limit"] == 20480
    # A mistake is told with its place, and what held before goes on.
    with open(settings, "w") as file:
        file.write("daemon:\n  logsMaxTotal: lots\n")
    wrong = finding(world, "settings", code=1)
    assert f"{settings}:2:17: daemon.logsMaxTotal: expected a size" in wrong["what"], wrong
    assert "config.yaml of its home" in world.json("validate", settings, code=2)["error"]["why"]
    world.run("daemon", "restart")
    wait("the engine says so", lambda: b"config.yaml:2:17" in read_log(world))
    os.remove(settings)
    assert finding(world, "old logs")["state"] in ("ok", "warn")
    world.ends()


def read_log(world):
    with open(os.path.join(world.home, "engine.log"), "rb") as file:
        return file.read()


def session_a_log_that_is_emptied_elsewhere(world, size):
    """The pane is emptied as well, and followers go on: what comes is there once."""
    app = Speaker(world, "app")
    for line in ("before", "e-before"):
        app.say(line)
    follower = Follower(world, "--raw")
    follower.has("before")
    terminal = opened(world, size, "monit")
    terminal.sees("before", "e-before")
    world.run("flush", "app")
    terminal.misses("before", "e-before")
    app.say("after")
    terminal.sees("after")
    follower.has("after")
    # An old file and the one that is written go at once, also while it is said fast.
    for number in range(3):
        app.file.write("".join(f"line {number} {one}\n" for one in range(200)))
        app.file.flush()
        world.run("flush", "app")
        # Who is two files behind may find the one between removed.
        app.say(f"mark {number}")
        follower.has(f"mark {number}")
    app.say("the last")
    follower.has("the last")
    terminal.sees("the last")
    lines = [line for line in follower.lines if line.startswith("line")]
    assert lines == [f"line {number} {one}" for number in range(3) for one in range(200)], len(lines)
    assert follower.lines.count("after") == 1 == follower.lines.count("the last")
    follower.close()
    quits(terminal)
    world.ends()


def session_context_is_of_one_log(world):
    """Lines around a match are those of its log, stdout or stderr, and stay together; `--` stands between two."""
    app = Speaker(world, "app")
    for line in ("a1", "e1", "a2 hit", "e2", "a3", "e3 hit", "a4", "e4"):
        app.say(line)
    found = world.run("logs", "-g", "hit", "-C1")
    assert found == "a1\na2 hit\na3\n--\ne2\ne3 hit\ne4\n", found
    assert world.run("logs", "-g", "hit", "-C1", "--err") == "e2\ne3 hit\ne4\n"
    assert world.run("logs", "-g", "a2", "-A1") == "a2 hit\na3\n"
    world.ends()


def session_logs_of_what_was_deleted_are_found(world):
    """They stay; `od delete`, `od down` and `od logs` say where."""
    script = world.file("say.sh", "echo said; exec sleep 1000")
    world.run("start", script, "--name", "app", "--interpreter", "sh")
    wait("what it says", lambda: world.log("app#0") == b"said\n")
    world.run("logs", "app", "--since", "23:59:59")
    folder = os.path.join(world.home, "logs", "default")
    done = subprocess.run([world.od, "delete", "app"], env=world.environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stdout == "deleted app\n" and done.stderr == f"od: logs stay in {folder}\n", done
    error = world.json("logs", "app", code=3)["error"]
    assert error["code"] == "OD3001" and error["next"].endswith(f"ls {folder}/app[-.]*"), error
    world.ends()
