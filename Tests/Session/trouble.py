"""What is in the way of a dashboard: each says what is wrong, why, and what to do. And screens that are too small."""
import json
import os
import socket
import struct
import threading

from sessions import opened, quits

TICKER = "Examples/Fleets/quickstart/ticker.sh"


def fails(terminal, line, *texts):
    """The shell is back, with nothing on the screen but lines."""
    terminal.type(f"clear; {line}; echo code $?")
    terminal.sees("why:", "next:", "code ", *texts)
    assert terminal.value("alternate_on") == "0"


class Engine:
    """Something at the socket of a home, which answers a hello with `answer(hello)`."""

    def __init__(self, home, answer):
        os.makedirs(home, mode=0o700)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(os.path.join(home, "od.sock"))
        self.socket.listen()
        self.answer = answer
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        try:
            while True:
                caller, _ = self.socket.accept()
                with caller:
                    head = caller.recv(5, socket.MSG_WAITALL)
                    hello = json.loads(caller.recv(struct.unpack("!I", head[1:])[0], socket.MSG_WAITALL))
                    caller.sendall(self.answer(hello))
        except OSError:
            pass


def greeting(version):
    def answer(hello):
        text = json.dumps({"jsonrpc": "2.0", "id": hello["id"], "result": {
            "magic": hello["params"]["magic"], "version": version, "build": "9.9.9", "pid": 1, "embedded": False}})
        return struct.pack("!BI", 2, len(text)) + text.encode()
    return answer


def session_what_is_wrong_says_what_to_do(world):
    terminal = world.terminal(100, 24)
    fails(terminal, "TERM=wibble od", "OD1008", "no description of ‘wibble’", "TERM=xterm-256color od", "code 2")
    fails(terminal, "TERM=dumb od monit", "OD1008", "‘dumb’", "od list", "code 2")
    fails(terminal, "TERM= od", "OD1008", "TERM is not set", "code 2")
    fails(terminal, "od monit </dev/null", "OD1008", "stdin or stdout is none", "od list prints a table")
    fails(terminal, "od monit", "OD5001", "od daemon start")
    homes = {name: os.path.join(world.folder, name) for name in ("open", "strange", "newer", "older", "nobody")}
    os.mkdir(homes["open"])
    os.chmod(homes["open"], 0o777)
    fails(terminal, f"od --home {homes['open']}", "OD5002", "others can write to it", "chmod 700")
    Engine(homes["strange"], lambda hello: b"SSH-2.0-x\r\n")
    fails(terminal, f"od --home {homes['strange']}", "OD5003", "end that program")
    Engine(homes["newer"], greeting(99))
    fails(terminal, f"od --home {homes['newer']}", "OD5004", "is newer", "od update FILE")
    Engine(homes["older"], greeting(0))
    fails(terminal, f"od --home {homes['older']}", "OD5004", "is older", "od daemon restart")
    if os.geteuid() == 0:
        os.mkdir(homes["nobody"], 0o700)
        os.chown(homes["nobody"], 65534, 65534)
        fails(terminal, f"od --home {homes['nobody']}", "OD5002", "is not yours", "choose a home of your own")
    assert not os.path.exists(world.home), "nothing was made on the way"


def session_a_daemon_that_ends_says_what_helps(world):
    world.run("start", TICKER)
    terminal = opened(world, (120, 40), "monit")
    terminal.sees("ticker", "online", "live")
    world.run("daemon", "stop")
    terminal.sees("lost", "trying again", "the engine ended or was replaced")
    world.run("start", "ticker")
    terminal.sees("ticker", "online", "live")
    # Too small for a list there is a count, and all of it comes back.
    terminal.resize(18, 3)
    terminal.sees("1 procs")
    terminal.resize(120, 40)
    terminal.sees("ticker", "Log ticker")
    quits(terminal)
    world.ends()


def session_a_config_with_a_mistake_hides_no_app(world):
    folder = os.path.join(world.folder, "shop")
    os.mkdir(folder)
    good = "name: shop\napps:\n  - name: beacon\n    script: sleep 1000\n"
    world.file("shop/opendaemon.config.yaml", good)
    world.run("apply", "opendaemon.config.yaml", folder=folder)
    world.file("shop/opendaemon.config.yaml", good.replace("script", "scirpt"))
    terminal = world.terminal(120, 40)
    terminal.type(f"cd {folder} && od")
    terminal.sees("beacon", "online", "scirpt")
    quits(terminal)
    # Of a project that is not known there is nothing to look at.
    world.run("down", "shop")
    fails(terminal, "clear; od", "OD2002", "scirpt")
    world.ends()
