"""What apps are given at their start: user, limits, a cgroup; and what happens when the system refuses a part of it."""
import os
import re
import signal
import subprocess

from sessions import needs
from terminal import wait

IS_ROOT = os.geteuid() == 0
# A daemon as one writes it to get away: a session of its own, a lost parent, nothing in its environment.
ESCAPE = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve("/bin/sleep", ["sleep", "{seconds}"], {{}})
    os._exit(0)
time.sleep(1000)
"""


def children(pid):
    """Pids of the children of a process, zombies too."""
    found = set()
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as file:
            found |= set(map(int, file.read().split()))
    return found


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def keeper(world):
    """The process that forks: the parent of the engine."""
    return parent(world.status()["pid"])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def named(words):
    """Pids of processes with exactly these words."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                if file.read() == b"\0".join(word.encode() for word in words) + b"\0":
                    found.append(int(name))
        except OSError:
            continue
    return found


def cgroup(pid):
    """The directory of the cgroups of a process's home; None when it is in none of ours."""
    with open(f"/proc/{pid}/cgroup") as file:
        path = next((line.strip()[3:] for line in file if line.startswith("0::")), "/")
    with open("/proc/self/mountinfo") as file:
        mounts = [line.split()[4] for line in file if " - cgroup2 " in line]
    return mounts[0] + os.path.dirname(path) if mounts and "/od-" in path else None


def session_an_app_is_what_its_config_says(world):
    """Each attribute as the app itself finds it; those that need root where we are root."""
    script = world.file("facts.sh", """
        echo "umask $(umask) nice $(nice) nofile $(ulimit -Sn) $(ulimit -Hn) core $(ulimit -c)"
        echo "score $(cat /proc/self/oom_score_adj) user $(id -u) $(id -g) $USER $HOME"
        grep -E 'NoNewPrivs|Cpus_allowed_list' /proc/self/status | tr '\\t\\n' '  '
        echo end
        exec sleep 1000
        """)
    os.chmod(world.folder, 0o755)
    who = "uid: '65534'\n    gid: '65533'\n    groups: ['1', '2']" if IS_ROOT else ""
    file = world.file("fleet.yaml", f"""
name: attributes
apps:
  - name: app
    script: {script}
    interpreter: sh
    umask: 027
    nice: 7
    ioNice: idle
    limits: {{nofile: {{soft: 100, hard: 200}}, core: 0}}
    cpuAffinity: 0
    noNewPrivileges: true
    oomScoreAdjust: 300
    {who}
""")
    world.run("up", file, "--no-dashboard")
    wait("its facts", lambda: b"end" in world.log("app#0", namespace="attributes"),
         detail=lambda: world.log("app#0", "err", "attributes").decode())
    text = world.log("app#0", namespace="attributes").decode()
    assert "umask 0027 nice 7 nofile 100 200 core 0" in text, text
    assert "NoNewPrivs: 1" in text and "Cpus_allowed_list: 0" in text and "score 300" in text, text
    if IS_ROOT:
        assert "user 65534 65533 nobody" in text, text
    world.ends()


def session_an_attribute_that_is_refused_is_said(world):
    file = world.file("fleet.yaml", """
name: refused
apps:
  - {name: app, script: sleep 1000, uid: nobody-of-that-name}
""")
    failed = subprocess.run([world.od, "up", file, "--no-dashboard"], env=world.environment, text=True,
                            stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert failed.returncode == 2 and "OD1028" in failed.stderr, failed.stderr
    assert "there is no user ‘nobody-of-that-name’" in failed.stderr and "fleet.yaml:4:" in failed.stderr, failed.stderr
    assert world.list() == {}
    world.ends()


def escapes(world, seconds):
    """An app with a daemon that got away; the pid of that one."""
    script = world.file("escape.py", ESCAPE.format(seconds=seconds))
    world.run("start", script, "-n", "escape", "--interpreter", "python3")
    return wait("the daemon", lambda: named(["sleep", seconds]))[0]


@needs("python3")
def session_nothing_escapes_a_cgroup(world):
    """PM2's complaint 26: one that is forked twice outlives the stop of its app."""
    escaped = escapes(world, "7771")
    tree = cgroup(escaped)
    if tree is None:
        print("SKIPPED the escape from a cgroup: no cgroup of version 2 can be written here", flush=True)
        os.kill(escaped, signal.SIGKILL)
        return world.ends()
    assert os.path.isdir(tree)
    # Not even by the death of its parent.
    os.kill(world.pids()["escape#0"], signal.SIGKILL)
    wait("the app again, and one daemon", lambda: (found := named(["sleep", "7771"])) and found[0] != escaped)
    assert len(named(["sleep", "7771"])) == 1
    world.run("stop", "escape")
    assert not named(["sleep", "7771"])
    world.ends()
    assert not os.path.exists(tree), f"{tree}: {os.listdir(tree)}"
    return None


@needs("python3")
def session_without_cgroups_an_escape_is_named(world):
    world.environment["OD_CGROUP"] = "0"
    escaped = escapes(world, "7772")
    try:
        assert cgroup(escaped) is None
        world.run("stop", "escape")
        assert named(["sleep", "7772"]) == [escaped]
        log = os.path.join(world.home, "engine.log")
        wait("a warning", lambda: f"process {escaped} (sleep)" in open(log).read(), detail=lambda: open(log).read())
    finally:
        os.kill(escaped, signal.SIGKILL)
    world.ends()


ROOM = "the machine has no room for it: "
# The system call that fails, how, and what `od` says. Those of the keeper come first, then those of the child.
FAULTS = [
    ("pipe2", "EMFILE", ROOM + "Too many open files"),
    ("pipe2", "ENFILE", ROOM + "Too many open files in system"),
    ("memfd_create", "ENOMEM", ROOM + "Cannot allocate memory"),
    ("memfd_create", "EMFILE", ROOM + "Too many open files"),
    ("epoll_ctl", "ENOSPC", ROOM + "No space left on device"),
    ("clone3", "EAGAIN", ROOM + "Resource temporarily unavailable"),
    ("clone3", "ENOMEM", ROOM + "Cannot allocate memory"),
    ("clone3", "ENOSYS", None),
    ("setsid", "EPERM", "Operation not permitted"),
    ("prlimit64", "EPERM", "limits core: Operation not permitted"),
    ("setpriority", "EACCES", "nice 3: Permission denied"),
    ("ioprio_set", "EPERM", "ioNice: Operation not permitted"),
    ("sched_setaffinity", "EINVAL", "cpuAffinity: Invalid argument"),
    ("prctl", "EINVAL", "noNewPrivileges: Invalid argument"),
    ("chdir", "EACCES", "cannot enter /: Permission denied"),
    ("dup2", "EMFILE", "Too many open files"),
    ("dup3", "EBADF", "Bad file descriptor"),
    ("execve", "ENOMEM", "cannot execute /bin/sleep: Cannot allocate memory"),
    ("execve", "EACCES", "cannot execute /bin/sleep: Permission denied"),
]
FAULTS_OF_ROOT = [
    ("setgroups", "EPERM", "groups: Operation not permitted"),
    ("setresgid", "EPERM", "gid 65534: Operation not permitted"),
    ("setresuid", "EAGAIN", "uid 65534: Resource temporarily unavailable"),
]


class Injection:
    """A process under strace, in which system calls fail: their errors by name."""

    def __init__(self, pid, log, **errors):
        rules = [rule for call, error in errors.items() for rule in ("-e", f"inject={call}:error={error}")]
        self.strace = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", log, "-p", str(pid), "-e", "trace=" + ",".join(errors), *rules],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait("strace", lambda: self.strace.poll() is not None or self.is_attached(pid))
        self.failed = self.strace.stderr.read() if self.strace.poll() is not None else None

    @staticmethod
    def is_attached(pid):
        with open(f"/proc/{pid}/status") as file:
            return re.search(r"^TracerPid:\t[1-9]", file.read(), re.M)

    def end(self):
        self.strace.send_signal(signal.SIGINT)
        self.strace.wait(30)
        self.strace.stderr.close()


@needs("strace")
def session_a_start_that_fails_leaves_nothing(world):
    """Each system call of a start refused once: the reason is said, nothing is left over, the next start works."""
    world.run("start", "sleep 1000", "-n", "steady")
    steady = world.pids()["steady#0"]
    pid = keeper(world)
    before, family = descriptors(pid), children(pid)
    for number, (call, error, said) in enumerate(FAULTS + (FAULTS_OF_ROOT if IS_ROOT else [])):
        who = "uid: '65534', gid: '65534'," if IS_ROOT else ""
        fleet = world.file("fleet.yaml", f"""
name: faults
apps:
  - {{name: app{number}, script: /bin/sleep, args: ['1000'], cwd: /, nice: 3, ioNice: idle, cpuAffinity: 0,
     {who} noNewPrivileges: true, limits: {{core: 0}}}}
""")
        injection = Injection(pid, os.path.join(world.folder, "strace"), **{call: error})
        if injection.failed is not None:
            print(f"SKIPPED faults of starts: strace cannot attach: {injection.failed.strip()}", flush=True)
            break
        try:
            done = subprocess.run([world.od, "up", fleet, "--no-dashboard"], env=world.environment, text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        finally:
            injection.end()
        answer = f"{call} {error}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert (done.returncode == 0) == (said is None), answer
        assert said is None or said in done.stderr, answer
        world.run("down", "faults")
        wait("nothing left", lambda: descriptors(pid) == before and children(pid) == family,
             detail=lambda: f"{call} {error}: {descriptors(pid)} descriptors, not {before}; {children(pid)}")
    world.run("start", "sleep 1000", "-n", "again")
    assert world.pids()["steady#0"] == steady and keeper(world) == pid
    world.ends()


@needs("strace")
def session_a_cgroup_that_takes_nobody_is_done_without(world):
    """Where the system does not clone into a cgroup, a child joins it itself; where it may not, it runs without."""
    world.run("start", "sleep 1000", "-n", "steady")
    tree = cgroup(world.pids()["steady#0"])
    if tree is None:
        print("SKIPPED cgroups that take nobody: no cgroup of version 2 can be written here", flush=True)
        return world.ends()
    log = os.path.join(world.home, "engine.log")
    for name, errors, place in [("joins", {"clone3": "EBUSY:when=1"}, tree),
                                ("without", {"clone3": "EBUSY:when=1", "openat": "EACCES:when=1"}, None)]:
        injection = Injection(keeper(world), os.path.join(world.folder, "strace"), **errors)
        if injection.failed is not None:
            print(f"SKIPPED cgroups that take nobody: strace cannot attach: {injection.failed.strip()}", flush=True)
            return world.ends()
        try:
            world.run("start", "sleep 1000", "-n", name)
        finally:
            injection.end()
        assert cgroup(world.becomes(f"{name}#0", "online")["pid"]) == place, name
    with open(log) as file:
        assert "no cgroups from now on: Permission denied" in file.read()
    world.run("start", "sleep 1000", "-n", "later")
    assert cgroup(world.pids()["later#0"]) is None
    world.ends()
    assert not os.path.exists(tree), f"{tree}: {os.listdir(tree)}"
    return None


def session_an_engine_that_starts_nothing_removes_cgroups_too(world):
    world.run("start", "sleep 1000", "-n", "app")
    tree = cgroup(world.pids()["app#0"])
    os.kill(world.status()["pid"], signal.SIGKILL)
    assert world.becomes("app#0", "online")
    world.ends()
    assert tree is None or not os.path.exists(tree), f"{tree}: {os.listdir(tree)}"
