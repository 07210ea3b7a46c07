"""A client that follows a log and does not read: it is told what it missed, and nobody else waits for it."""
import os
import socket
import struct
import subprocess

from protocol import HELLO, request
from terminal import wait
from world import read

LINES = 400_000
LINE = 100
MOST = 1 << 20

# Waits for a file, then writes numbered lines as fast as it can.
FLOOD = """
import os, signal, sys
while not os.path.exists(sys.argv[1]): signal.sigtimedwait([], 0.02)
for start in range(0, {lines}, 1000):
    text = b"".join(b"%0{digits}d\\n" % n for n in range(start, start + 1000))
    while text: text = text[os.write(1, text):]
open(sys.argv[1] + ".done", "w").close()
signal.pause()
"""


class Client:
    """Speaks the protocol itself, and reads when it likes."""

    def __init__(self, world):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.socket.settimeout(30)
        self.socket.connect(os.path.join(world.home, "od.sock"))
        self.socket.sendall(HELLO)

    def frame(self):
        kind, length = struct.unpack(">BI", self.exactly(5))
        return kind, self.exactly(length)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            assert part, "the engine has closed the connection"
            data += part
        return data

    def chunks(self):
        """Flags, position and bytes of each log chunk, from now on."""
        while True:
            kind, payload = self.frame()
            if kind == 5:
                self.socket.sendall(struct.pack(">BI", 5, 0))
            elif kind == 4:
                flags, (position,) = payload[9], struct.unpack(">Q", payload[10:18])
                yield flags, position, payload[18 + (8 if flags & 4 else 0):]


def session_a_reader_that_stalls_is_told_what_it_missed(world):
    script = world.file("flood.py", FLOOD.format(lines=LINES, digits=LINE - 1))
    go = os.path.join(world.folder, "go")
    world.run("start", script, "--name", "flood", "--interpreter", "python3", "--", go)
    world.run("start", "sh -c 'while :; do echo calm; sleep 0.05; done'", "-n", "calm")
    stalled = Client(world)
    stalled.socket.sendall(request(2, "log.stream", targets=["flood"], lines=0, follow=True, channels=[1], resume=[],
                                   merged=True, last=0, lag=MOST))
    caught_up = next(flags for flags, _, _ in stalled.chunks() if flags & 1)
    assert caught_up
    seen = open(os.path.join(world.folder, "seen"), "wb")
    other = subprocess.Popen([world.od, "logs", "flood", "-f", "--raw", "--since", "1h"], env=world.environment,
                             stdout=seen, stdin=subprocess.DEVNULL)
    try:
        open(go, "w").close()
        # The app does not wait, nor does anybody else.
        wait("all is written", lambda: os.path.exists(go + ".done"))
        wait("the other has it all", lambda: os.path.getsize(seen.name) == LINES * LINE)
        assert read(seen.name).split()[::100_000] == [b"%0*d" % (LINE - 1, n) for n in range(0, LINES, 100_000)]
        before = len(world.log("calm#0"))
        wait("the calm one is read", lambda: len(world.log("calm#0")) > before)
        check(stalled)
    finally:
        other.kill()
        other.wait()
        seen.close()
        stalled.socket.close()
    world.ends()


def check(stalled):
    """What came and what was missed are all lines, and it has gone on behind what was missed."""
    whole, missed, end = b"", 0, None
    for flags, position, data in stalled.chunks():
        if flags & 8:
            words = data.decode()
            assert words.startswith("[od] ") and "missing here" in words, words
            missed += int(words.split()[1])
            end = position
            # A line of which the beginning came counts as missed.
            whole = whole[:whole.rfind(b"\n") + 1]
            continue
        assert end in (None, position), (end, position)
        end = position + len(data)
        whole += data
        if end == LINES * LINE:
            break
    lines = whole.splitlines()
    assert missed > 0 and missed + len(lines) == LINES, (missed, len(lines))
    assert lines[-1] == b"%0*d" % (LINE - 1, LINES - 1), lines[-1]
    assert [int(line) for line in lines] == sorted(int(line) for line in lines)
