"""The client protocol from outside: wishes over killed engines, `od bridge`, `od --host` by a stub and by sshd."""
import getpass
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

from terminal import wait

RESTARTS = 100 if os.environ.get("OD_LONG") == "1" else 5


def kill_engine(world):
    with open(os.path.join(world.home, "engine.pid")) as file:
        os.kill(int(file.read()), signal.SIGKILL)


def session_a_restart_over_a_killed_engine_happens_once(world):
    """Whenever the engine is killed: the restart is answered, and the app was started once more, not twice."""
    path = world.file("count.sh", "#!/bin/sh\necho started\nexec sleep 1000\n")
    os.chmod(path, 0o755)
    world.run("start", path)
    rolls = random.Random(7)
    lines = 1
    wait("the first start", lambda: world.log("count#0").count(b"started") == 1)
    for number in range(RESTARTS):
        words = ("restart", "count") if number % 5 else ("restart", "all")
        call = subprocess.Popen([world.od, *words], env=world.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(rolls.random() * 0.06)       # the moment of the kill is by chance
        kill_engine(world)
        said, _ = call.communicate(timeout=60)
        assert call.returncode == 0, (number, said)
        lines += 1
        world.becomes("count#0", "online")
        wait(f"start {lines}", lambda: world.log("count#0").count(b"started") >= lines)
        assert world.log("count#0").count(b"started") == lines, (number, lines)
    world.ends()


def session_a_delete_over_a_killed_engine_is_answered(world):
    path = world.file("one.sh", "#!/bin/sh\nexec sleep 1000\n")
    os.chmod(path, 0o755)
    rolls = random.Random(3)
    for _ in range(RESTARTS // 5):
        world.run("start", path)
        call = subprocess.Popen([world.od, "delete", "one"], env=world.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(rolls.random() * 0.06)
        kill_engine(world)
        said, _ = call.communicate(timeout=60)
        assert call.returncode == 0, said
        assert world.list() == {}
    world.ends()


def frame(kind, payload):
    return struct.pack(">BI", kind, len(payload)) + payload


def request(number, method, **params):
    return frame(1, json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode())


def frames(data):
    found = []
    while data:
        kind, length = struct.unpack(">BI", data[:5])
        found.append((kind, data[5:5 + length]))
        data = data[5 + length:]
    return found


HELLO = request(1, "daemon.hello", magic="opendaemon", version=1, client="session")


def bridge(world, data, *words, code=0):
    done = subprocess.run([world.od, "bridge", *words], env=world.environment, input=data, timeout=30,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == code, (done.returncode, done.stderr)
    return frames(done.stdout)


def session_bridge_copies_what_is_due(world):
    refused = bridge(world, HELLO, code=1)
    assert json.loads(refused[0][1])["error"]["data"]["code"] == "OD5001", refused
    assert not os.path.exists(world.home), "it starts nothing and makes nothing"
    answers = bridge(world, HELLO + request(2, "process.list"), "--start")
    assert [json.loads(answer)["id"] for _, answer in answers] == [1, 2], "stdin ended, the answers came all the same"
    assert json.loads(answers[1][1])["result"] == []
    broken = bridge(world, b"\x99\0\0\0\0")
    assert json.loads(broken[0][1])["error"]["data"]["code"] == "OD5007"
    # A client that goes away takes the bridge with it.
    copier = subprocess.Popen([world.od, "bridge"], env=world.environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)
    copier.stdin.write(HELLO + request(2, "event.subscribe"))
    copier.stdin.flush()
    assert copier.stdout.read(5)[0] == 2
    copier.stdin.close()
    copier.stdout.close()
    copier.wait(timeout=20)
    world.ends()


def stub(world, script):
    path = world.file("ssh-stub", "#!/bin/sh\nfor last; do :; done\n" + script)
    os.chmod(path, 0o755)
    world.environment["OD_SSH"] = path


def look_around(world, host):
    """What one does with the daemon of another machine."""
    path = world.file("api.sh", "#!/bin/sh\necho hello from there\nexec sleep 1000\n")
    os.chmod(path, 0o755)
    world.run("start", path)
    here = world.environment
    there = ["--host", host]
    # Nothing of this side's home is looked at.
    world.environment = {**here, "OD_HOME": os.path.join(world.folder, "nowhere")}
    try:
        listed = json.loads(world.run("list", *there, "--home", world.home, "--json"))
        assert [one["name"] for one in listed] == ["api"], listed
        there += ["--home", world.home]
        wait("its log", lambda: "hello from there" in world.run("logs", "api", *there))
        assert json.loads(world.run("restart", "api", *there, "--json"))[0]["status"] == "online"
        world.run("stop", "api", *there)
        world.run("start", "api", *there)
        assert "OD1001" in refusal(world, "start", path, *there), "files are of this machine"
        assert "OD1001" in refusal(world, "up", path, *there)
        assert not os.path.exists(world.environment["OD_HOME"])
        # The dashboard goes on over a broken connection.
        screen = world.terminal()
        screen.type(f"'{world.od}' {' '.join(there)}")
        screen.sees("api")
        kill_engine(world)
        world.run("stop", "api", *there)
        screen.sees("stopped")
        screen.keys("q")
        world.run("daemon", "stop", *there)
        world.is_empty()
    finally:
        world.environment = here


def refusal(world, *words):
    done = subprocess.run([world.od, *words], env=world.environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode != 0, done.stdout
    return done.stderr


def session_host_by_a_stub(world):
    stub(world, 'unset OD_HOME; exec sh -c "$last"\n')
    look_around(world, "me@there")
    for words in (["--host=-oProxyCommand=true"], ["--host=a b"], ["--host", ""]):
        assert "OD1001" in refusal(world, *words, "list"), words
    stub(world, 'echo "ssh: connect to host there port 22: Connection refused" >&2; exit 255\n')
    said = refusal(world, "--host", "there", "list")
    assert "OD5013" in said and "Connection refused" in said, said
    stub(world, 'PATH=/nowhere; exec sh -c "$last"\n')
    assert "OD5013" in refusal(world, "--host", "there", "list")


session_host_by_a_stub.needs = ["tmux"]


def session_host_by_a_real_sshd(world):
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    # Not in the world's folder: the server is nothing of od's.
    folder = tempfile.mkdtemp(prefix="od-sshd-")
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/{name}"], check=True)
    shutil.copy(f"{folder}/user.pub", f"{folder}/authorized")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = f"""ListenAddress 127.0.0.1:{port}
        HostKey {folder}/host
        AuthorizedKeysFile {folder}/authorized
        PidFile none
        StrictModes no
        UsePAM no
        PermitRootLogin prohibit-password
        PasswordAuthentication no
        SetEnv PATH={os.path.dirname(world.od)}:/usr/bin:/bin
        """
    with open(f"{folder}/config", "w") as file:
        file.write(config)
    with open(f"{folder}/host.pub") as file:
        key = " ".join(file.read().split()[:2])
    with open(f"{folder}/known", "w") as file:
        file.write(f"[127.0.0.1]:{port} {key}\n")
    os.makedirs("/run/sshd", exist_ok=True) if os.geteuid() == 0 else None
    server = subprocess.Popen([sshd, "-D", "-e", "-f", f"{folder}/config"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=open(f"{folder}/log", "w"))
    try:
        wait("sshd listens", lambda: reachable(port))
        world.file("ssh-real", f"""#!/bin/sh
exec ssh -F none -i {folder}/user -o UserKnownHostsFile={folder}/known -o IdentitiesOnly=yes -p {port} "$@"
""")
        path = os.path.join(world.folder, "ssh-real")
        os.chmod(path, 0o755)
        world.environment["OD_SSH"] = path
        look_around(world, f"{getpass.getuser()}@127.0.0.1")
        os.truncate(f"{folder}/known", 0)
        said = refusal(world, "--host", "127.0.0.1", "list")
        assert "OD5013" in said and "erification failed" in said, said
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


def reachable(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


session_host_by_a_real_sshd.needs = ["ssh", "ssh-keygen", "/usr/sbin/sshd", "tmux"]


def session_a_token_keeps_out_who_does_not_know_it(world):
    world.run("daemon", "start")
    path = os.path.join(world.home, "auth-token")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write("0123456789abcdef0123456789abcdef\n")
    assert world.list() == {}, "od reads the token of its home"
    challenge, (_, refused) = bridge(world, HELLO)
    assert challenge[0] == 6 and len(challenge[1]) == 32
    answer = json.loads(refused)
    assert answer["error"]["data"]["code"] == "OD5012", "frames without the proof get nowhere"
    os.chmod(path, 0o644)
    assert "OD5012" in refusal(world, "list")
    os.chmod(path, 0o600)
    other = world.file("token", "another token, and long enough\n")
    os.chmod(other, 0o600)
    world.environment["OD_AUTH_TOKEN_FILE"] = other
    assert "OD5012" in refusal(world, "list")
    del world.environment["OD_AUTH_TOKEN_FILE"]
    world.ends()
