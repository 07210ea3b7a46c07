"""A home of its own for `od`, and what one can find out about it from outside."""
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile

from terminal import PATIENCE, Terminal, wait

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
QUICKSTART = "Examples/Fleets/quickstart.yaml"


def binary():
    """The `od` under test: OD_BINARY, else what was built last."""
    named = os.environ.get("OD_BINARY")
    built = [os.path.join(ROOT, ".build", kind, "od") for kind in ("release", "debug")]
    found = [named] if named else sorted(filter(os.path.exists, built), key=os.path.getmtime)
    assert found and os.access(found[-1], os.X_OK), "there is no od to test: swift build, or OD_BINARY=FILE"
    return os.path.abspath(found[-1])


def read(path, missing=None):
    """The bytes of a file of a log, compressed or not."""
    try:
        with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        if missing is None:
            raise
        return missing


class Skipped(Exception):
    """The machine cannot do what the session needs: its text says what."""


class World:
    """A temporary home. At its end everything of it is stopped, and what is left over is a failure."""

    def __init__(self):
        self.od = binary()
        self.folder = tempfile.mkdtemp(prefix="od-session-")
        self.home = os.path.join(self.folder, "home")
        keep = ("PATH", "HOME", "USER", "LOGNAME", "LANG")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ}
        # Apps inherit TMPDIR: it marks all that belongs to this world.
        self.environment.update(OD_HOME=self.home, TMPDIR=self.folder,
                                PATH=f"{os.path.dirname(self.od)}:{self.environment['PATH']}")
        self.terminals = []
        self.last = []

    def at_end(self, body):
        """Is called when nothing of the world runs any more."""
        self.last.append(body)

    def terminal(self, columns=80, rows=24):
        self.terminals.append(Terminal(columns, rows, self.environment))
        return self.terminals[-1]

    def run(self, *words, code=0, seconds=120, stdin=subprocess.DEVNULL, folder=ROOT):
        """Runs a verb; its exit code must be `code`. Returns stdout."""
        done = subprocess.run([self.od, *words], env=self.environment, cwd=folder, stdin=stdin, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
        assert done.returncode == code, \
            f"od {' '.join(words)}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
        return done.stdout

    def output(self, *words, folder=ROOT):
        """The stdout of a verb that may end with any exit code."""
        return subprocess.run([self.od, *words], env=self.environment, cwd=folder, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120).stdout

    def json(self, *words, **options):
        text = self.run(*words, "--json", **options)
        try:
            return json.loads(text)
        except ValueError as error:
            raise AssertionError(f"od {' '.join(words)} --json: {error}\n{text}") from error

    def list(self):
        """The instances as `od list` shows them, by label."""
        return {f"{one['name']}#{one['instance']}": one for one in self.json("list")}

    def list_or_none(self):
        """As `list`; nothing while the daemon cannot tell."""
        done = subprocess.run([self.od, "list", "--json"], env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def pids(self):
        return {label: one.get("pid") for label, one in self.list().items()}

    def status(self):
        return self.json("daemon", "status")

    def file(self, name, text):
        """A file in the world's folder; returns its path."""
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def log(self, label, channel="out", namespace="default"):
        """All that an instance has written: the files that were put aside, oldest first, and the one that grows."""
        while True:
            path, parts = self.log_parts(label, channel, namespace)
            try:
                whole = b"".join(read(path + part) for _, part in parts) + read(path, missing=b"")
            except FileNotFoundError:
                continue        # it was compressed meanwhile
            if self.log_parts(label, channel, namespace)[1] == parts:
                return whole

    def log_end(self, label, channel="out", namespace="default"):
        """Where a log ends, to be compared: files that were put aside, and the size of the one that grows."""
        path, parts = self.log_parts(label, channel, namespace)
        return (parts[-1][0] if parts else 0, os.path.getsize(path) if os.path.exists(path) else 0)

    def log_parts(self, label, channel, namespace):
        """The path of the file that grows; numbers and endings of the others. A compressed one is whole and counts."""
        path = os.path.join(self.home, "logs", namespace, f"{label.replace('#', '-')}.{channel}.log")
        found = {}
        for name in sorted(os.listdir(os.path.dirname(path)) if os.path.isdir(os.path.dirname(path)) else []):
            number = re.fullmatch(re.escape(os.path.basename(path)) + r"\.([0-9]+)(\.gz)?", name)
            if number:
                found[int(number[1])] = name[len(os.path.basename(path)):]
        return path, sorted(found.items())

    def becomes(self, label, status, seconds=PATIENCE):
        """Waits until an instance has a status, and returns it."""
        return wait(f"{label} is {status}", lambda: (one := self.list().get(label)) and one["status"] == status and one,
                    seconds, lambda: f"\n{self.run('list')}")

    def processes(self):
        """Everything that has this world in its environment or its arguments, but for terminals: words by pid."""
        mine = {os.getpid()}
        found = {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    environ = file.read()
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read()
                with open(f"/proc/{name}/stat") as file:
                    state = file.read().rpartition(")")[2].split()[0]
            except OSError:
                continue
            own = self.folder.encode() in environ + words
            if own and state != "Z" and int(name) not in mine and not self.of_terminal(words):
                found[int(name)] = words.replace(b"\0", b" ").decode(errors="replace").strip()
        return found

    @staticmethod
    def of_terminal(words):
        program = words.split(b"\0")[0].rpartition(b"/")[2]
        return program == b"tmux" or words == b"sh\0"

    def ends(self):
        """Stops the daemon; nothing of it may be left."""
        self.run("daemon", "stop")
        self.is_empty()

    def is_empty(self):
        wait("nothing of od is left running", lambda: not self.processes(), 10, lambda: f"\n{self.processes()}")

    def close(self):
        """Cleans up after a session that went well or badly."""
        for terminal in self.terminals:
            terminal.close()
        subprocess.run([self.od, "daemon", "stop"], env=self.environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for body in reversed(self.last):
            body()
        shutil.rmtree(self.folder, ignore_errors=True)
