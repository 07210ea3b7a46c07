"""Prints how long a search through old, compressed logs takes: od beside zgrep, over the same files.

    search.py [GB]

One GB by default, five with OD_LONG=1. Nothing is judged here.
"""
import glob
import os
import random
import resource
import struct
import subprocess
import sys
import time

from figures import memory, show, timed
from floods import peak, seconds
from world import World

# What `od` rotates to by default.
PIECE = 10 << 20
CONFIG = """
name: default
apps:
  - name: big
    script: "sleep 1000"
    logRotation: {maxFiles: 10000, maxAge: 0, maxTotal: 0}
"""


def lines(seed, size):
    """Lines as a web server writes them; one in 50,000 has a needle."""
    dice = random.Random(seed)
    text = []
    while size > 0:
        needle = " NEEDLE" if dice.randrange(50_000) == 0 else ""
        line = (f"2026-11-21T09:{dice.randrange(60):02}:{dice.randrange(60):02}.{dice.randrange(1000):03}Z "
                f"{dice.choice(('INFO', 'INFO', 'INFO', 'WARN', 'ERROR'))} GET /orders/{dice.randrange(10 ** 6)} "
                f"{dice.choice((200, 200, 304, 404, 500))} {dice.randrange(900)}ms{needle}\n")
        text.append(line)
        size -= len(line)
    return "".join(text).encode()


def pieces(path, count):
    """Old files of a log, as the archivist leaves them."""
    kinds = []
    for seed in range(16):
        name = f"{path}.kind{seed}"
        with open(name, "wb") as file:
            file.write(lines(seed, PIECE))
        subprocess.run(["gzip", "-6", "-f", name], check=True)
        with open(name + ".gz", "rb") as file:
            kinds.append(file.read())
        os.remove(name + ".gz")
    position = 0
    for number in range(1, count + 1):
        with open(f"{path}.{number}.gz", "wb") as file:
            file.write(kinds[number % len(kinds)])
        index(f"{path}.{number}", 0, number, position)
        position += int.from_bytes(kinds[number % len(kinds)][-4:], "little")
    index(path, os.stat(path).st_ino, count + 1, position)


def index(path, inode, number, position):
    """The head of an index: where the file stands in the whole log."""
    with open(path + ".idx", "wb") as file:
        file.write(b"ODINDEX1" + struct.pack("=QQQQ", inode, number, position, 0))


def cost(engine, body):
    """Milliseconds, and the CPU seconds of an engine and of the programs that were run: other load does not count."""
    def used():
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime + (seconds(engine) if engine else 0)

    before = used()
    took = timed(body)
    return took, used() - before


def main():
    size = float(sys.argv[1]) if len(sys.argv) > 1 else 5 if os.environ.get("OD_LONG") else 1
    world = World()
    try:
        world.run("start", world.file("od.yaml", CONFIG))
        path = world.log_parts("big#0", "out", "default")[0]
        pieces(path, int(size * (1 << 30) / PIECE))
        files = sorted(glob.glob(path + ".*.gz"))
        show("log in gzip files", size * 1024, "MiB")
        engine = world.status()["pid"]
        before = memory(engine)
        for words in (["NEEDLE"], ["-i", "needle"], ["ERROR.* 500 [0-9]+ms NEEDLE"], ["GET /orders/77777[0-9] "]):
            options = [word for word in words if word.startswith("-")]
            found = {}

            def od():
                found["od"] = world.run("logs", "big", "--raw", "--grep", words[-1], *options, seconds=3600)

            def zgrep():
                done = subprocess.run(["zgrep", "-hE", *options, words[-1], *files], stdout=subprocess.PIPE, text=True)
                found["zgrep"] = done.stdout

            (ours, our_cpu), (theirs, their_cpu) = cost(engine, od), cost(None, zgrep)
            same = sorted(found["od"].splitlines()) == sorted(found["zgrep"].splitlines())
            what = " ".join(words)
            show(f"od logs --grep {what}", ours, "ms")
            show("  CPU", our_cpu, "s")
            show(f"zgrep {what}", theirs, "ms")
            show("  CPU", their_cpu, "s")
            show("  lines" if same else "  LINES DIFFER", len(found["od"].splitlines()), "")
        show("engine before", before, "MiB")
        show("engine after", memory(engine), "MiB")
        show("engine, most ever", peak(engine), "MiB")
        began = time.monotonic()
        with subprocess.Popen([world.od, "logs", "big", "--raw", "--grep", "never there"], env=world.environment,
                              stdout=subprocess.DEVNULL) as search:
            times = []
            while search.poll() is None and time.monotonic() - began < 20:
                times.append(timed(lambda: world.run("list", "--json")))
            search.kill()
        times.sort()
        show("od list beside a search, median", times[len(times) // 2], "ms")
        show("od list beside a search, p95", times[len(times) * 95 // 100], "ms")
    finally:
        world.close()


if __name__ == "__main__":
    main()
