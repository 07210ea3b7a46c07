"""What apps say reaches their logs, whole and once: in every format, however the app ends."""
import base64
import json
import os
import pwd
import re
import shutil
import signal
import subprocess

from disk import mounted
from sessions import needs
from terminal import wait
from world import read

RUNS = 1000 if os.environ.get("OD_LONG") else 20
FORMATS = ("raw", "text", "json")

# Writes numbered lines at each start, as fast as it can, and ends at once, each time in another way. What it has done
# is counted in a file; at the end it stays.
WRITER = """
import os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
name = os.environ["NODE_APP_INSTANCE"] + "-" + os.environ["OD_NAME"]
path = os.path.join(sys.argv[1], name)
count = int(open(path).read()) + 1 if os.path.exists(path) else 1
if count > int(sys.argv[2]):
    open(path + ".done", "w").close()
    signal.pause()
with open(path + ".new", "w") as file:
    file.write(str(count))
os.rename(path + ".new", path)
text = b"".join(b"%s run %d line %d %s\\n" % (name.encode(), count, n, b"." * (n * 7919 % 90)) for n in range(700))
while text:
    text = text[os.write(1, text):]
if count % 3 == 0:
    os._exit(3)
os.kill(os.getpid(), signal.SIGKILL if count % 3 == 1 else signal.SIGABRT)
"""


def expected(name, runs):
    return [f"{name} run {run} line {n} " + "." * (n * 7919 % 90) for run in range(1, runs + 1) for n in range(700)]


def whole(path):
    """All bytes of a log, with the files that were put aside."""
    folder, name = os.path.split(path)
    while True:
        numbers = {}
        for entry in os.listdir(folder):
            match = re.fullmatch(re.escape(name) + r"\.(\d+)(\.gz)?", entry)
            if match and (match[2] or int(match[1]) not in numbers):
                numbers[int(match[1])] = entry
        try:
            parts = [read(os.path.join(folder, numbers[number])) for number in sorted(numbers)]
            return parts + [read(path, missing=b"")]
        except FileNotFoundError:
            continue        # it was compressed meanwhile


def unpacked(kind, data):
    """What the app wrote, out of the records of a log; nothing else may be in it."""
    assert kind == "raw" or not data or data.endswith(b"\n"), data[-200:]
    if kind == "raw":
        return data
    return b"".join(of_text(line) if kind == "text" else of_json(line) for line in data.split(b"\n")[:-1])


def of_text(line):
    found = re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:out|err)(?:#\d+)?(\+?) (.*)", line, re.S)
    assert found, line[:200]
    return found[2] if found[1] else found[2] + b"\n"


def of_json(line):
    entry = json.loads(line)
    more = entry.get("metadata", {})
    bytes_ = base64.b64decode(more["base64"]) if "base64" in more else entry["message"].encode()
    return bytes_ if more.get("partial") else bytes_ + b"\n"


def fleet(world, apps):
    return world.file("fleet.yaml", "name: w\napps:\n" + "".join(f"  - {app}\n" for app in apps))


def session_the_last_lines_of_an_app_that_ends_at_once_are_kept(world):
    """Numbered lines, then _exit, SIGKILL or abort at once, again and again; files put aside every 64 KB, a follower
    looks on, two instances share a log, the engine is killed in the middle: not a line is lost, doubled or torn."""
    script = world.file("writer.py", WRITER)
    place = os.path.join(world.folder, "counts")
    os.mkdir(place)
    common = (f"script: {script}, interpreter: python3, args: [{place}, '{RUNS}'], restartDelay: 0, maxRestarts: 1001, "
              "crashLogs: 5, logRotation: {maxSize: 64K, maxFiles: 10000}")
    apps = [f"{{name: {kind}, {common}, logType: {kind}}}" for kind in FORMATS]
    apps.append(f"{{name: both, {common}, logType: json, instances: 2, mergeLogs: true}}")
    world.run("up", fleet(world, apps), "--no-dashboard")
    seen = open(os.path.join(world.folder, "seen"), "wb")
    follower = subprocess.Popen([world.od, "logs", "w/raw", "-f", "--raw", "--since", "1h"], env=world.environment,
                                stdout=seen, stdin=subprocess.DEVNULL)
    try:
        names = [f"0-{kind}" for kind in FORMATS] + ["0-both", "1-both"]
        done = [os.path.join(place, name + ".done") for name in names]
        for _ in range(3):
            os.kill(world.status()["pid"], signal.SIGKILL)
            wait("another engine", lambda: world.list_or_none())
        wait("all runs are over", lambda: all(map(os.path.exists, done)), 60 + RUNS * 2)
        logs = os.path.join(world.home, "logs", "w")
        for kind in FORMATS:
            path = os.path.join(logs, f"{kind}-0.out.log")
            check(kind, path, expected(f"0-{kind}", RUNS))
        wait("the follower has it all", lambda: os.path.getsize(seen.name) >= len(b"".join(
            whole(os.path.join(logs, "raw-0.out.log")))))
        assert read(seen.name).decode().splitlines() == expected("0-raw", RUNS)
        shared = os.path.join(logs, "both.merged.out.log")
        for name in ("0-both", "1-both"):
            check("json", shared, expected(name, RUNS), int(name[0]))
    finally:
        follower.kill()
        follower.wait()
        seen.close()
    world.ends()


def check(kind, path, lines, instance=None):
    def found():
        data = b"".join(whole(path))
        if instance is not None:
            own = [line for line in data.split(b"\n")[:-1] if json.loads(line)["instanceId"] == instance]
            data = b"".join(line + b"\n" for line in own)
        return unpacked(kind, data).decode().splitlines()

    wait(f"{path} has all lines", lambda: len(found()) >= len(lines), 30, lambda: f"{len(found())} of {len(lines)}")
    all_lines = found()
    wrong = [(a, b) for a, b in zip(all_lines, lines) if a != b][:3]
    assert all_lines == lines, (kind, len(all_lines), len(lines), wrong)
    for part in whole(path)[:-1]:
        # A raw file may have begun a line before it was full.
        assert part.endswith(b"\n") and len(part) <= (64 << 10) + 150, (path, len(part), part[-100:])


def session_bytes_come_back_as_they_were_written(world):
    """NUL, CRLF, what is no UTF-8, a line of 10 MB and a last line without its end: `od logs --raw` gives the same
    bytes, and so do the records of the other formats."""
    data = (b"plain\r\n\n\0\x01 \xff\xfe \xc3\n\xe2\x82\n" + bytes(range(256)) + "ü€😀\n".encode()
            + b"0123456789" * (1 << 20) + b"\n" + b"no end")
    path = os.path.join(world.folder, "bytes")
    with open(path, "wb") as file:
        file.write(data)
    apps = [f"{{name: {kind}, script: /bin/cat, args: [{path}], restart: never, logType: {kind}, "
            "logRotation: {maxSize: 0}}" for kind in FORMATS]
    world.run("up", fleet(world, apps), "--no-dashboard")
    for kind in FORMATS:
        log = os.path.join(world.home, "logs", "w", f"{kind}-0.out.log")
        wait(f"the whole of {kind}", lambda: unpacked(kind, read(log, missing=b"")) == data, 30)
    back = subprocess.run([world.od, "logs", "w/raw", "--out", "--raw", "--since", "1h"], env=world.environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
    assert back == data, (len(back), len(data))
    world.ends()


def session_files_are_where_the_config_says(world):
    """A combined file, disabled logs, NULL, a format of time; and a file that logrotate renamed is left at once."""
    script = world.file("say.sh", f"""
        echo out; echo err >&2
        while [ ! -e {world.folder}/go ]; do sleep 0.02; done
        echo more
        exec sleep 1000
        """)
    apps = (f"{{name: one, script: {script}, logFile: all.log, logDateFormat: 'YYYY [at] HH'}}",
            f"{{name: none, script: {script}, disableLogs: true}}",
            f"{{name: half, script: {script}, errorFile: 'NULL', outFile: half.log}}")
    world.run("up", fleet(world, apps), "--no-dashboard")
    path = os.path.join(world.folder, "all.log")
    wait("both streams", lambda: read(path, missing=b"").count(b"\n") == 2)
    lines = sorted(read(path).decode().splitlines())
    assert re.fullmatch(r"\d{4} at \d\d err err", lines[0]) and re.fullmatch(r"\d{4} at \d\d out out", lines[1]), lines
    os.rename(path, path + ".old")
    open(os.path.join(world.folder, "go"), "w").close()
    wait("the next line", lambda: read(path, missing=b"").endswith(b" out more\n"))
    assert read(path + ".old").count(b"\n") == 2, read(path + ".old")
    wait("half of it", lambda: read(os.path.join(world.folder, "half.log"), missing=b"") == b"out\nmore\n")
    assert sorted(os.listdir(os.path.join(world.home, "logs", "w"))
                  if os.path.isdir(os.path.join(world.home, "logs", "w")) else []) == []
    info = world.json("info", "none")[0]["process"]
    assert info["outFile"] == info["errorFile"] == "/dev/null", info
    world.ends()


def session_a_crash_leaves_its_last_lines(world):
    """What crashed runs said last outlives rotation; of an instance the last ten crashes stay."""
    script = world.file(
        "crash.sh", "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; echo bad >&2; exit 3")
    world.run("up", fleet(world, [f"{{name: sad, script: {script}, interpreter: sh, restartDelay: 0, maxRestarts: 12, "
                                  "restartMaxDelay: 0, crashLogs: 7, logRotation: {maxSize: 1K, maxFiles: 1}}"]),
              "--no-dashboard")
    world.becomes("sad#0", "errored", 30)
    folder = os.path.join(world.home, "logs", "w")

    def kept():
        found = [re.fullmatch(r"sad-0\.crash\.log\.(\d+)", name) for name in os.listdir(folder)]
        return sorted(int(match[1]) for match in found if match)

    last = world.list()["sad#0"]["restarts"] + 1
    wait("the crashes", lambda: kept() == list(range(last - 9, last + 1)), 20, lambda: f"{kept()} of {last}")
    text = read(os.path.join(folder, f"sad-0.crash.log.{last}")).decode().splitlines()
    assert text[0].startswith(f"[od] run {last} of sad#0: exit 3 after "), text
    assert text[0].endswith("the last of stdout:"), text
    assert text[1:8] == [f"line {n}" for n in range(294, 301)], text
    assert text[8].endswith("the last of stderr:") and text[9:] == ["bad"] * 7, text
    world.ends()


def session_records_on_a_full_disk_stay_whole(world):
    """JSON logs on 64 KB: every line is a record, and what is missing is a record, too."""
    folder = os.path.join(world.folder, "logs")
    mounted(world, folder, 64 << 10)
    done = os.path.join(world.folder, "done")
    script = world.file("much.sh", f"""
        i=0; while [ $i -lt 4000 ]; do i=$((i + 1)); printf '%0100d\\n' $i; done
        : > {done}
        while [ ! -e {done}.more ]; do sleep 0.02; done
        echo the last line
        exec sleep 1000
        """)
    world.run("up", fleet(world, [f"{{name: much, script: {script}, logFile: {folder}/out.log, logType: json}}"]),
              "--no-dashboard")
    wait("the writer was never held up", lambda: os.path.exists(done), 30)
    path = os.path.join(folder, "out.log")
    entries = []

    def room():
        """A full file is emptied, as a person would do it."""
        data = read(path)
        entries.extend(json.loads(line) for line in data.split(b"\n") if line.strip(b"\0"))
        os.truncate(path, 0)
        return entries and entries[-1]["message"] == "the last line"

    open(done + ".more", "w").close()
    wait("the last line", room, 30)
    marks = [one for one in entries if one["processName"] == "od"]
    assert marks and all(re.search(r"\d+ bytes are missing here", one["message"]) for one in marks), marks
    world.ends()


def session_logs_of_another_user_are_made_as_that_user(world):
    """A folder of the app's user: the log, its index and its old files are his; a link of his leads us nowhere."""
    if os.geteuid() != 0:
        return "needs root"
    nobody = pwd.getpwnam("nobody")
    os.chmod(world.folder, 0o755)
    folder = os.path.join(world.folder, "theirs")
    secret = os.path.join(world.folder, "ours")
    os.mkdir(secret, 0o700)
    os.mkdir(folder, 0o700)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    os.symlink(secret, os.path.join(folder, "link"))
    os.lchown(os.path.join(folder, "link"), nobody.pw_uid, nobody.pw_gid)
    script = "sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; exec sleep 1000'"
    world.run("up", fleet(world, [
        f"{{name: good, script: \"{script}\", uid: nobody, cwd: /, logFile: {folder}/sub/good.log, "
        "logRotation: {maxSize: 1K}}",
        f"{{name: bad, script: \"{script}\", uid: nobody, cwd: /, logFile: {folder}/link/bad.log}}"]), "--no-dashboard")
    sub = os.path.join(folder, "sub")
    wait("compressed files", lambda: os.path.isdir(sub) and any(name.endswith(".gz") for name in os.listdir(sub)), 20)
    wait("the last line", lambda: read(os.path.join(sub, "good.log"), missing=b"").endswith(b"line 300\n"))
    for name in [*os.listdir(sub), "."]:
        try:
            facts = os.lstat(os.path.join(sub, name))
        except FileNotFoundError:
            continue
        assert (facts.st_uid, facts.st_gid) == (nobody.pw_uid, nobody.pw_gid), (name, facts)
    assert os.listdir(secret) == []
    assert "line 300" in world.run("logs", "good", "-n", "5")
    world.ends()


# Counts what the process allocates, in a file that others can read.
COUNTER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
static volatile unsigned long *count;
static void *(*real)(size_t);
__attribute__((constructor)) static void start(void) {
    int file = open(getenv("COUNTED"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || ftruncate(file, 4096)) return;
    void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) count = page;
}
void *malloc(size_t size) {
    if (!real) real = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    if (count) __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    return real(size);
}
"""


@needs("cc")
def session_a_line_allocates_nothing(world):
    """The engine takes memory for batches, never for lines: a hundred thousand very short ones show it."""
    source = world.file("counter.c", COUNTER)
    library = os.path.join(world.folder, "counter.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    # The daemon's environment is its own: the counter comes with the keeper, which a script beside a copy of od starts.
    keeper = os.path.join(os.path.dirname(world.od), "od-keeper")
    folder = os.path.join(world.folder, "bin")
    os.mkdir(folder)
    world.od = shutil.copy(world.od, folder)
    counted = os.path.join(world.folder, "counted")
    counting = f"#!/bin/sh\nexport LD_PRELOAD={library} COUNTED={counted}\nexec {keeper} \"$@\"\n"
    os.chmod(world.file("bin/od-keeper", counting), 0o755)
    script = world.file("short.py", f"""
import os, signal
while not os.path.exists("{world.folder}/go-" + os.environ["OD_NAME"]): signal.sigtimedwait([], 0.02)
text = b"x\\n" * 100000
while text: text = text[os.write(1, text):]
signal.pause()
""")
    world.run("up", fleet(world, [f"{{name: {kind}, script: {script}, interpreter: python3, logType: {kind}, "
                                  "logRotation: {maxSize: 0}}" for kind in FORMATS]), "--no-dashboard")
    for kind in FORMATS:
        log = os.path.join(world.home, "logs", "w", f"{kind}-0.out.log")
        before = int.from_bytes(read(counted)[:8], "little")
        open(os.path.join(world.folder, f"go-{kind}"), "w").close()
        wait(f"the lines of {kind}", lambda: len(unpacked(kind, read(log, missing=b""))) == 200_000, 60)
        taken = int.from_bytes(read(counted)[:8], "little") - before
        assert before > 0 and taken < 20_000, f"{taken} allocations for 100,000 lines of {kind}"
    world.ends()
