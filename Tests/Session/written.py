"""What apps say reaches their logs as it was said: in every format, in the files that the config names."""
import base64
import json
import os
import pwd
import re
import shutil
import subprocess

from disk import mounted
from sessions import needs
from terminal import wait
from world import read

FORMATS = ("raw", "text", "json")


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
        wait(f"the whole of {kind}", lambda: unpacked(kind, read(log, missing=b"")) == data)
        words = [world.od, "logs", f"w/{kind}", "--out", "--raw", "--since", "1h"]
        back = subprocess.run(words, env=world.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              check=True).stdout
        assert back == data, (kind, len(back), len(data))
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
    """What a crashed run said last, and only that one, outlives rotation; of an instance the last ten crashes stay."""
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
    assert text[8].endswith("the last of stderr:") and text[9:] == ["bad"], text
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
    wait("the writer was never held up", lambda: os.path.exists(done))
    path = os.path.join(folder, "out.log")
    entries = []

    def room():
        """A full file is emptied, as a person would do it."""
        data = read(path)
        entries.extend(json.loads(line) for line in data.split(b"\n") if line.strip(b"\0"))
        os.truncate(path, 0)
        return entries and entries[-1]["message"] == "the last line"

    open(done + ".more", "w").close()
    wait("the last line", room)
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
    wait("compressed files", lambda: os.path.isdir(sub) and any(name.endswith(".gz") for name in os.listdir(sub)))
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
        wait(f"the lines of {kind}", lambda: len(unpacked(kind, read(log, missing=b""))) == 200_000)
        taken = int.from_bytes(read(counted)[:8], "little") - before
        assert before > 0 and taken < 20_000, f"{taken} allocations for 100,000 lines of {kind}"
    world.ends()
