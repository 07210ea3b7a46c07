"""A terminal that a script can look at: a tmux server of its own with one window. Standard library only."""
import os
import shutil
import subprocess
import tempfile
import time

TMUX = shutil.which("tmux") or "tmux"
PAUSE = 0.02  # seconds between two looks
PATIENCE = 60  # seconds until a fact is given up: a busy machine may stand still for ten


class Timeout(AssertionError):
    """A fact did not come about in time."""


def wait(what, fact, seconds=PATIENCE, detail=lambda: ""):
    """Looks until `fact()` is true and returns what it gave; AssertionErrors count as "not yet"."""
    end = time.monotonic() + seconds
    last = ""
    while True:
        try:
            result = fact()
            if result:
                return result
        except AssertionError as error:
            last = str(error)
        if time.monotonic() > end:
            raise Timeout(f"after {seconds} s still not: {what}\n{last}{detail()}")
        time.sleep(PAUSE)


class Terminal:
    """A shell in a tmux window of `columns` x `rows`. What is typed goes through the window as a person's keys do."""

    def __init__(self, columns, rows, environment):
        self.folder = tempfile.mkdtemp(prefix="od-tmux-")
        self.socket = os.path.join(self.folder, "socket")
        self.environment = dict(environment, LC_ALL="C.UTF-8", ENV="", HISTFILE="")
        self.environment.pop("TMUX", None)
        try:
            self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "sh")
            wait("a prompt", self.is_shell, detail=lambda: "\n" + self.screen())
        except Exception:
            self.close()
            raise

    def tmux(self, *words):
        done = subprocess.run([TMUX, "-S", self.socket, *words], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
        assert done.returncode == 0, f"tmux {words}: {done.stderr}"
        return done.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", ":0")

    def value(self, name):
        """A format of tmux, like `alternate_on`."""
        return self.tmux("display-message", "-p", "-t", ":0", "#{" + name + "}").strip()

    def keys(self, *keys):
        """Keys by their names in tmux: `j`, `Enter`, `Escape`, `C-z`."""
        self.tmux("send-keys", "-t", ":0", *keys)

    def type(self, text):
        """A line of text, and Enter."""
        self.tmux("send-keys", "-t", ":0", "-l", text)
        self.keys("Enter")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", ":0", "-x", str(columns), "-y", str(rows))

    def sees(self, *texts, seconds=PATIENCE):
        """Waits until all texts are on the screen at once, and returns the screen."""
        def fact():
            screen = self.screen()
            return screen if all(text in screen for text in texts) else None
        return wait(f"{texts} on the screen", fact, seconds, lambda: "\n" + self.screen())

    def misses(self, *texts, seconds=PATIENCE):
        """Waits until none of the texts is on the screen."""
        wait(f"no {texts} on the screen", lambda: not any(text in self.screen() for text in texts), seconds,
             lambda: "\n" + self.screen())

    def is_shell(self):
        """The window shows the shell again, as it was before: no full screen, a cursor, lines with echo."""
        if self.value("alternate_on") != "0" or self.value("cursor_flag") != "1":
            return False
        flags = subprocess.run(["stty", "-a", "-F", self.value("pane_tty")], text=True, stdout=subprocess.PIPE)
        return " echo " in flags.stdout and " icanon " in flags.stdout and self.screen().rstrip().endswith(("$", "#"))

    def close(self):
        subprocess.run([TMUX, "-S", self.socket, "kill-server"], env=self.environment, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)
