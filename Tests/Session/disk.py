"""Disks that are full or broken, and clocks that jump: supervision goes on."""
import datetime
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time

from reading import Follower
from sessions import needs
from terminal import wait
from world import Skipped


def mounted(world, folder, size):
    """A file system of its own at `folder`, of `size` bytes."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", folder],
                          stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Skipped(f"a small file system cannot be mounted: {done.stderr.strip()}")
    world.at_end(lambda: subprocess.run(["umount", "-l", folder], check=False))


def fill(folder):
    """Fills the file system to its last byte; returns the path to remove."""
    path = os.path.join(folder, "filler")
    with open(path, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return path


def session_a_full_disk_stops_nothing(world):
    """The home is full: apps run, come back after a crash and can be stopped; new ones are refused, and why is said.
    With room again everything works and state.db is whole."""
    mounted(world, world.home, 4 << 20)
    world.run("start", "sh -c 'while :; do echo a line of text; sleep 0.01; done'", "-n", "chatty")
    world.run("start", "sleep 1000", "-n", "calm")
    before = world.pids()
    filler = fill(world.home)
    size = len(world.log("chatty#0"))

    os.kill(before["calm#0"], signal.SIGKILL)
    wait("it runs again", lambda: world.list()["calm#0"].get("pid") not in (None, before["calm#0"]))
    refused = world.json("start", "sleep 1000", "-n", "new", code=1)["error"]
    assert refused["code"] == "OD6001" and refused["next"], refused
    assert "new#0" not in world.list()
    world.run("stop", "calm")
    assert world.list()["calm#0"]["status"] == "stopped"
    chatty = world.list()["chatty#0"]
    assert chatty["pid"] == before["chatty#0"], chatty

    os.unlink(filler)
    wait("the log goes on", lambda: len(world.log("chatty#0")) > size + 4096)
    wait("new apps are taken on", lambda: world.run("start", "sleep 1000", "-n", "new"))
    log = world.log("chatty#0").decode()
    marks = re.findall(r"\[od\] \d+ bytes are missing here", log)
    torn = [line for line in log.splitlines() if line not in ("a line of text", "") and not line.startswith("[od]")]
    # Where bytes were dropped a line may begin or end in its middle; nowhere else.
    assert len(torn) <= 2 * len(marks), (len(marks), torn[:5])
    # An engine that comes now finds what was said while the disk was full.
    os.kill(world.status()["pid"], signal.SIGKILL)
    assert world.becomes("calm#0", "stopped") and world.becomes("new#0", "online")
    check_base(world)
    world.ends()


def session_who_follows_is_told_of_a_full_disk(world):
    folder = os.path.join(world.folder, "logs")
    mounted(world, folder, 1 << 20)
    fleet = world.file("fleet.yaml", f"""
name: w
apps:
  - {{name: chatty, script: "sh -c 'while :; do echo a line of text; sleep 0.01; done'", outFile: {folder}/out.log}}
""")
    world.run("up", fleet, "--no-dashboard")
    follower = Follower(world, "--out")
    follower.has("a line of text")
    filler = fill(folder)
    wait("it is told", lambda: any("cannot be written, what chatty#0 says is lost" in line for line in follower.lines))
    count = len(follower.lines)
    os.unlink(filler)
    wait("it goes on", lambda: len(follower.lines) > count + 5)
    follower.close()
    world.ends()


def check_base(world):
    base = sqlite3.connect(f"file:{world.home}/state.db?mode=ro", uri=True)
    try:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = [row for (row,) in base.execute("SELECT seq FROM event ORDER BY seq")]
        assert rows == sorted(set(rows))
    finally:
        base.close()


def session_a_full_log_disk_holds_no_app_up(world):
    """Logs on 64 KB: an app that writes a megabyte is not blocked, and what is missing is said and counted."""
    folder = os.path.join(world.folder, "logs")
    mounted(world, folder, 64 << 10)
    done = os.path.join(world.folder, "done")
    script = world.file("megabyte.sh", f"""
        i=0
        while [ $i -lt 10000 ]; do
            i=$((i + 1))
            printf '%0100d\\n' $i
        done
        : > {done}
        while [ ! -e {done}.more ]; do sleep 0.05; done
        echo the last line
        exec sleep 1000
        """)
    fleet = world.file("fleet.yaml", f"""
name: full
apps:
  - {{name: writer, script: {script}, outFile: {folder}/out.log}}
""")
    world.run("up", fleet, "--no-dashboard")
    wait("the writer was never held up", lambda: os.path.exists(done))
    assert world.list()["writer#0"]["status"] == "online"
    path = os.path.join(folder, "out.log")
    wait("the disk is full", lambda: os.path.getsize(path) > 32 << 10)
    open(done + ".more", "w").close()
    seen = ""

    def the_last_line_came():
        """Room again and again: a full file is emptied, as a person would do it."""
        nonlocal seen
        with open(path, "rb") as file:
            text = file.read().decode()
        if len(text) > 32 << 10:
            os.truncate(path, 0)
            seen += text
        return text.endswith("the last line\n")

    wait("the last line", the_last_line_came)
    with open(path, "rb") as file:
        seen += file.read().decode()
    assert re.search(r"\[od\] \d+ bytes are missing here: the file could not be written\n", seen), seen[-500:]
    world.ends()


@needs("strace")
def session_a_store_with_errors_keeps_its_word(world):
    """Writes to state.db fail with EIO and ENOSPC for a while: a command that was answered is done, one that was
    refused is not."""
    world.run("start", "sleep 1000", "-n", "old")
    answered = {"old#0"}
    for error in ("EIO", "ENOSPC"):
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-P", f"{world.home}/state.db-wal", "-e",
             f"inject=pwrite64,write,fsync,fdatasync:error={error}", "-p", str(world.status()["pid"])],
            stderr=subprocess.PIPE)
        try:
            with open(f"/proc/{world.status()['pid']}/status") as file:
                if tracer.poll() is not None:
                    raise Skipped(f"no process can be traced: {tracer.stderr.read().decode().strip()}")
                file.read()
            wait("it is traced", lambda: traced(world.status()["pid"]))
            refused = world.json("start", "sleep 1000", "-n", f"refused{error}", code=1)["error"]
            assert refused["code"] == "OD6001", refused
            assert set(world.list()) == answered
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        wait("the store works again", lambda: world.run("start", "sleep 1000", "-n", f"after{error}"))
        answered.add(f"after{error}#0")
        assert set(world.list()) == answered
    os.kill(world.status()["pid"], signal.SIGKILL)
    wait("another engine", lambda: set(world.list()) == answered)
    check_base(world)
    world.ends()


def traced(pid):
    """All threads of the process have a tracer."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as file:
            if "TracerPid:\t0\n" in file.read():
                return False
    return True


def fake_clock():
    """The library that lies about the wall clock, or why there is none."""
    for folder in ("/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime"):
        path = os.path.join(folder, "libfaketimeMT.so.1")
        if os.path.exists(path):
            return path
    raise Skipped("libfaketime is not installed")


def session_the_wall_clock_jumps(world):
    """400 days ahead and back while a backoff waits: it neither ends at once nor never, and uptimes stay true.

    PM2's complaint 29: a step of the clock fakes crashes and uptimes."""
    library = fake_clock()
    clock = world.file("clock", "+0d\n")
    # The daemon's environment is its own: the lie comes with the keeper, which a script beside a copy of od starts.
    real = os.path.join(os.path.dirname(world.od), "od-keeper")
    folder = os.path.join(world.folder, "bin")
    os.mkdir(folder)
    world.od = shutil.copy(world.od, folder)
    keeper = world.file("bin/od-keeper", f"""#!/bin/sh
        export LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={clock} FAKETIME_NO_CACHE=1
        export FAKETIME_DONT_FAKE_MONOTONIC=1
        exec {real} "$@"
        """)
    os.chmod(keeper, 0o755)
    world.run("start", "sh -c 'exit 3'", "-n", "bad", "--restart-delay", "1500", "--max-restarts", "1000")
    world.run("start", "sleep 1000", "-n", "calm")
    began = time.monotonic()
    for jump in ("+400d", "-400d", "+0d"):
        before = world.becomes("bad#0", "waiting")["restarts"]
        with open(clock + ".new", "w") as file:
            file.write(jump + "\n")
        os.replace(clock + ".new", clock)
        assert_jumped(world, jump)
        wait("it is tried again", lambda: world.list()["bad#0"]["restarts"] > before)
        shown = world.list()
        assert shown["bad#0"]["restarts"] <= before + 2, shown["bad#0"]
        calm = shown["calm#0"]
        assert calm["restarts"] == 0 and calm["uptime"] <= (time.monotonic() - began + 5) * 1000, calm
    world.ends()


def assert_jumped(world, jump):
    """The engine really believes it: what it says of a start is as far away as the clock."""
    days = float(jump.rstrip("d"))

    def believed():
        started = world.list()["calm#0"]["startedAt"]
        then = datetime.datetime.fromisoformat(started.replace("Z", "+00:00"))
        away = (then - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86400
        return abs(away - days) < 1

    wait(f"the engine's clock says {jump}", believed, 15, lambda: str(world.list()["calm#0"]))
